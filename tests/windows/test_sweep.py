"""The files sensor under Windows' own watch, attributes and file numbers."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from agentguard.model.events import Event, FileScanned, SweepFinished
from agentguard.model.hits import Hit
from agentguard.model.moments import Moment
from agentguard.model.outcomes import FileOutcome
from agentguard.model.policy import Contact, Policy, Watch
from agentguard.platforms import system_clock
from agentguard.platforms._clock import SystemClock
from agentguard.ports.clock import Clock
from agentguard.sensors.files import FilesSensor
from agentguard.sensors.sweep import Unread, walk
from agentguard.sensors.watch_scope import scope_of
from agentguard.store.file_memory import SeenDatabase

CARD = "card 4111 1111 1111 1111"
PATIENCE = 60.0
OFFLINE = 0x1000
MANY = 700
BURST = (  # more than the 64 KiB of events that Windows keeps: it may lose some
    "import sys; [open(f'{sys.argv[1]}/{n:0120}', 'w').close() for n in range(int(sys.argv[2]))]"
)


@dataclass(frozen=True, slots=True)
class Answer:
    hits: tuple[Hit, ...] = ()
    outcome: FileOutcome = FileOutcome.READ
    reason: str = ""
    test_cards: int = 0
    left: int = 0
    size: int = 0


class Later(SystemClock):
    """A minute on, when no file is so young that it may still change within a tick."""

    def now(self) -> Moment:
        return replace(super().now(), wall=super().now().wall + 60.0)


class Desk:
    """A running sensor with its memory on the disk."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root, self.home = root, home
        self.clock: Clock = system_clock()
        self.asked: list[str] = []
        self.events: list[Event] = []
        self._came = threading.Condition()

    def start(self) -> None:
        policy = Policy(
            name="test",
            version=1,
            description="",
            watch=Watch(folders=(str(self.root),), exclude=()),
            retention=(),
            backup_markers=(),
            contact=Contact(),
            controls={},
            digest="",
        )
        self.events.clear()
        self.asked.clear()
        self.memory = SeenDatabase(self.home, self.clock)
        self.sensor = FilesSensor(
            self._scan, lambda: policy, self.clock, seen=self.memory, duty=1.0
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.sensor.run, args=(self._hear, self._stop))
        self._thread.start()
        self.wait(lambda: self.sweeps() >= 1)

    def end(self) -> None:
        self._stop.set()
        self._thread.join(20)
        assert not self._thread.is_alive()
        self.memory.close()

    def wait(self, holds: Callable[[], object]) -> None:
        with self._came:
            assert self._came.wait_for(holds, PATIENCE), self.events[-5:]

    def found(self) -> set[str]:
        return {Path(e.path).name for e in self.events if isinstance(e, FileScanned) and e.hits}

    def sweeps(self) -> int:
        return sum(isinstance(e, SweepFinished) for e in self.events)

    def _hear(self, event: Event) -> None:
        with self._came:
            self.events.append(event)
            self._came.notify_all()

    def _scan(self, path: str) -> Answer:
        self.asked.append(Path(path).name)
        text = Path(path).read_text(encoding="latin-1")
        return Answer(hits=(Hit(kind="PAN", count=1),) if "4111" in text else ())


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("AGENTGUARD_HOME", str(tmp_path / "agent"))
    (tmp_path / "agent").mkdir()
    (tmp_path / "desk").mkdir()
    made = Desk(tmp_path / "desk", tmp_path / "agent")
    yield made
    made.end()


def test_a_file_is_found_as_it_comes_and_not_read_again_after_a_restart(desk: Desk) -> None:
    (desk.root / "before.txt").write_text(CARD)
    desk.start()
    assert desk.found() == {"before.txt"}
    (desk.root / "later.txt").write_text(CARD)
    desk.wait(lambda: "later.txt" in desk.found())
    desk.sensor.poke()
    desk.wait(lambda: desk.sweeps() >= 2)
    desk.end()
    desk.start()
    assert desk.asked == []
    assert desk.found() == {"before.txt", "later.txt"}


def test_a_file_with_two_names_is_read_once(desk: Desk) -> None:
    (desk.root / "one.txt").write_text(CARD)
    os.link(desk.root / "one.txt", desk.root / "two.txt")
    desk.clock = Later()
    desk.start()
    assert len(desk.asked) == 1
    assert desk.found() == {"one.txt", "two.txt"}


def test_a_file_that_is_offline_is_not_opened(desk: Desk) -> None:
    (desk.root / "afar.txt").write_text(CARD)
    (desk.root / "near.txt").write_text(CARD)
    path = str(desk.root / "afar.txt")
    kernel = ctypes.windll.kernel32
    if (
        not kernel.SetFileAttributesW(path, OFFLINE)
        or not kernel.GetFileAttributesW(path) & OFFLINE
    ):
        desk.start()  # Wine keeps no such attribute: then it is a file like any other
        assert "near.txt" in desk.found()
        return
    desk.start()
    assert desk.asked == ["near.txt"]


def test_a_junction_is_not_followed(desk: Desk, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "cards.txt").write_text(CARD)
    (desk.root / "inside.txt").write_text(CARD)
    subprocess.run(
        ["cmd", "/c", "mklink", "/J", str(desk.root / "away"), str(outside)],
        check=False,
        capture_output=True,
    )
    desk.start()
    assert desk.found() == {"inside.txt"}


def test_a_burst_is_found_whether_windows_lost_events_or_not(desk: Desk) -> None:
    desk.start()
    subprocess.run([sys.executable, "-c", BURST, str(desk.root), str(MANY)], check=True)
    (desk.root / "last.txt").write_text(CARD)
    desk.wait(lambda: "last.txt" in desk.found())
    desk.wait(lambda: len(set(desk.asked)) >= MANY + 1)


def test_a_watch_that_ended_is_begun_again_and_swept_over(desk: Desk) -> None:
    """As where Windows answers with an error: the others of the same thread go on."""
    desk.start()
    (emitter,) = desk.sensor._guard._watcher._observer.emitters
    emitter.stop()
    assert not emitter.is_alive()
    (desk.root / "unseen.txt").write_text(CARD)
    desk.wait(lambda: "unseen.txt" in desk.found())
    (again,) = desk.sensor._guard._watcher._observer.emitters
    assert again.is_alive()
    assert again is not emitter


def test_a_folder_of_another_computer_is_told_and_not_entered() -> None:
    scope = scope_of(Watch(folders=("\\\\files.example\\team",)))
    assert list(walk(scope)) == [Unread("\\\\files.example\\team\\", "reason.folder-network")]
