"""An agent that the keeper starts: its person's other programs can do nothing to it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from math import isfinite
from pathlib import Path

import psutil
import pytest

from agentguard.platforms._win32 import person_start, session_agents, sessions
from agentguard.platforms._win32.person_start import Begun
from agentguard.platforms._win32.session_agents import SessionAgents
from agentguard.platforms._win32.session_host import WindowsDesks
from agentguard.platforms._win32.shield import shielded
from agentguard.platforms._win32.silence_answers import Signs
from agentguard.platforms._win32.tokens import own_sid
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.session_host import HUNG
from agentguard.service.keeper_status import Standing
from agentguard.service.run import LOOK, Keeper
from agentguard.service.watch import Happening
from tests.windows.keeping import PATIENCE, ROOT, until

pytestmark = pytest.mark.xdist_group("desktop")

KILLS = 200
RIGHTS = {
    "terminate": 0x0001,
    "create-thread": 0x0002,
    "vm-operation": 0x0008,
    "vm-read": 0x0010,
    "vm-write": 0x0020,
    "duplicate-handle": 0x0040,
    "set-information": 0x0200,
    "query-information": 0x0400,
    "suspend": 0x0800,
    "write-dac": 0x40000,
    "write-owner": 0x80000,
    "all": 0x1FFFFF,
}
PROGRAM = Path(sys.executable).with_name("pythonw.exe")
SLEEPS = (str(PROGRAM), "-I", "-S", "-c", "import time; time.sleep(3000)", "tray")
ASKS = """
import ctypes, sys
k = ctypes.WinDLL("kernel32", use_last_error=True)
k.OpenProcess.restype = ctypes.c_void_p
for right in sys.argv[2:]:
    h = k.OpenProcess(int(right), 0, int(sys.argv[1]))
    print("granted" if h else ctypes.get_last_error())
"""


THREAD_RIGHTS = (0x0001, 0x0002, 0x0008, 0x0010, 0x0080, 0x0200)
"""THREAD_TERMINATE, SUSPEND_RESUME, GET_CONTEXT, SET_CONTEXT, SET_THREAD_TOKEN, to impersonate."""
ASKS_THREADS = """
import ctypes, sys
from ctypes import wintypes
k = ctypes.WinDLL("kernel32", use_last_error=True)
k.OpenThread.restype = k.CreateToolhelp32Snapshot.restype = ctypes.c_void_p
class Entry(ctypes.Structure):
    names = "size usage tid pid base delta flags".split()
    _fields_ = [*zip(names, [wintypes.DWORD] * 7)]
picture, one = ctypes.c_void_p(k.CreateToolhelp32Snapshot(4, 0)), Entry(size=ctypes.sizeof(Entry))
more = k.Thread32First(picture, ctypes.byref(one))
while more:
    for right in sys.argv[2:] if one.pid == int(sys.argv[1]) else ():
        h = k.OpenThread(int(right), 0, one.tid)
        print("granted" if h else ctypes.get_last_error())
    more = k.Thread32Next(picture, ctypes.byref(one))
"""
THREADS = """
import sys, threading, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from agentguard.platforms import alive
def begin():
    threading.Thread(target=threading.Event().wait, daemon=True).start()
for _ in range(6): begin()
alive()
Path(sys.argv[2]).touch()
more = Path(sys.argv[3])
while True:
    if more.exists():
        begin()
        alive()
        more.unlink()
    time.sleep(0.05)
"""
SCANS = """
import sys
sys.path.insert(0, sys.argv[1])
from agentguard.detect.sandbox.client import Limits, ScanClient
from agentguard.platforms import child_starter, leash
from agentguard.platforms.simulated import FakeClock
limits, held = Limits(start_seconds=60.0, seconds=60.0), {"leash": leash}
if sys.argv[3] == "ours":
    held["start"] = child_starter()
with ScanClient(limits, FakeClock(), **held) as client:
    found = client.scan(sys.argv[2])
    raise SystemExit(7 if found.hits else 8)
"""


@pytest.fixture
def woken() -> threading.Event:
    return threading.Event()


@pytest.fixture
def agents(woken: threading.Event) -> Iterator[SessionAgents]:
    made = SessionAgents(SLEEPS, woken.set)
    yield made
    end(made)
    made.close()


def end(agents: SessionAgents, code: int = 1) -> None:
    """End all by the keeper's own handles."""
    for agent in agents._agents.values():
        agent.process.end(code)
        agent.process.wait(PATIENCE)


def session() -> int:
    return sessions.logged_on()[0]


def asked(pid: int, *rights: int) -> list[str]:
    """Ask for rights of a process, from another one."""
    words = (sys.executable, "-c", ASKS, str(pid), *map(str, rights))
    ended = subprocess.run(words, capture_output=True, text=True, check=True, timeout=PATIENCE)
    return ended.stdout.split()


def test_row_130_another_program_of_its_person_gets_no_right_that_could_harm(
    agents: SessionAgents,
) -> None:
    agents.start(session())
    (pid,) = agents.running().values()
    assert asked(pid, *RIGHTS.values()) == ["5"] * len(RIGHTS)
    assert asked(pid, 0x101000) == ["granted"], "it may be asked and waited for"
    taskkill = subprocess.run(("taskkill", "/f", "/pid", str(pid)), check=False, timeout=PATIENCE)
    assert taskkill.returncode
    with pytest.raises(psutil.AccessDenied):
        psutil.Process(pid).kill()
    assert agents.running() == {session(): pid}
    assert shielded(pid)


def test_row_130_its_words_or_its_shield_tell_that_it_guards(agents: SessionAgents) -> None:
    agents.start(session())
    assert sessions.running(PROGRAM) == agents.running()


def test_row_130_another_keeper_takes_over_what_the_first_has_started(
    agents: SessionAgents, woken: threading.Event
) -> None:
    agents.start(session())
    second = SessionAgents(SLEEPS, woken.set)
    assert second.running() == agents.running()
    second.start(session())
    assert len(sessions.agents(PROGRAM)[session()]) == 1
    end(agents, 0xC0000005)
    until(woken.is_set)
    assert second.running() == {}
    assert second.ends() == {session(): 0xC0000005}
    assert second.ends() == {}


def test_row_130_one_that_its_person_has_started_gives_way(agents: SessionAgents) -> None:
    with subprocess.Popen(SLEEPS) as theirs:
        try:
            until(lambda: sessions.agents(PROGRAM).get(session()))
            assert not shielded(theirs.pid)
            assert agents.running() == {}
            agents.start(session())
            assert theirs.wait(PATIENCE) == 1
        finally:
            theirs.kill()
    assert list(sessions.agents(PROGRAM)[session()]) == list(agents.running().values())


def test_row_130_an_agent_knows_who_it_is() -> None:
    """A token whose own list is narrow takes this from it: its program may not open it."""
    knows = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from agentguard.platforms._win32.tokens import own_sid\n"
        f"raise SystemExit(7 if own_sid() == {own_sid()!r} else 8)"
    )
    assert sessions.run(session(), (sys.executable, "-c", knows), PATIENCE) == 7


def asked_of_threads(pid: int) -> list[str]:
    """Ask for rights of every thread of a process, from another one."""
    words = (sys.executable, "-c", ASKS_THREADS, str(pid), *map(str, THREAD_RIGHTS))
    ended = subprocess.run(words, capture_output=True, text=True, check=True, timeout=PATIENCE)
    return ended.stdout.split()


def test_row_130_no_thread_of_an_agent_can_be_stopped_or_ended(tmp_path: Path) -> None:
    ready, more = tmp_path / "ready", tmp_path / "more"
    words = (sys.executable, "-c", THREADS, str(ROOT), str(ready), str(more))
    made = person_start.begin(session(), words)
    try:
        until(lambda: ready.exists() or not made.running)
        every = asked_of_threads(made.pid)
        assert len(every) >= 7 * len(THREAD_RIGHTS)
        assert set(every) == {"5"}, every
        more.touch()
        until(lambda: not more.exists())
        later = asked_of_threads(made.pid)
        assert len(later) > len(every)
        assert set(later) == {"5"}, later
    finally:
        made.end()
        made.close()


@pytest.mark.parametrize(("starts", "ended"), [("ours", 7), ("multiprocessing", 8)])
def test_row_133_a_shielded_agent_looks_through_files_in_a_child_of_its_own(
    tmp_path: Path, starts: str, ended: int
) -> None:
    """The child of `multiprocessing` opens its parent, which Windows refuses."""
    (tmp_path / "a.txt").write_text("card 4539 1488 0343 6467")
    words = (sys.executable, "-c", SCANS, str(ROOT), str(tmp_path / "a.txt"), starts)
    assert sessions.run(session(), words, PATIENCE) == ended


def test_row_429_one_that_hangs_ends_itself_where_the_keeper_starts_another() -> None:
    """Nobody else may end it; one that its person started has no keeper, and begins anew."""
    ends = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from agentguard.platforms import end_hung\n"
        "end_hung()\n"
        "raise SystemExit(8)"
    )
    words = (sys.executable, "-c", ends)
    assert sessions.run(session(), words, PATIENCE) == HUNG
    assert subprocess.run(words, check=False, timeout=PATIENCE).returncode == 8


def test_row_451_what_windows_counts_of_a_process_is_asked_by_its_handle(
    agents: SessionAgents,
) -> None:
    """Wine counts nothing, which silences nobody; that it is asked, and a debugger, is real."""
    agents.start(session())
    (agent,) = agents._agents.values()
    told = session_agents.counts(agent.process.process)
    assert told.debugged is False
    assert None not in {told.operations, told.cycles}
    assert not session_agents.counts(0).told, "what is refused silences nobody"
    assert 0 < session_agents.unsuspended() <= time.monotonic() + 1


def test_row_451_a_keeper_ends_an_agent_that_gives_no_sign_and_starts_it_again(
    woken: threading.Event, tmp_path: Path
) -> None:
    counts, awake = Counts(), FakeClock()
    made = SessionAgents(SLEEPS, woken.set, counted=counts, awake=lambda: awake.now().boot)
    try:
        computer = Computer(tmp_path, made)
        computer.keeper.round()
        ((here, pid),) = made.running().items()
        computer.hour(awake)
        assert made.running() == {here: pid}, "one that works is let be"
        counts.works = False
        computer.hour(awake)
        assert woken.wait(PATIENCE), "it has ended, and Windows says so"
        computer.keeper.round()
        computer.back()
        assert made.running().keys() == {here}
        assert made.running() != {here: pid}
        assert ("keeper.agent-ended", "hung") in computer.heard.how
    finally:
        end(made)
        made.close()


class Counts:
    """What Windows counts of a process, as a PC tells it: operations grow while it works."""

    def __init__(self) -> None:
        self.works = True
        self.turns, self.operations = 0, 1

    def __call__(self, _process: int) -> Signs:
        self.turns += 1
        self.operations += self.works
        return Signs(operations=self.operations, cycles=self.turns, debugged=False)


class Heard:
    """Somebody who is told."""

    outcome = Standing()

    def __init__(self) -> None:
        self.happened: list[str] = []
        self.how: list[tuple[str, str]] = []

    def tell(self, _standing: Standing, happened: tuple[Happening, ...] = ()) -> None:
        self.happened += [one.what.value for one in happened]
        self.how += [(one.what.value, one.how) for one in happened]

    def code(self) -> str:
        return ""


class Computer:
    """A keeper of this computer with a clock that leaps over its pauses."""

    def __init__(self, folder: Path, agents: SessionAgents) -> None:
        self.desks, self.clock, self.heard = WindowsDesks(lambda: None), FakeClock(), Heard()
        self.desks._agents = agents
        self.keeper = Keeper(
            folder=folder, desks=self.desks, clock=self.clock, told=self.heard, gone=tuple
        )

    def hour(self, awake: FakeClock) -> None:
        """Look at the pace of a keeper for an hour, or until an agent is ended for its silence.

        A look more might see that it is gone before Windows says so, and who was seen to be gone
        is let go of: nothing is told of it any more.
        """
        held = self.desks._agents
        for _ in range(round(3600 / LOOK)):
            awake.advance(LOOK)
            before = {session: agent.silence for session, agent in held._agents.items()}
            held.running()
            if any(agent.silence is not before[at] for at, agent in held._agents.items()):
                return

    def back(self) -> float:
        """Look, and again when a start is due; give the seconds that passed."""
        self.keeper.round()
        pause = self.keeper.watch.until_due(self.clock.now().boot)
        if not isfinite(pause) or self.desks._agents.running():
            return 0.0
        self.clock.advance(pause)
        self.keeper.round()
        return pause


def test_row_131_killed_again_and_again_it_is_back_within_five_seconds_and_one(
    agents: SessionAgents, woken: threading.Event, tmp_path: Path
) -> None:
    computer, longest = Computer(tmp_path, agents), 0.0
    computer.keeper.round()
    for _ in range(KILLS):
        ((here, pid),) = agents.running().items()
        assert list(sessions.agents(PROGRAM)[here]) == [pid], "there never are two"
        woken.clear()
        begun = time.monotonic()
        end(agents)
        assert woken.wait(PATIENCE), "Windows says so"
        longest = max(longest, computer.back() + time.monotonic() - begun)
        assert agents.running().keys() == {here}
    assert longest <= 5.0
    assert computer.heard.happened.count("keeper.agent-failing") == 1
    print(f"{KILLS} kills, the longest without an agent {longest:.2f} s, pauses counted")


def test_row_132_each_session_has_an_agent_of_its_own_and_a_second_of_one_person_too(
    agents: SessionAgents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wine has one session, so the list of sessions, and whose token is asked for, are a double."""
    here, other = session(), session() + 1
    monkeypatch.setattr(sessions, "logged_on", lambda: (here, other))
    token_of = person_start._token_of
    monkeypatch.setattr(person_start, "_token_of", lambda _session, to: token_of(here, to))
    monkeypatch.setattr(SessionAgents, "_others", lambda _self, _session: [])
    computer = Computer(tmp_path, agents)
    computer.keeper.round()
    first = agents.running()
    assert first.keys() == {here, other}
    assert len(set(first.values())) == 2
    agents._agents[other].process.end()
    agents._agents[other].process.wait(PATIENCE)
    computer.back()
    second = agents.running()
    assert (second[here], second[other] != first[other]) == (first[here], True)
    monkeypatch.setattr(sessions, "logged_on", lambda: (here,))
    theirs = agents._agents[other].process
    leaves, theirs.process = Begun(theirs.process, theirs.pid), 0
    try:
        computer.keeper.round()
        assert agents.running() == {here: second[here]}
        assert leaves.running, "who signs out is ended by Windows, not by the keeper"
    finally:
        leaves.end()
        leaves.close()
    assert computer.heard.happened.count("keeper.agent-ended") == 1, (
        "the other went with its session"
    )
