"""The drill of an agent that is ended, with a real systemd of a user's that starts it again."""

from __future__ import annotations

import os
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

import psutil
import pytest

from agentguard.base.errors import PlatformError
from agentguard.model.drills import DrillEnded, DrillOutcome
from agentguard.platforms._linux.bus import Bus
from agentguard.platforms._linux.units import STAND_IN, UserUnits, revival
from agentguard.runtime.drills import killed_agent
from tests.desktop.harness import eventually
from tests.flow.conftest import Floor, start
from tests.flow.test_drills import drills_of, watched

__all__ = ["start"]
pytestmark = pytest.mark.heavy
ROOT = Path(__file__).parents[2]
UNIT = ROOT / "installer/linux/agentguard.service"
RUNS = 5


class Manager:
    """A user's systemd, and in it a process that stands for the agent, under its unit's rules."""

    def __init__(self, folder: Path) -> None:
        self.address = f"unix:path={folder / 'bus'}"
        self.env = {
            **os.environ,
            "XDG_RUNTIME_DIR": str(folder),
            "DBUS_SESSION_BUS_ADDRESS": self.address,
        }

    def agent(self, *rules: str) -> UserUnits:
        """Start it; give what the agent would see of its systemd."""
        words = [f"--property={rule}" for rule in rules]
        self("systemd-run", "--user", "--unit=agentguard", *words, "sleep", "600")
        pid = int(self("systemctl", "--user", "show", "agentguard", "-P", "MainPID"))
        return UserUnits(Bus(self.address), pid)

    def __call__(self, *words: str) -> str:
        done = subprocess.run(
            words, env=self.env, check=True, capture_output=True, text=True, timeout=60
        )
        return done.stdout.strip()


def rules() -> tuple[str, ...]:
    """Give the restart rules of the unit that is installed, with a pause that a test can wait."""
    wanted = ("Restart=", "RestartSteps=", "RestartMaxDelaySec=")
    lines = UNIT.read_text().splitlines()
    return (*(line for line in lines if line.startswith(wanted)), "RestartSec=1")


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    """Start a systemd in a namespace of its own."""
    folder, name = tmp_path / "run", f"agentguard-{uuid.uuid4().hex}"
    folder.mkdir(mode=0o700)
    script = Path(__file__).with_name("user_systemd.sh")
    words = ("unshare", "--mount", "sh", str(script), str(folder), name)
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield Manager(folder)
        process.stdin.close()
        process.wait(60)


def stand_ins() -> list[int]:
    """Give every process that is a stand-in."""
    every = psutil.process_iter(("cmdline",))
    return [one.pid for one in every if tuple(one.info["cmdline"] or ()) == STAND_IN]


def run(floor: Floor, there: UserUnits | None) -> DrillEnded:
    drills = drills_of(floor)
    drills.rooms = replace(drills.rooms, backend=replace(drills.rooms.backend, revival=there))
    one = next(d for d in drills.catalogue if d.id == "killed-agent")
    return drills.run(one, threading.Event())


def test_row_340_what_starts_the_agent_again_starts_a_stand_in_again_and_nothing_stays(
    manager: Manager, start: Callable[[], Floor]
) -> None:
    floor, there = watched(start()), manager.agent(*rules())
    agent = manager("systemctl", "--user", "show", "agentguard", "-P", "MainPID")
    seconds = []
    for _ in range(RUNS):
        ended = run(floor, there)
        assert ended.outcome is DrillOutcome.PASSED, ended
        assert ended.seconds is not None
        seconds.append(ended.seconds)
        assert there.left() == ()
    assert manager("systemctl", "--user", "show", "agentguard", "-P", "MainPID") == agent
    assert manager("systemctl", "--user", "show", "agentguard", "-P", "NRestarts") == "0"
    eventually(lambda: not stand_ins())
    print(f"again after {median(seconds):.2f} s, {max(seconds):.2f} at most (pause of 1 s)")


@pytest.mark.parametrize("rule", ["Restart=no", "Restart=on-watchdog"])
def test_row_340_where_nothing_starts_the_agent_again_the_drill_does_not_pass(
    manager: Manager, start: Callable[[], Floor], rule: str
) -> None:
    ended = run(start(), manager.agent(rule))
    assert (ended.outcome, ended.why) == (DrillOutcome.NOT_POSSIBLE, "no-keeper")
    assert stand_ins() == []


def test_row_340_an_agent_that_systemd_did_not_start_is_not_started_again(
    manager: Manager, start: Callable[[], Floor]
) -> None:
    manager.agent(*rules())
    stranger = UserUnits(Bus(manager.address), os.getpid())
    assert stranger.pause() is None
    with pytest.raises(PlatformError, match="Nothing starts"):
        stranger.begin("drill-x")
    ended = run(start(), stranger)
    assert (ended.outcome, ended.why) == (DrillOutcome.NOT_POSSIBLE, "no-keeper")


def test_row_340_a_stand_in_that_is_not_started_again_fails_the_drill(
    manager: Manager, start: Callable[[], Floor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(killed_agent, "WITHIN", 3.0)
    there = manager.agent(*rules())
    kill = there.kill

    def for_good(process: int) -> None:
        kill(process)
        (name,) = there.left()
        there.end(name)

    monkeypatch.setattr(there, "kill", for_good)
    ended = run(start(), there)
    assert (ended.outcome, ended.why) == (DrillOutcome.FAILED, "not-started")
    assert there.left() == ()


def test_row_340_a_stand_in_that_a_kill_left_goes_with_the_agent_or_its_next_start(
    manager: Manager, start: Callable[[], Floor]
) -> None:
    there, floor = manager.agent(*rules()), start()
    drills = drills_of(floor)
    drills.rooms = replace(drills.rooms, backend=replace(drills.rooms.backend, revival=there))
    there.begin("drill-left")
    eventually(lambda: there.process("drill-left"))
    drills.begin()
    assert there.left() == ()
    there.begin("drill-bound")
    eventually(lambda: there.process("drill-bound"))
    manager("systemctl", "--user", "stop", "agentguard")
    eventually(lambda: not there.process("drill-bound"))
    assert there.pause() is None


def test_row_340_without_a_bus_or_a_systemd_the_drill_is_not_possible(
    tmp_path: Path, start: Callable[[], Floor]
) -> None:
    assert revival(None) is None
    for there in (None, revival(f"unix:path={tmp_path / 'nobody'}")):
        ended = run(start() if there is None else watched(start()), there)
        assert (ended.outcome, ended.why) == (DrillOutcome.NOT_POSSIBLE, "no-keeper")
