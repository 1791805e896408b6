"""The harness as a script: a session for one command, gone when the command ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.heavy

SCRIPT = str(Path(__file__).with_name("harness.py"))


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *command], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_command_runs_inside_and_gives_its_exit_code() -> None:
    ended = run("sh", "-c", "xprop -root _NET_SUPPORTING_WM_CHECK; exit 7")
    assert "window id" in ended.stdout
    assert ended.returncode == 7


def test_logind_is_there_when_it_is_asked_for() -> None:
    path = "/org/freedesktop/login1/session/_37"
    ended = run(
        "--logind",
        "dbus-send",
        "--system",
        "--print-reply",
        "--dest=org.freedesktop.login1",
        path,
        "org.freedesktop.DBus.Properties.Get",
        "string:org.freedesktop.login1.Session",
        "string:Type",
    )
    assert '"x11"' in ended.stdout


def test_nothing_is_left() -> None:
    display = run("sh", "-c", "echo $DISPLAY $HOME").stdout.split()
    assert not Path(display[1]).exists()
    servers = [p for p in psutil.process_iter(["name", "cmdline"]) if p.info["name"] == "Xvfb"]
    assert all(p.info["cmdline"][1:2] != [display[0]] for p in servers)
    assert not Path(f"/tmp/.X11-unix/X{display[0][1:]}").exists()
