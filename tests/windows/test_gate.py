"""Notepad is the sensitive application of a Windows desk: covered, released by a code, put away."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator
from ctypes import wintypes
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from agentguard.base import settings
from agentguard.base.errors import PlatformError
from agentguard.base.settings import MachineSettings
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.platforms import system_clock
from agentguard.platforms._win32.foreground import WindowsForeground, describe, title
from tests.windows.another import Another, another
from tests.windows.test_tray import (
    AGENT,
    COLOURS,
    colours_of,
    journal,
    started,
    until,
    windows_of,
)

pytestmark = pytest.mark.xdist_group("desktop")

POLICY = """
policy: gate
version: 1
controls:
  screen-lock: {respond: [notify]}
  reauth: {respond: [prove], settings: {groups: [{name: Notes, images: [notepad]}]}}
"""
UP = 2  # KEYEVENTF_KEYUP
RETURN, TAB, SPACE = 0x0D, 0x09, 0x20
user32 = ctypes.WinDLL("user32")


@pytest.fixture
def other() -> Iterator[Another]:
    with another() as made:
        yield made


def press(*keys: int) -> None:
    for key in keys:
        user32.keybd_event(key, 0, 0, 0)
        user32.keybd_event(key, 0, UP, 0)


def typed(code: str) -> None:
    press(*(ord(letter) for letter in code.replace("-", "")))


def size(window: int) -> int:
    at = wintypes.RECT()
    user32.GetWindowRect(wintypes.HWND(window), ctypes.byref(at))
    return (at.right - at.left) * (at.bottom - at.top)


def covers(pid: int) -> list[int]:
    screen = QGuiApplication.primaryScreen().size()
    least = screen.width() * screen.height()
    return [w for w, (_, seen) in windows_of(pid).items() if seen and size(w) >= least]


def picture(name: str) -> None:
    folder = os.environ.get("AGENTGUARD_SHOTS")
    if folder:
        QGuiApplication.primaryScreen().grabWindow(0).save(str(Path(folder, f"{name}.png")))


def seat(tmp_path: Path) -> str:
    """Prepare the agent's folder; give an offline code."""
    data = tmp_path / "agent"
    data.mkdir()
    file = tmp_path / "gate.yaml"
    file.write_text(POLICY)
    settings.save(data, MachineSettings(policy=str(file)))
    return OfflineCodes(data, system_clock()).issue(1)[0]


def begun(agent: subprocess.Popen[bytes], tmp_path: Path) -> bool:
    told = (tmp_path / "told.log").read_text("utf-8", errors="replace")
    assert agent.poll() is None, told
    return (tmp_path / "agent" / "journal.db").exists()


def test_notepad_is_covered_until_a_code_is_typed(tmp_path, qapp) -> None:
    code = seat(tmp_path)
    with started(AGENT, tmp_path) as agent:
        until(lambda: begun(agent, tmp_path))
        notes = subprocess.Popen(("notepad",))
        try:
            until(lambda: covers(agent.pid))
            until(lambda: user32.GetForegroundWindow() in covers(agent.pid))
            until(lambda: colours_of(covers(agent.pid)[0]) > COLOURS)  # the dialog is painted
            picture("windows-gate-closed")
            typed(code)
            press(RETURN)
            until(lambda: not covers(agent.pid))
            picture("windows-gate-open")
            assert notes.poll() is None  # covered, not ended
        finally:
            notes.kill()
            notes.wait(30)
    assert b'"proof.given"' in journal(tmp_path)


def test_notepad_can_be_put_away(tmp_path, qapp) -> None:
    seat(tmp_path)
    with started(AGENT, tmp_path) as agent:
        until(lambda: begun(agent, tmp_path))
        notes = subprocess.Popen(("notepad",))
        try:
            until(lambda: covers(agent.pid))
            until(lambda: user32.GetForegroundWindow() in covers(agent.pid))
            press(TAB, TAB, SPACE)
            until(lambda: not covers(agent.pid))
            shown = [w for w, (_, seen) in windows_of(notes.pid).items() if seen]
            until(lambda: all(user32.IsIconic(wintypes.HWND(w)) for w in shown))
        finally:
            notes.kill()
            notes.wait(30)
    assert b'"left"' in journal(tmp_path)


def test_a_title_is_read_for_who_asks_and_kept_by_nobody(other: Another) -> None:
    window = other("window", "Crm")
    seen: list[str] = []

    def sort(_image: str, read: object) -> tuple[str, ...]:
        seen.append(read())
        return ("Records",)

    handle = user32.FindWindowW("Crm", None)
    told = describe(handle, sort)
    assert told.titled == ("Records",)
    assert seen == [title(handle)]
    assert describe(handle).titled == ()
    del window


def test_a_window_that_is_gone_cannot_be_put_away() -> None:
    with pytest.raises(PlatformError):
        WindowsForeground().put_away(0x7FFF0)
