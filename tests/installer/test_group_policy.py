"""The templates for Group Policy are the settings' own, and of the shape that editors take."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from agentguard.base import settings
from agentguard.base.settings import DESCRIBED, Described, Kind, Layers
from tests.installer.group_policy import SPACE, parsed, policies, problems

FOLDER = Path(__file__).parents[2] / "installer" / "policy"


def _templates() -> ModuleType:
    spec = importlib.util.spec_from_file_location("templates", FOLDER / "templates.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MADE: dict[str, bytes] = dict(_templates().made())
ADMX = MADE["agentguard.admx"]
ADMLS = {Path(name).parent.name: data for name, data in MADE.items() if name.endswith(".adml")}


def test_the_files_are_what_the_settings_make_of_them() -> None:
    """Run `python3 dev.py made` after a change of a setting or its words."""
    there = {
        str(file.relative_to(FOLDER)).replace("\\", "/"): file.read_bytes()
        for ending in ("admx", "adml")
        for file in FOLDER.rglob(f"*.{ending}")
    }
    assert there == MADE


def test_nothing_is_wrong_with_them() -> None:
    assert problems(ADMX, ADMLS) == []


def test_there_is_a_policy_for_every_setting_and_no_other() -> None:
    names = [policy.get("name") for policy in policies(parsed(ADMX))]
    assert names == [one.registry for one in DESCRIBED]


@pytest.mark.parametrize("setting", DESCRIBED, ids=lambda one: one.registry)
def test_what_a_policy_writes_is_what_the_program_reads(setting: Described) -> None:
    policy = next(p for p in policies(parsed(ADMX)) if p.get("name") == setting.registry)
    values = [v.get("valueName") for v in policy.iter() if v.get("valueName")]
    assert values == [setting.registry]
    if setting.kind is Kind.SWITCH:
        decimals = [int(d.get("value")) for d in policy.iter(f"{SPACE}decimal")]
        wrote: list[object] = list(decimals)
    elif setting.kind is Kind.CHOICE:
        wrote = [item.text for item in policy.iter(f"{SPACE}string")]
        assert wrote == list(setting.choices)
    else:
        wrote = ["x" * int(policy.find(f".//{SPACE}text").get("maxLength"))]
    for value in wrote:
        layers = Layers(managed={setting.name: value})
        assert settings.unusable(layers) == ()
        assert settings.managed(layers) == (setting.name,)


def _without(text: str) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(text.encode(), b"", 1)


def _with(text: str, other: str) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(text.encode(), other.encode(), 1)


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (_without(' explainText="$(string.Endpoint_Help)"'), "explainText"),
        (_without('<parentCategory ref="AgentGuard" />'), "parentCategory"),
        (
            _with('<parentCategory ref="AgentGuard" />', '<parentCategory ref="Other" />'),
            "category",
        ),
        (_with('name="Team"', 'name="Endpoint"'), "twice"),
        (_with('maxLength="1023"', 'maxLength="4096"'), "maxLength"),
        (
            _without('<disabledValue>\n        <decimal value="0" />\n      </disabledValue>'),
            "both",
        ),
        (_with(r"Software\Policies\AgentGuard", r"Software\AgentGuard"), "outside"),
        (_with("$(string.Team)", "$(string.Crew)"), "string Crew is missing"),
        (_with('id="Team_Field"', 'id="Other_Field"'), "no control"),
        (_with('revision="1.0"', 'revision="1.1"'), "another revision"),
        (_without(' presentation="$(presentation.Team)"'), "come together"),
    ],
)
def test_a_broken_template_is_told_from_a_good_one(
    break_it: Callable[[bytes], bytes], says: str
) -> None:
    broken = break_it(ADMX)
    assert broken != ADMX
    assert says in "\n".join(problems(broken, ADMLS))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('<string id="Team">', '<string id="Endpoint">', "Duplicate"),
        ('<string id="Team">', '<string id="Crew">', "never used"),
        ('<presentation id="Team">', '<presentation id="Crew">', "presentation Team is missing"),
        ("dropdownList", "textBox", "textBox"),
    ],
)
def test_broken_words_are_told_from_good_ones(old: str, new: str, says: str) -> None:
    broken = ADMLS["en-US"].replace(old.encode(), new.encode())
    assert broken != ADMLS["en-US"]
    assert says in "\n".join(problems(ADMX, {"en-US": broken}))


def test_english_is_what_every_editor_falls_back_to() -> None:
    assert "no en-US" in "\n".join(problems(ADMX, {}))
