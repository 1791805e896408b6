"""A real xterm is the sensitive application: covered until a proof, put away on request."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from agentguard.base import settings
from agentguard.base.settings import MachineSettings
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.platforms import system_clock
from tests.desktop.harness import eventually
from tests.desktop.test_whole_agent import Seat, seat, size

__all__ = ["seat"]

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(240)]

POLICY = """
policy: gate
version: 1
controls:
  screen-lock: {respond: [notify]}
  reauth:
    respond: [prove]
    settings:
      groups:
        - {name: Records, images: [xterm], titles: ["^Records of"]}
        - {name: Till, images: [xterm], window_classes: [Till]}
"""
SCREEN = 600 * 400  # pixels: a cover has more, a window of a test has less


@pytest.fixture
def gated(seat: Seat, tmp_path: Path) -> Seat:
    """Give a seat with this policy, and an xterm that is nobody's business in front."""
    file = tmp_path / "gate.yaml"
    file.write_text(POLICY)
    settings.save(seat.data, MachineSettings(policy=str(file)))
    seat.inside.start("stalonetray")
    return seat


def picture(seat: Seat, name: str) -> None:
    """Keep a picture where the environment says so."""
    folder = os.environ.get("AGENTGUARD_SHOTS")
    if folder:
        seat.inside.run("import", "-window", "root", str(Path(folder, f"{name}.png")))


def open_(seat: Seat, title: str, name: str = "xterm") -> str:
    seat.inside.start("xterm", "-class", name, "-geometry", "60x12+40+40", "-T", title)
    window = eventually(lambda: seat.windows(title))[0]
    seat.inside.run("xdotool", "windowactivate", window)
    return str(window)


def covers(seat: Seat, pid: int) -> list[str]:
    """Give the agent's windows that are as large as a screen."""
    with suppress(subprocess.CalledProcessError):
        shown = seat.inside.run("xdotool", "search", "--onlyvisible", "--pid", str(pid)).split()
        return [window for window in shown if size(seat, window) > SCREEN]
    return []


def test_a_window_is_covered_until_a_code_is_typed_and_runs_on_beneath(gated: Seat) -> None:
    (code,) = OfflineCodes(gated.data, system_clock()).issue(1)
    agent = gated.start("tray")
    window = open_(gated, "Records of the day")
    eventually(lambda: covers(gated, agent.pid))
    eventually(lambda: gated.has("prompt.asked", kind="proof"))
    picture(gated, "gate-closed")
    assert window in gated.windows("Records of the day")  # covered, not ended
    gated.inside.run("xdotool", "type", "--delay", "40", code)
    gated.inside.run("xdotool", "key", "Return")
    eventually(lambda: gated.has("proof.given", group="Records", factor="offline-code"))
    eventually(lambda: not covers(gated, agent.pid))
    picture(gated, "gate-open")
    assert not gated.has("gate.missing")
    assert "Records of" not in gated.log.read_text()
    gated.end(agent, signal.SIGINT)


def test_a_wrong_code_leaves_it_covered(gated: Seat) -> None:
    agent = gated.start("tray")
    open_(gated, "Till one", "Till")
    eventually(lambda: covers(gated, agent.pid))
    gated.inside.run("xdotool", "type", "--delay", "40", "AAAAA-AAAAA")
    gated.inside.run("xdotool", "key", "Return")
    eventually(lambda: gated.has("proof.refused", group="Till"))
    assert covers(gated, agent.pid)
    picture(gated, "gate-refused")
    gated.end(agent, signal.SIGINT)


def test_a_title_that_becomes_sensitive_is_asked_for(gated: Seat) -> None:
    agent = gated.start("tray")
    window = open_(gated, "News of the day")
    gated.inside.run("xdotool", "set_window", "--name", "Records of Ada", window)
    eventually(lambda: gated.has("prompt.asked", kind="proof"))
    eventually(lambda: covers(gated, agent.pid))
    for stored in gated.data.rglob("*"):
        if stored.is_file():
            assert b"Records of Ada" not in stored.read_bytes()
    gated.end(agent, signal.SIGINT)


def test_the_application_can_be_put_away_instead(gated: Seat) -> None:
    agent = gated.start("tray")
    open_(gated, "Till two", "Till")
    eventually(lambda: covers(gated, agent.pid))
    gated.inside.run("xdotool", "key", "Tab", "Tab", "space")  # confirm, then put away
    eventually(lambda: gated.has("prompt.answered", answer="left"))
    eventually(lambda: not covers(gated, agent.pid))
    eventually(lambda: not gated.windows("Till two"))
    picture(gated, "gate-left")
    eventually(lambda: gated.has("finding.closed", check="reauth"))
    gated.end(agent, signal.SIGINT)


def _active(seat: Seat) -> str:
    """Give the window that has the keyboard; between two there is none, and xdotool fails."""
    with suppress(subprocess.CalledProcessError):
        return str(seat.inside.run("xdotool", "getactivewindow")).strip()
    return ""


def test_the_keyboard_does_not_stay_with_what_is_covered(gated: Seat) -> None:
    (code,) = OfflineCodes(gated.data, system_clock()).issue(1)
    agent = gated.start("tray")
    window = open_(gated, "Till three", "Till")
    (cover,) = eventually(lambda: covers(gated, agent.pid))
    gated.inside.run("xdotool", "windowactivate", window)
    eventually(lambda: _proves(gated, cover, code), within=60)
    gated.end(agent, signal.SIGINT)


def _proves(seat: Seat, cover: str, code: str) -> bool:
    """Type a code as a person would: again, when the window manager had been slow to follow."""
    if _active(seat) == cover:
        seat.inside.run("xdotool", "key", "ctrl+a")
        seat.inside.run("xdotool", "type", "--delay", "40", code)
        seat.inside.run("xdotool", "key", "Return")
    with suppress(AssertionError):
        eventually(lambda: _given(seat), within=5)
    return _given(seat)


def _given(seat: Seat) -> bool:
    return seat.has("proof.given", factor="offline-code")
