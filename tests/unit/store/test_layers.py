"""The computer's settings, layer by layer: managed over the user's file, over the installer's."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import settings
from agentguard.base.errors import UsageError
from agentguard.base.settings import DESCRIBED, Kind, Layers, MachineSettings


def test_managed_wins_over_the_file_and_the_file_over_the_installer(tmp_path: Path) -> None:
    settings.save(tmp_path, MachineSettings(label="file", team="file"))
    layers = Layers(
        managed={"label": "managed"},
        installed={"label": "installed", "team": "installed", "endpoint": "https://i.example"},
    )
    found = settings.load(tmp_path, layers)
    assert (found.label, found.team, found.endpoint) == ("managed", "file", "https://i.example")
    assert settings.managed(layers) == ("label",)


def test_each_setting_is_told_with_the_strongest_place_that_sets_it(tmp_path: Path) -> None:
    settings.save(tmp_path, MachineSettings(label="file", team="file", auto_start=False))
    layers = Layers(
        managed={"label": "managed", "team": "", "language": "xx"},
        installed={"team": "installed", "endpoint": "https://i.example", "auto_start": 1},
        managed_in="M",
        installed_in="I",
    )
    own = str(tmp_path / settings.FILE)
    found = settings.told(tmp_path, layers)
    assert [(one.name, one.value, one.origin, one.place) for one in found] == [
        ("endpoint", "https://i.example", "installed", "I"),
        ("team", "", "managed", "M"),
        ("label", "managed", "managed", "M"),
        ("auto_start", False, "own", own),
    ]  # fmt: skip
    assert settings.load(tmp_path, layers).team == "", "what is shown is what counts"


def test_without_a_folder_only_the_layers_count() -> None:
    assert settings.load(None, Layers(installed={"team": "Sales"})).team == "Sales"


@pytest.mark.parametrize(("value", "means"), [(0, False), (1, True), ("0", False), ("1", True)])
def test_a_switch_is_a_number_of_the_registry(value: object, means: bool) -> None:
    assert settings.load(None, Layers(managed={"auto_start": value})).auto_start is means


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("auto_start", 2),
        ("auto_start", "yes"),
        ("auto_start", b"\x01"),
        ("endpoint", 5),
        ("endpoint", "https://x\n"),
        ("label", "x" * 1024),
        ("language", "tlh"),
    ],
)
def test_a_value_that_is_none_is_left_out_and_named(name: str, value: object) -> None:
    layers = Layers(managed={name: value})
    assert settings.load(None, layers) == MachineSettings()
    assert settings.unusable(layers) == (name,)
    assert settings.managed(layers) == ()


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.binary(), st.none())))
def test_nothing_in_a_layer_keeps_the_agent_from_starting(values: dict[str, object]) -> None:
    settings.load(None, Layers(managed=values, installed=values))


def test_every_setting_is_described_once_with_its_default_of_the_right_kind() -> None:
    defaults = MachineSettings()
    names = [one.name for one in DESCRIBED]
    assert sorted(names) == sorted(field.name for field in fields(MachineSettings))
    assert len({one.registry.casefold() for one in DESCRIBED}) == len(DESCRIBED)
    for one in DESCRIBED:
        default = getattr(defaults, one.name)
        assert isinstance(default, bool if one.kind is Kind.SWITCH else str)
        assert one.kind is not Kind.CHOICE or default in one.choices


def test_a_switch_in_the_file_is_true_or_false(tmp_path: Path) -> None:
    settings.save(tmp_path, MachineSettings(auto_start=False))
    assert not settings.load(tmp_path).auto_start
    (tmp_path / settings.FILE).write_text("auto_start = 'no'")
    with pytest.raises(UsageError, match="true or false"):
        settings.load(tmp_path)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (MachineSettings(), "PC-17"),
        (MachineSettings(team="Sales"), "PC-17, Sales"),
        (MachineSettings(team="Sales", label="Desk 4"), "Desk 4"),
    ],
)
def test_the_console_shows_the_computer_with_its_team(said: MachineSettings, shown: str) -> None:
    assert said.shown("PC-17") == shown
