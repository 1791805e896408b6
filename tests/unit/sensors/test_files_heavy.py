"""The files sensor against the limits of the real kernel: bursts, lost events, too few watches.

The limits are those of a user namespace of its own, so that nothing else on the machine notices.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from agentguard.model.events import Event, FileScanned, SensorState, SweepFinished
from agentguard.model.hits import Hit
from agentguard.model.outcomes import FileOutcome
from agentguard.model.policy import Contact, Policy, Watch
from agentguard.platforms import system_clock
from agentguard.ports.file_memory import SeenFiles
from agentguard.sensors import watch_scope
from agentguard.sensors.file_look import GRAIN
from agentguard.sensors.files import FilesSensor
from agentguard.sensors.mounts import Mounts
from agentguard.store.file_memory import SeenDatabase
from tests.desktop.harness import eventually

HIT = Hit(kind="PAN", count=1)
BURST = 20_000
WITHIN = 300.0
"""Seconds after a burst in which every file with data must be found, however busy the computer is.

How soon a sweep begins after a loss is proved on a clock of our own, in test_guard.py.
"""


@dataclass(frozen=True, slots=True)
class Found:
    outcome: FileOutcome = FileOutcome.READ
    hits: tuple[Hit, ...] = (HIT,)
    reason: str = ""
    test_cards: int = 0
    left: int = 0
    size: int = 0


class Watched:
    """A running sensor whose scan finds something in every file."""

    def __init__(
        self, root: Path, scan: Callable[[str], Found], seen: SeenFiles | None = None
    ) -> None:
        policy = Policy(
            name="test",
            version=1,
            description="",
            watch=Watch(folders=(str(root),), exclude=()),
            retention=(),
            backup_markers=(),
            contact=Contact(),
            controls={},
            digest="",
        )
        self.paths: set[str] = set()
        self.events: list[Event] = []
        self.sweeps = 0
        self._came = threading.Condition()
        self._stop = threading.Event()
        self.asked = 0
        self._scan = scan
        clock = system_clock()
        self.sensor = FilesSensor(self._read, lambda: policy, clock, seen=seen, duty=1.0)
        self._thread = threading.Thread(target=self.sensor.run, args=(self._hear, self._stop))
        self._thread.start()
        self.wait(lambda: self.sweeps > 0)

    def _read(self, path: str) -> Found:
        self.asked += 1
        return self._scan(path)

    def _hear(self, event: Event) -> None:
        with self._came:
            self.events.append(event)
            if isinstance(event, FileScanned) and event.hits:
                self.paths.add(event.path)
            self.sweeps += isinstance(event, SweepFinished)
            self._came.notify_all()

    def wait(self, wanted: Callable[[], bool]) -> None:
        with self._came:
            assert self._came.wait_for(wanted, WITHIN), (len(self.paths), self.sweeps)

    def held_up(self) -> AbstractContextManager[object]:
        """Keep the watch from reading, as on a computer that is busy: the kernel's queue fills."""
        lock: AbstractContextManager[object] = (
            self.sensor._guard._watcher._observer._inotify_fd._lock
        )
        return lock

    def end(self) -> None:
        self._stop.set()
        self._thread.join(20)
        assert not self._thread.is_alive()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AGENTGUARD_HOME", str(tmp_path / "agent"))
    (tmp_path / "desk").mkdir()
    return tmp_path / "desk"


@pytest.fixture
def started() -> Iterator[list[Watched]]:
    every: list[Watched] = []
    yield every
    for one in every:
        one.end()


def burst(root: Path, *, folders: bool = True) -> set[str]:
    made: set[str] = set()
    folder = root
    for number in range(BURST):
        if folders and number % 500 == 0:
            folder = root / f"d{number}"
            folder.mkdir()
        path = folder / f"{number}.txt"
        path.write_bytes(b"x")
        made.add(str(path))
    return made


def overflown(caplog: pytest.LogCaptureFixture) -> bool:
    """Tell whether the kernel said that its queue was full."""
    return any("overflow" in record.getMessage() for record in caplog.records)


@pytest.mark.heavy
@pytest.mark.timeout(700)
def test_a_burst_of_creations_is_found_to_the_last_file(root: Path, started: list[Watched]) -> None:
    watched = Watched(root, lambda _path: Found())
    started.append(watched)
    made = burst(root)
    watched.wait(lambda: watched.paths >= made)


@pytest.mark.heavy
@pytest.mark.timeout(700)
def test_events_that_the_kernel_lost_are_made_up_for_by_a_sweep(
    root: Path, started: list[Watched], caplog: pytest.LogCaptureFixture
) -> None:
    """All in one folder, so that no rebuilding of the watch finds any of them."""
    watched = Watched(root, lambda _path: Found())
    started.append(watched)
    caplog.set_level(logging.WARNING)
    with watched.held_up():
        made = burst(root, folders=False)
    watched.wait(lambda: watched.paths >= made)
    assert overflown(caplog)
    watched.wait(lambda: watched.sweeps > 1)


MANY = 100_000
HOLDS = 50  # every so manieth file of a large burst holds data
BURST_OF_MANY = textwrap.dedent(
    """
    import os, sys
    root, count, holds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for number in range(count):
        if number % 1000 == 0:
            folder = f"{root}/d{number}"
            os.mkdir(folder)
        file = os.open(f"{folder}/{number}.txt", os.O_CREAT | os.O_WRONLY)
        os.write(file, b"4111 1111 1111 1111" if number % holds == 0 else b"nothing")
        os.close(file)
    """
)


def really_read(path: str) -> Found:
    return Found(hits=(HIT,) if b"4111" in Path(path).read_bytes() else ())


def burst_of_many(root: Path) -> set[str]:
    """Make many files from another process, faster than anybody can listen."""
    subprocess.run(
        [sys.executable, "-c", BURST_OF_MANY, str(root), str(MANY), str(HOLDS)], check=True
    )
    return {
        str(root / f"d{number // 1000 * 1000}" / f"{number}.txt")
        for number in range(0, MANY, HOLDS)
    }


@pytest.mark.heavy
@pytest.mark.timeout(700)
@pytest.mark.parametrize("listening", [True, False], ids=["as-it-comes", "held-up"])
def test_every_file_with_data_of_a_hundred_thousand_is_found_after_their_burst(
    root: Path, started: list[Watched], caplog: pytest.LogCaptureFixture, *, listening: bool
) -> None:
    """Whether the kernel lost events or not: it does when its 16,384 places are full.

    As it comes, it may or may not; held up, not one of the new folders is heard of.
    """
    watched = Watched(root, really_read)
    started.append(watched)
    caplog.set_level(logging.WARNING)
    with nullcontext() if listening else watched.held_up():
        for number in range(0 if listening else BURST):  # they alone fill the queue
            (root / f"{number}.log").touch()
        holding = burst_of_many(root)
    watched.wait(lambda: watched.paths >= holding)
    assert watched.paths == holding
    assert listening or overflown(caplog)
    watched.wait(lambda: watched.sweeps >= 1 + overflown(caplog))


@pytest.mark.heavy
@pytest.mark.timeout(700)
def test_a_sweep_of_a_hundred_thousand_files_finds_every_file_with_data(
    root: Path, tmp_path: Path, started: list[Watched]
) -> None:
    holding = burst_of_many(root)
    newest = max(path.lstat().st_ctime for path in root.glob("d*/*"))
    eventually(lambda: system_clock().now().wall - newest > GRAIN)  # or it is rightly read twice
    memory = SeenDatabase(tmp_path, system_clock())
    watched = Watched(root, really_read, memory)
    started.append(watched)
    assert watched.paths == holding
    asked = watched.asked
    watched.sensor.poke()
    watched.wait(lambda: watched.sweeps > 1)
    assert (asked, watched.asked) == (MANY, MANY)
    watched.end()
    memory.close()


LIMITED = textwrap.dedent(
    """
    import json, os, sys, threading
    from pathlib import Path
    from agentguard.model.events import FileScanned, SensorState, SweepFinished
    from agentguard.model.outcomes import FileOutcome
    from agentguard.model.hits import Hit
    from agentguard.model.policy import Contact, Policy, Watch
    from agentguard.platforms import system_clock
    from agentguard.sensors import watch_guard as guard
    from agentguard.sensors.files import FilesSensor

    limit, value, root, folders = sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4]
    many, holds = int(sys.argv[6]), int(sys.argv[7])
    for number in range(50 if folders == "before" else 0):
        (root / str(number)).mkdir()
    Path("/proc/sys/user/" + limit).write_text(value)
    guard.POLL, guard.ROOM = 1.0, 0.5

    class Found:
        outcome, reason, test_cards, left, size = FileOutcome.READ, "", 0, 0, 0
        def __init__(self, path):
            holds = b"4111" in Path(path).read_bytes()
            self.hits = (Hit(kind="PAN", count=1),) if holds else ()

    policy = Policy(name="t", version=1, description="",
        watch=Watch(folders=(str(root),), exclude=()), retention=(), backup_markers=(),
        contact=Contact(), controls={}, digest="")
    told, came, stop, swept = [], threading.Event(), threading.Event(), threading.Event()
    wanted = {str(root / "49" / f"{number}.txt") for number in range(0, many, holds)}

    def hear(event):
        if isinstance(event, SensorState):
            told.append([event.state, event.message.id if event.message else ""])
        if isinstance(event, SweepFinished):
            swept.set()
        if isinstance(event, FileScanned) and event.hits:
            wanted.discard(event.path)
            if not wanted:
                came.set()

    sensor = FilesSensor(Found, lambda: policy, system_clock())
    thread = threading.Thread(target=sensor.run, args=(hear, stop))
    thread.start()
    swept.wait(100)
    for number in range(50 if folders == "later" else 0):
        (root / str(number)).mkdir()
    for number in range(many):
        with open(root / "49" / f"{number}.txt", "wb") as file:
            file.write(b"4111" if number % holds == 0 else b"nothing")
    found = came.wait(300)
    for _ in range(600):
        if told[-1][1] == sys.argv[5]:
            break
        stop.wait(0.1)
    stop.set()
    thread.join(20)
    print(json.dumps({"told": told, "found": found}))
    """
)


@pytest.mark.posix
def in_a_small_world(
    root: Path, limit: str, value: str, folders: str, *more: str
) -> dict[str, object]:
    """Run a sensor where the kernel's limit is small; give what it told and whether it found."""
    in_its_own_room = ["unshare", "--user", "--map-root-user", sys.executable, "-c", LIMITED]
    ran = subprocess.run(
        [*in_its_own_room, limit, value, str(root), folders, *more],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.heavy
@pytest.mark.timeout(700)
@pytest.mark.parametrize(
    ("limit", "value", "folders", "problem"),
    [
        ("max_inotify_watches", "20", "before", "files.degraded"),
        ("max_inotify_watches", "1", "before", "files.degraded"),
        ("max_inotify_instances", "0", "before", "files.no-watch"),
        ("max_inotify_watches", "20", "later", "files.degraded"),
        ("max_inotify_watches", "1000", "before", ""),
        ("max_inotify_watches", "1000", "later", ""),
    ],
)
def test_too_few_watches_are_told_and_made_up_for_by_sweeps(
    root: Path, limit: str, value: str, folders: str, problem: str
) -> None:
    answer = in_a_small_world(root, limit, value, folders, problem, "1", "1")
    assert answer["found"]
    assert answer["told"][-1] == ["watching", problem]


@pytest.mark.heavy
@pytest.mark.timeout(700)
def test_a_burst_in_a_folder_that_could_not_be_watched_is_found(root: Path) -> None:
    """At the share of time of the policy as it ships: much that is new needs no rest."""
    limited = ("max_inotify_watches", "20", "before", "files.degraded")
    answer = in_a_small_world(root, *limited, str(MANY), str(HOLDS))
    assert answer["found"]
    assert answer["told"][-1] == ["watching", "files.degraded"]


MOUNTED = textwrap.dedent(
    """
    import json, os, subprocess, sys, threading
    from pathlib import Path
    from agentguard.model.events import FileScanned, SensorState, SweepFinished
    from agentguard.model.outcomes import FileOutcome
    from agentguard.model.policy import Contact, Policy, Watch
    from agentguard.platforms import system_clock
    from agentguard.sensors import watch_guard as guard
    from agentguard.sensors.files import FilesSensor

    root, heard, came, stop = Path(sys.argv[1]), [], threading.Condition(), threading.Event()
    guard.EVERY = guard.SETTLE = 0.2

    def mount(*words):
        subprocess.run(("mount", *words), check=True)

    class Found:
        outcome, hits, reason, test_cards = FileOutcome.READ, (), "reason.partial", 0
        left = size = 0

    def hear(event):
        with came:
            heard.append(event)
            came.notify_all()

    def wait(holds):
        with came:
            assert came.wait_for(holds, 30), [str(e)[:200] for e in heard[-5:]]

    def told(path):
        return any(isinstance(e, FileScanned) and e.path == str(path) for e in heard)

    def sweeps():
        return [e.files for e in heard if isinstance(e, SweepFinished)]

    policy = Policy(name="t", version=1, description="",
        watch=Watch(folders=(str(root),), exclude=()), retention=(), backup_markers=(),
        contact=Contact(), controls={}, digest="")
    sensor = FilesSensor(lambda path: Found(), lambda: policy, system_clock(), duty=1.0)
    thread = threading.Thread(target=sensor.run, args=(hear, stop))
    for name in ("a", "a/b", "stick"):
        (root / name).mkdir()
    (root / "a" / "x").write_text("x")
    mount("--bind", str(root), str(root / "a" / "b"))  # a loop
    try:
        thread.start()
        wait(sweeps)
        first = list(sweeps())
        mount("-t", "tmpfs", "none", str(root / "stick"))
        (root / "stick" / "y").write_text("y")
        wait(lambda: told(root / "stick" / "y"))
        (root / "stick" / "later").write_text("z")
        wait(lambda: told(root / "stick" / "later"))
        subprocess.run(("umount", str(root / "stick")), check=True)
        wait(lambda: any(isinstance(e, FileScanned) and e.outcome is FileOutcome.GONE
                         and e.path == str(root / "stick" / "y") for e in heard))
    finally:
        stop.set()
        thread.join(20)
    print(json.dumps(first))
    """
)


@pytest.mark.heavy
def test_loops_of_mounts_end_and_a_disk_that_comes_and_goes_is_noticed(root: Path) -> None:
    """With real mounts, in a user namespace of its own; nobody watches what is mounted later."""
    in_its_own_room = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, "-c"]
    ran = subprocess.run(
        [*in_its_own_room, MOUNTED, str(root)],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == [1]


@pytest.mark.heavy
def test_folders_of_other_computers_are_not_watched_and_said_to_be_apart(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Setting a watch walks through the folder, which hangs when the other computer is away."""
    (root / "share").mkdir()
    afar = Mounts(frozenset({f"{root}/share"}), ((f"{root}/share", True),))
    monkeypatch.setattr(watch_scope, "mounts", lambda **_drives: afar)
    watched = Watched(root, really_read)
    try:
        states = [e for e in watched.events if isinstance(e, SensorState)]
        assert states[-1].message is not None
        assert states[-1].message.id == "files.apart"
        assert states[-1].message.params["count"] == 1
        told = {e.path: e.reason for e in watched.events if isinstance(e, FileScanned)}
        assert told == {f"{root}/share": "reason.folder-network"}
        assert watched.sensor._guard._watcher.alive()
        assert not list(watched.sensor._guard._watcher._observer.emitters)
    finally:
        watched.end()
