"""Who takes the screen, by a real registry as Windows' consent store writes it."""

from __future__ import annotations

import time
import winreg
from collections.abc import Iterator

import pytest

from agentguard.model.moments import Moment
from agentguard.platforms._win32.microphones import UNPACKAGED
from agentguard.platforms._win32.probes import sharing
from agentguard.platforms._win32.probes.sharing import STORES, read
from tests.windows.test_microphones import forget

NOW = int((time.time() + 11_644_473_600) * 10_000_000)
MINUTE = 60 * 10_000_000
OWN = UNPACKAGED + "\\C:#Python#python.exe"


def note(store: str, name: str, *, began: int = NOW, ended: int = 0) -> None:
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, f"{store}\\{name}") as key:
        winreg.SetValueEx(key, "LastUsedTimeStart", 0, winreg.REG_QWORD, began)
        winreg.SetValueEx(key, "LastUsedTimeStop", 0, winreg.REG_QWORD, ended)


def seen() -> tuple[tuple[str, ...], str]:
    wall = time.time()
    told = read(Moment(boot=wall - NOW / 10_000_000 + 11_644_473_600 + 600, wall=wall), None)
    return told.programs, told.unread


@pytest.fixture
def stores() -> Iterator[None]:
    yield
    for store in STORES:
        winreg.CreateKey(winreg.HKEY_CURRENT_USER, store).Close()
        forget(store)


@pytest.mark.usefixtures("stores")
def test_row_147_both_capabilities_are_read_and_where_neither_is_nothing_is_known() -> None:
    assert sharing.PROBE.name == "screen-sharing"
    assert seen() == ((), "capture-unnoted")
    winreg.CreateKey(winreg.HKEY_CURRENT_USER, STORES[0]).Close()
    assert seen() == ((), "")
    note(STORES[0], OWN)
    note(STORES[1], "Maker.Recorder_8wekyb3d8bbwe")
    assert seen() == (("maker.recorder", "python"), "")
    note(STORES[0], OWN, began=NOW - 20 * MINUTE, ended=NOW - 10 * MINUTE)
    assert seen() == (("maker.recorder",), "")
