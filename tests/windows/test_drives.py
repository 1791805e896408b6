"""Drive letters under Wine: those of another computer are told by name, and never touched."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agentguard.model.policy import Watch
from agentguard.platforms import win32
from agentguard.platforms._win32 import drives
from agentguard.sensors.sweep import Found, Unread, walk
from agentguard.sensors.watch_scope import scope_of

RAW, REMOVE = 1, 2  # DDD_RAW_TARGET_PATH, DDD_REMOVE_DEFINITION


@pytest.fixture
def letters(tmp_path: Path) -> Iterator[None]:
    """Have S: stand for a folder here, T: for a share, and U: for a folder of that share.

    Wine keeps these names, and opens nothing through them.
    """
    kernel = ctypes.WinDLL("kernel32")
    made = {
        "S:": (0, str(tmp_path)),
        "T:": (RAW, "\\??\\UNC\\files.invalid\\team"),
        "U:": (RAW, "\\??\\T:\\below"),
    }
    for letter, (how, target) in made.items():
        assert kernel.DefineDosDeviceW(how, letter, target)
    yield
    for letter in made:
        kernel.DefineDosDeviceW(REMOVE, letter, None)


@pytest.mark.usefixtures("letters")
def test_the_door_names_the_drives_of_other_computers() -> None:
    found = win32.backend().network_drives()
    assert {"T:\\", "U:\\"} <= found
    assert not found & {"C:\\", "S:\\", "Z:\\"}


@pytest.mark.usefixtures("letters")
def test_a_mapped_drive_is_not_entered_and_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    watch = Watch(folders=("t:\\reports", "U:\\", str(tmp_path)), exclude=())
    scope = scope_of(watch, drives=drives.network_drives)
    told = [one for one in walk(scope) if one is not None]
    refused = {one.path.upper(): one.reason for one in told if isinstance(one, Unread)}
    assert refused == dict.fromkeys(("T:\\REPORTS", "U:\\"), "reason.folder-network")
    assert [Path(one.path).name for one in told if isinstance(one, Found)] == ["a.txt"]


@pytest.mark.usefixtures("letters")
def test_with_the_policys_word_a_mapped_drive_is_entered_as_long_as_it_answers() -> None:
    asked: list[str] = []

    def answers(point: str) -> bool:
        asked.append(point)
        return False

    watch = Watch(folders=("T:\\reports",), exclude=(), network=True)
    scope = scope_of(watch, answers=answers, drives=drives.network_drives)
    (told,) = (one for one in walk(scope) if one is not None)
    assert isinstance(told, Unread)
    assert told.reason == "reason.folder-stalled"
    assert set(asked) == {"T:\\"}


def test_a_letter_that_stands_for_nothing_is_here(tmp_path: Path) -> None:
    assert drives.target("Q:") == ""
    scope = scope_of(Watch(folders=(str(tmp_path),)), drives=drives.network_drives)
    assert replace(scope, network=True).roots == scope.roots


def test_an_empty_drive_asks_nobody_for_a_disk() -> None:
    win32.backend()
    assert ctypes.WinDLL("kernel32").GetErrorMode() & 1
