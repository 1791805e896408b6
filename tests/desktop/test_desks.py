"""The keeper's eyes on Linux: a real logind, and real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms import desks, session_ends
from agentguard.platforms._linux.bus import Bus
from agentguard.platforms._linux.sessions import LinuxDesks, asks, guards
from tests.desktop.harness import Desktop, Logind, environ, eventually

pytestmark = pytest.mark.heavy

ME = str(os.getuid())


def test_who_is_logged_on_at_a_desktop_is_told_by_logind() -> None:
    with Desktop() as desktop, Logind(desktop) as logind, environ(logind.env):
        assert desks().sessions() == {ME}
        assert not session_ends(), "it goes on, whatever is ended in it"


def test_without_logind_the_keeper_is_told_that_it_cannot_see(tmp_path: Path) -> None:
    nobody = LinuxDesks(Bus(f"unix:path={tmp_path / 'bus'}"), tmp_path / "codes")
    with pytest.raises(PlatformError):
        nobody.sessions()


def test_an_agent_is_seen_while_it_runs(tmp_path: Path) -> None:
    seen = LinuxDesks(Bus(f"unix:path={tmp_path / 'bus'}"), tmp_path / "codes")
    env = {**os.environ, "AGENTGUARD_HOME": str(tmp_path)}
    command = (sys.executable, "-m", "agentguard", "run")
    with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as agent:
        try:
            eventually(lambda: ME in seen.guarded())
        finally:
            agent.kill()
    assert str(agent.pid) not in seen.guarded().values()


@pytest.mark.parametrize(
    ("line", "is_agent"),
    [
        ("/usr/bin/python3.13 -IS /usr/bin/agentguard tray --quiet", True),
        ("python3 -m agentguard run", True),
        ("agentguard tray", True),
        ("agentguard keeper run", False),
        ("agentguard", False),
        ("vim agentguard tray.txt", False),
        ("", False),
    ],
)
def test_an_agent_is_known_by_its_command_line(line: str, is_agent: bool) -> None:
    assert guards(line.split()) is is_agent


@pytest.mark.parametrize(
    ("line", "is_asking"),
    [
        ("/usr/bin/python3.13 -IS /usr/bin/agentguard enroll --by-keeper", True),
        ("python3 -m agentguard enroll --by-keeper", True),
        ("agentguard enroll --code-file -", False),
        ("agentguard tray --quiet", False),
        ("vim --by-keeper", False),
        ("", False),
    ],
)
def test_who_wants_to_be_enrolled_is_known_by_the_command_line(line: str, is_asking: bool) -> None:
    assert asks(line.split()) is is_asking


def test_the_keeper_starts_nobody_here_and_hands_codes_to_who_asks(tmp_path: Path) -> None:
    seen = LinuxDesks(Bus(f"unix:path={tmp_path / 'bus'}"), tmp_path / "codes")
    assert not seen.starts
    assert seen.enrolled(ME), "nobody asks"
    assert not seen.enrol(ME, "code"), "whether it is taken is the user's own step"
    assert (tmp_path / "codes" / ME).read_text() == "code\n"
    seen.guarded()
    assert not (tmp_path / "codes" / ME).exists()
    assert not seen.ending()
    with pytest.raises(PlatformError, match="systemd alone"):
        seen.start(ME)
