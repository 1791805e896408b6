"""Whoever works at a desk asks the endpoint for all that is held on it, and gets it there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from agentguard import cli
from agentguard.base.errors import UplinkError, UsageError
from agentguard.base.translations import load
from agentguard.model.held_data import HeldThere
from agentguard.platforms import system_clock
from agentguard.uplink import enrolment
from agentguard.uplink.endpoint import held
from tests.flow.centre import Centre, started

WORDS = load()


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centre]:
    with started(tmp_path / "centre", monkeypatch) as one:
        yield one


@pytest.fixture
def home(tmp_path: Path, centre: Centre, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a computer that is enrolled."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    enrolment.enrol(
        folder,
        centre.url,
        centre.admin.enrol_code("Billing"),
        clock=system_clock(),
        ca_file=str(centre.ca),
        label="desk-17",
    )
    monkeypatch.setenv("AGENTGUARD_HOME", str(folder))
    return folder


def asked(home: Path) -> HeldThere:
    return held(home, system_clock())


def test_it_is_shown_by_class_and_as_it_is(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "held.json"
    assert cli.main(["held", "--save", str(kept)]) == 0
    said = capsys.readouterr().out
    assert "127.0.0.1" in said
    assert WORDS.say("console.held.of-device") in said
    assert "no content" in said
    assert str(kept) in said
    whole = json.loads(kept.read_text(encoding="utf-8"))
    assert whole["records"]["device"][0]["label"] == "desk-17"
    assert cli.main(["held"]) != 0, "once a minute"
    assert "busy" in capsys.readouterr().err


def test_it_is_given_as_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["held", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["records"]["device"][0]["label"] == "desk-17"


def test_a_file_that_cannot_be_written_is_named(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = tmp_path / "no" / "folder" / "held.json"
    assert cli.main(["held", "--save", str(nowhere)]) != 0
    assert str(nowhere) in capsys.readouterr().err


def test_an_answer_of_somebody_else_is_not_believed(home: Path) -> None:
    known = enrolment.load(home)
    assert known is not None
    other = msgspec.structs.replace(known, receipt_key=known.public_key)
    enrolment.save(home, other)
    with pytest.raises(UplinkError) as refused:
        asked(home)
    assert refused.value.kind == "portal"


def test_a_computer_that_is_not_enrolled_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        asked(tmp_path)


def test_an_endpoint_that_is_away_is_named(home: Path, centre: Centre) -> None:
    centre.stop()
    with pytest.raises(UplinkError):
        asked(home)
