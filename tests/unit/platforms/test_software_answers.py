"""Installed software as the registry tells it, whichever system reads it."""

from __future__ import annotations

import pytest

from agentguard.platforms._win32.software_answers import MACHINE, NARROW, SYSTEM, USER, installed

NOTHING: dict[str, object] = {}
ZIP = {"DisplayName": "7-Zip 24.08 (x64)", "DisplayVersion": "24.08", "Publisher": "Igor Pavlov"}


def names(*entries: dict[str, object]) -> list[str]:
    return [item.name for item in installed([(MACHINE, entry) for entry in entries], NOTHING)]


def test_a_program_is_named_with_its_version_and_maker() -> None:
    (item,) = installed([(MACHINE, ZIP)], NOTHING)
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
    ],
    ids=["no-name", "blank", "number", "component", "child", "update"],
)
def test_what_is_no_program_of_its_own_is_left_out(part: dict[str, object]) -> None:
    assert names(part, ZIP) == ["7-Zip 24.08 (x64)"]


def test_names_of_any_letters_keep_them_and_lose_what_surrounds_them() -> None:
    assert names({"DisplayName": " Größe 测试\0"}) == ["Größe 测试"]


def test_a_program_in_both_views_is_one_and_two_versions_are_two() -> None:
    older = {**ZIP, "DisplayVersion": "19.00"}
    found = installed([(MACHINE, ZIP), (NARROW, ZIP), (USER, older)], NOTHING)
    assert [(item.version, item.source) for item in found] == [("24.08", MACHINE), ("19.00", USER)]


@pytest.mark.parametrize(
    ("entry", "shown"),
    [
        (
            {"ProductName": "Windows 10 Pro", "CurrentBuild": "19045", "UBR": 6456,
             "CurrentMajorVersionNumber": 10, "CurrentMinorVersionNumber": 0},
            ("Windows 10 Pro", "10.0.19045.6456"),
        ),
        (
            {"ProductName": "Windows 10 Enterprise", "CurrentBuild": "26100", "UBR": 1,
             "CurrentMajorVersionNumber": 10, "CurrentMinorVersionNumber": 0},
            ("Windows 11 Enterprise", "10.0.26100.1"),
        ),
        (
            {"ProductName": "Windows 7 Professional", "CurrentBuild": "7601",
             "CurrentVersion": "6.1"},
            ("Windows 7 Professional", "6.1.7601"),
        ),
    ],
    ids=["10", "11", "7"],
)  # fmt: skip
def test_windows_itself_is_software(entry: dict[str, object], shown: tuple[str, str]) -> None:
    (item,) = installed([], entry)
    assert (item.name, item.version) == shown
    assert item.source == SYSTEM


@pytest.mark.parametrize("entry", [{}, {"ProductName": "Windows 10 Pro", "CurrentBuild": "x"}])
def test_a_windows_that_does_not_tell_is_left_out(entry: dict[str, object]) -> None:
    assert installed([], entry) == ()
