"""Installed software as the registry tells it, whichever system reads it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agentguard.base import lifecycle
from agentguard.checks.software import CHECK, Settings
from agentguard.model.events import Facts
from agentguard.model.facts import Kind, SoftwareSeen
from agentguard.model.moments import Moment
from agentguard.model.verdicts import State
from agentguard.platforms._win32.software_answers import (
    MACHINE,
    NARROW,
    SYSTEM,
    USER,
    Beside,
    Listed,
    installed,
)
from agentguard.platforms.recorder.decoders import values
from tests.recorded_answers import cases

NOTHING: dict[str, object] = {}
ZIP = {"DisplayName": "7-Zip 24.08 (x64)", "DisplayVersion": "24.08", "Publisher": "Igor Pavlov"}


def names(*entries: dict[str, object]) -> list[str]:
    return [
        item.name
        for item in installed([Listed(place=MACHINE, entry=entry) for entry in entries], NOTHING)
    ]


def test_a_program_is_named_with_its_version_and_maker() -> None:
    (item,) = installed([Listed(place=MACHINE, entry=ZIP)], NOTHING)
    assert (item.name, item.version, item.vendor) == ("7-Zip 24.08 (x64)", "24.08", "Igor Pavlov")
    assert item.source == MACHINE


@pytest.mark.parametrize(
    "part",
    [
        {"DisplayVersion": "1.0"},
        {"DisplayName": "  "},
        {"DisplayName": 7},
        {"DisplayName": "Runtime part", "SystemComponent": 1},
        {"DisplayName": "KB5001", "ParentKeyName": "Office"},
        {"DisplayName": "Hotfix", "ReleaseType": "Security Update"},
        {"DisplayName": "Security Update for Microsoft Office 2016 (KB3114690)"},
        {"DisplayName": "Hotfix for Windows XP (KB970653-v3)"},
    ],
    ids=["no-name", "blank", "number", "component", "child", "update", "by-name", "hotfix"],
)
def test_what_is_no_program_of_its_own_is_left_out(part: dict[str, object]) -> None:
    assert names(part, ZIP) == ["7-Zip 24.08 (x64)"]


@pytest.mark.parametrize("name", ["Update Checker", "HotfixTool (KB12)", "Tool (KB3114690)"])
def test_a_program_is_no_update_for_its_name_alone(name: str) -> None:
    assert names({"DisplayName": name}) == [name]


@pytest.mark.parametrize(
    ("full", "shown"),
    [
        ("MSTeams_26213.1006.5014.9784_x64__8wekyb3d8bbwe",
         ("Microsoft Teams", "26213.1006.5014.9784", "Microsoft Corporation", Kind.PROGRAM)),
        ("com.tinyspeck.slackdesktop_4.51.191.0_x64__8yrtsj140pw4g",
         ("Slack", "4.51.191.0", "Slack Technologies", Kind.PROGRAM)),
        ("Microsoft.LockApp_10.0.26100.1_neutral__cw5n1h2txyewy",
         ("Microsoft.LockApp", "10.0.26100.1", "Microsoft Corporation", Kind.PART)),
        ("Microsoft.VCLibs.140.00_14.0.33519.0_x64__8wekyb3d8bbwe", None),
        ("Microsoft.WindowsNotepad_11.2510.14.0_neutral_split.language-de_8wekyb3d8bbwe", None),
        ("Microsoft.WindowsNotepad_2021.2510.14.0_neutral_~_8wekyb3d8bbwe", None),
        ("no package", None),
        ("MSTeams_26213.1006.5014.9784_x64__somebodyelse0",
         ("MSTeams", "26213.1006.5014.9784", "", Kind.PROGRAM)),
    ],
    ids=["teams", "slack", "windows", "framework", "language", "bundle", "nonsense", "another"],
)  # fmt: skip
def test_packages_of_the_user_are_programs(full: str, shown) -> None:
    found = installed([], NOTHING, Beside(packages=(full,)))
    told = [(item.name, item.version, item.vendor, item.kind) for item in found]
    assert told == ([shown] if shown else [])


def test_of_a_family_the_users_own_counts_and_of_its_versions_the_newest() -> None:
    teams, somebody = "MSTeams_{}_x64__8wekyb3d8bbwe", "Maker.Tool_1.0.0.0_neutral_~_abcdefghjkmnp"
    own = [teams.format("24215.9.1.0"), teams.format("24215.1007.3082.1590")]
    ready = ["MSTeams_26213.0.0.0_neutral_~_8wekyb3d8bbwe", somebody]
    found = installed([], NOTHING, Beside(packages=tuple(own), provisioned=tuple(ready)))
    assert {(item.name, item.version, item.source) for item in found} == {
        ("Microsoft Teams", "24215.1007.3082.1590", "appx"),
        ("Maker.Tool", "1.0.0.0", "appx-machine"),
    }


def test_the_teams_of_today_is_not_the_classic_one_that_has_ended() -> None:
    at = Moment(boot=1, wall=datetime(2026, 11, 25, tzinfo=UTC).timestamp())
    packages = ("MSTeams_26213.1006.5014.9784_x64__8wekyb3d8bbwe",)
    seen = SoftwareSeen(at=at, items=installed([], NOTHING, Beside(packages=packages)))
    facts = Facts(last={}).seeing(lifecycle.known(at)).seeing(seen)
    verdict = CHECK.judge(seen, facts, Settings())
    assert verdict is not None
    assert verdict.state is State.UNKNOWN


def test_names_of_any_letters_keep_them_and_lose_what_surrounds_them() -> None:
    assert names({"DisplayName": " Größe 测试\0"}) == ["Größe 测试"]


def test_a_program_in_both_views_is_one_and_two_versions_are_two() -> None:
    older = {**ZIP, "DisplayVersion": "19.00"}
    found = installed(
        [
            Listed(place=MACHINE, entry=ZIP),
            Listed(place=NARROW, entry=ZIP),
            Listed(place=USER, entry=older),
        ],
        NOTHING,
    )
    assert [(item.version, item.source) for item in found] == [("24.08", MACHINE), ("19.00", USER)]


VERSIONS = cases("system.windows")


def of_registry(case: str) -> dict[str, object]:
    """Give the version key of a case as the registry has it."""
    return values(VERSIONS[case]["answer"]["system.version"]["answer"]["key"])


@pytest.mark.parametrize("name", VERSIONS)
def test_windows_itself_is_known_by_build_revision_and_edition(name: str) -> None:
    made = VERSIONS[name]["decoded"]
    (item,) = installed([], of_registry(name))
    assert (item.name, item.version, item.edition) == (
        made["name"],
        made["version"],
        made["edition"],
    )
    assert (item.source, item.kind) == (SYSTEM, Kind.SYSTEM)


@pytest.mark.parametrize("name", VERSIONS)
def test_and_is_judged_by_them(name: str) -> None:
    at = Moment(boot=1, wall=datetime(2026, 11, 25, tzinfo=UTC).timestamp())
    seen = SoftwareSeen(
        at=at, items=installed([Listed(place=MACHINE, entry=ZIP)], of_registry(name))
    )
    facts = Facts(last={}).seeing(lifecycle.known(at)).seeing(seen)
    verdict = CHECK.judge(seen, facts, Settings())
    assert verdict is not None
    assert verdict.message is not None
    told = verdict.message.params.get("products", verdict.state.value)
    assert (verdict.state is State.FAIL) is ("(" in VERSIONS[name]["told"])
    assert (told if verdict.state is State.FAIL else verdict.state.value) == VERSIONS[name]["told"]


@pytest.mark.parametrize(
    "entry",
    [{}, {"ProductName": "Windows 10 Pro", "CurrentBuild": "x"}, {"CurrentBuildNumber": "٣"}],
)
def test_a_windows_that_does_not_tell_is_left_out(entry: dict[str, object]) -> None:
    assert installed([], entry) == ()
