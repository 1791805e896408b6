"""The agent as a person of a Windows desk meets it: in the tray, with a window, until the end."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ctypes import wintypes
from pathlib import Path

import psutil
import pytest
from PySide6.QtGui import QGuiApplication

from agentguard.base import translations

pytestmark = pytest.mark.xdist_group("desktop")

PATIENCE = 90.0
TRAY_MESSAGE, CLICKED = 0x8000 + 101, 0x0400  # Qt's own message, and NIN_SELECT
QUERY_END, END_SESSION = 0x0011, 0x0016  # WM_QUERYENDSESSION, WM_ENDSESSION
NO_HANG = 0x0002  # SMTO_ABORTIFHUNG
TITLE = translations.load().say("ui.window.title")
HIDDEN = "AgentGuard"  # the window that hears of the session, never shown
COLOURS = 20  # of a page that is painted; an empty window has one or two
THREADS = 15 + 3  # of the agent, and three of Wine's own
AGENT = (sys.executable, "-m", "agentguard", "tray")
WITHOUT_WINDOWS = (*AGENT[:-1], "run")


def windows_of(pid: int) -> dict[int, tuple[str, bool]]:
    """Give the top-level windows of a process: their text, and whether they are seen."""
    user, found = ctypes.WinDLL("user32"), dict[int, tuple[str, bool]]()

    @ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
    def each(window: int, _: int) -> bool:
        owner, text = wintypes.DWORD(), ctypes.create_unicode_buffer(200)
        user.GetWindowThreadProcessId(wintypes.HWND(window), ctypes.byref(owner))
        if owner.value == pid:
            user.GetWindowTextW(wintypes.HWND(window), text, 200)
            found[window] = (text.value, bool(user.IsWindowVisible(wintypes.HWND(window))))
        return True

    user.EnumWindows(each, 0)
    return found


def end_session(pid: int) -> None:
    """Tell every window of a process, seen or not, that the session ends, as Windows does."""
    user = ctypes.WinDLL("user32")
    for message, word in ((QUERY_END, 0), (END_SESSION, 1)):
        for window in windows_of(pid):
            user.SendMessageTimeoutW(wintypes.HWND(window), message, word, 0, NO_HANG, 5000, None)


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@contextmanager
def started(command: Sequence[str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    told = tmp_path / "told.log"
    env = {**os.environ, "AGENTGUARD_HOME": str(tmp_path / "agent")}
    with told.open("wb") as words:
        process = subprocess.Popen(command, env=env, stdout=words, stderr=words)
    try:
        yield process
    finally:
        process.kill()
        process.wait(30)
    assert b"Traceback" not in told.read_bytes(), told.read_text("utf-8", errors="replace")


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with started(AGENT, tmp_path) as process:
        yield process


def journal(tmp_path: Path) -> bytes:
    command = (sys.executable, "-m", "agentguard", "journal", "export", str(tmp_path / "journal"))
    env = {**os.environ, "AGENTGUARD_HOME": str(tmp_path / "agent")}
    subprocess.run(command, env=env, check=True)
    return (tmp_path / "journal").read_bytes()


def main_window(pid: int) -> int:
    """Give the window itself: a notice in the corner may be seen before it."""
    return next((w for w, (text, seen) in windows_of(pid).items() if seen and text == TITLE), 0)


def colours_of(window: int) -> int:
    """Count the colours that a person sees in a window."""
    shown = QGuiApplication.primaryScreen().grabWindow(window).toImage()
    across, down = range(0, shown.width(), 3), range(0, min(shown.height(), 400), 3)
    return len({shown.pixel(x, y) for x in across for y in down})


def opened(agent: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """Click the icon until the window is there."""
    user = ctypes.WinDLL("user32")
    until(lambda: any("TrayIcon" in text for text, _ in windows_of(agent.pid).values()))
    until((tmp_path / "agent" / "journal.db").exists)

    def click() -> int:
        for window, (text, _) in windows_of(agent.pid).items():
            if "TrayIcon" in text:
                user.PostMessageW(wintypes.HWND(window), TRAY_MESSAGE, 0, CLICKED)
        time.sleep(0.5)
        return main_window(agent.pid)

    until(click)


def test_it_opens_its_window_from_the_tray(agent: subprocess.Popen[bytes], tmp_path: Path) -> None:
    app = QGuiApplication.instance() or QGuiApplication([])
    opened(agent, tmp_path)
    until(lambda: colours_of(main_window(agent.pid)) > COLOURS)
    app.processEvents()
    until(lambda: psutil.Process(agent.pid).num_threads() <= THREADS)  # a probe's come and go


def test_it_ends_with_the_session(agent: subprocess.Popen[bytes], tmp_path: Path) -> None:
    opened(agent, tmp_path)
    end_session(agent.pid)
    assert agent.wait(PATIENCE) == 0
    assert b"agent.stopped" in journal(tmp_path)


def test_without_windows_it_ends_with_the_session_too(tmp_path: Path) -> None:
    with started(WITHOUT_WINDOWS, tmp_path) as agent:
        until(lambda: (HIDDEN, False) in windows_of(agent.pid).values())
        end_session(agent.pid)
        assert agent.wait(PATIENCE) == 0
    assert b"agent.stopped" in journal(tmp_path)


def test_a_second_one_makes_the_first_ones_window_come_up(
    agent: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    until(lambda: any("TrayIcon" in text for text, _ in windows_of(agent.pid).values()))
    assert not main_window(agent.pid)
    env = {**os.environ, "AGENTGUARD_HOME": str(tmp_path / "agent")}
    second = subprocess.run(AGENT, env=env, capture_output=True, check=False, timeout=PATIENCE)
    assert (second.returncode, second.stderr) == (0, b"")
    assert b"Its window comes up" in second.stdout
    until(lambda: main_window(agent.pid))
    assert agent.poll() is None
