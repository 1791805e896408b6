"""Who uses the microphone, by a real registry that changes."""

from __future__ import annotations

import time
import winreg
from collections.abc import Iterator

import pytest

from agentguard.platforms._win32.microphones import UNPACKAGED, WindowsCalls

STORE = r"Software\AgentGuard\Test\microphone"
OWN = UNPACKAGED + "\\C:#Python#python.exe"
NOW = int((time.time() + 11_644_473_600) * 10_000_000)


def note(name: str, *, began: int = NOW, ended: int = 0) -> None:
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, f"{STORE}\\{name}") as key:
        winreg.SetValueEx(key, "LastUsedTimeStart", 0, winreg.REG_QWORD, began)
        winreg.SetValueEx(key, "LastUsedTimeStop", 0, winreg.REG_QWORD, ended)


def forget(path: str) -> None:
    with winreg.OpenKey(winreg.HKEY_CURRENT_USER, path) as key:
        names = [winreg.EnumKey(key, i) for i in range(winreg.QueryInfoKey(key)[0])]
    for name in names:
        forget(f"{path}\\{name}")
    winreg.DeleteKey(winreg.HKEY_CURRENT_USER, path)


@pytest.fixture
def calls() -> Iterator[WindowsCalls]:
    winreg.CreateKey(winreg.HKEY_CURRENT_USER, STORE).Close()
    yield WindowsCalls(STORE)
    forget(STORE)


def test_a_call_begins_and_ends(calls: WindowsCalls) -> None:
    assert calls.recording() == ()
    note(OWN)
    assert calls.recording() == ("python",)
    assert calls.recording() == ("python",)
    note(OWN, ended=NOW + 1)
    assert calls.recording() == ()


def test_a_packaged_softphone_counts(calls: WindowsCalls) -> None:
    note("MSTeams_8wekyb3d8bbwe")
    assert calls.recording() == ("msteams",)


def test_a_program_that_does_not_run_does_not_record(calls: WindowsCalls) -> None:
    note(UNPACKAGED + "\\C:#Zoom#Zoom.exe")
    assert calls.recording() == ()


def test_many_changes_are_all_seen(calls: WindowsCalls) -> None:
    for number in range(200):
        note(OWN, ended=NOW if number % 2 else 0)
        assert calls.recording() == (() if number % 2 else ("python",))


def test_a_store_that_is_not_there_yet_is_found_when_it_comes() -> None:
    calls = WindowsCalls(STORE)
    assert calls.recording() == ()
    note("MSTeams_8wekyb3d8bbwe")
    assert calls.recording() == ("msteams",)
    forget(STORE)
    assert calls.recording() == ()
    note("MSTeams_8wekyb3d8bbwe")
    assert calls.recording() == ("msteams",)
    forget(STORE)
