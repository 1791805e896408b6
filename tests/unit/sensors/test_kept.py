"""What the files sensor keeps over a restart: unchanged files are told again and never read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from agentguard.model.events import Event, FileScanned, SweepFinished
from agentguard.model.hits import Hit
from agentguard.model.outcomes import FileOutcome
from agentguard.model.policy import Contact, Policy, Watch
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import FakeClock
from agentguard.sensors import file_look, sweep
from agentguard.sensors.file_look import GRAIN, TRUSTED
from agentguard.sensors.files import FilesSensor
from agentguard.store.file_memory import DAY, SeenDatabase
from tests.desktop.harness import eventually

GUARD = 250.0
"""Seconds against a hang; no bar."""
CARD = "card 4111 1111 1111 1111"
HIT = Hit(kind="PAN", count=1, masked=("...1111",))
KEPT = Hit(kind="PAN", count=1)


@dataclass(frozen=True, slots=True)
class Answer:
    outcome: FileOutcome = FileOutcome.READ
    hits: tuple[Hit, ...] = ()
    reason: str = ""
    test_cards: int = 0
    left: int = 0
    size: int = 0


@dataclass
class Desk:
    """A folder that is swept by one sensor after the other, as by an agent that is started anew."""

    root: Path
    home: Path
    clock: FakeClock
    asked: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    known: tuple[str, ...] = ()
    rules: str = "1"
    digest: str = ""
    reasons: dict[str, Answer] = field(default_factory=dict)

    def scan(self, path: str) -> Answer:
        name = Path(path).name
        self.asked.append(name)
        if name in self.reasons:
            return self.reasons[name]
        holds = "4111" in Path(path).read_text(encoding="latin-1")
        return Answer(hits=(HIT,) if holds else ())

    def sweep(self) -> list[FileScanned]:
        """Sweep once with a new sensor; give what was told, by name."""
        newest = max((os.lstat(p).st_ctime for p in self.root.rglob("*")), default=0.0)
        eventually(lambda: system_clock().now().wall - newest > GRAIN)
        self.asked.clear()
        self.events.clear()
        policy = replace(POLICY, watch=Watch(folders=(str(self.root),)), digest=self.digest)
        memory = SeenDatabase(self.home, self.clock)
        sensor = FilesSensor(
            self.scan,
            lambda: policy,
            self.clock,
            seen=memory,
            known=lambda: self.known,
            rules=lambda: self.rules,
        )
        sensor.look(self.events.append, threading.Event())
        memory.close()
        assert isinstance(self.events[-1], SweepFinished)
        return [event for event in self.events if isinstance(event, FileScanned)]

    @property
    def unread(self) -> int:
        return next(e.unread for e in self.events if isinstance(e, SweepFinished))


POLICY = Policy(
    name="test",
    version=1,
    description="",
    watch=Watch(),
    retention=(),
    backup_markers=(),
    contact=Contact(),
    controls={},
    digest="",
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("AGENTGUARD_HOME", str(tmp_path / "agent"))
    (tmp_path / "desk").mkdir()
    (tmp_path / "agent").mkdir()
    wall = system_clock().now().wall
    return Desk(tmp_path / "desk", tmp_path / "agent", FakeClock(wall=wall + 3600))


def test_nothing_is_read_again_and_what_was_found_is_told_again(desk: Desk) -> None:
    (desk.root / "plain.txt").write_text("nothing")
    (desk.root / "cards.txt").write_text(CARD)
    assert [e.hits for e in desk.sweep()] == [(HIT,)]
    again = desk.sweep()
    assert desk.asked == []
    assert [(Path(e.path).name, e.hits) for e in again] == [("cards.txt", (KEPT,))]


def test_reasons_and_counts_outlive_a_restart(desk: Desk) -> None:
    for name in ("bad.pdf", "big.log", "vault.age"):
        (desk.root / name).write_text("x")
    desk.reasons = {
        "bad.pdf": Answer(FileOutcome.UNREADABLE, reason="reason.corrupt"),
        "big.log": Answer(FileOutcome.READ, (HIT,), "reason.partial"),
        "vault.age": Answer(FileOutcome.SEALED, reason="reason.sealed"),
    }
    first = sorted((e.path, e.outcome, e.reason) for e in desk.sweep())
    assert desk.unread == 1
    assert sorted((e.path, e.outcome, e.reason) for e in desk.sweep()) == first
    assert desk.asked == []
    assert desk.unread == 1


def test_row_406_test_numbers_are_remembered_and_told_by_each_sweep(desk: Desk) -> None:
    for name in ("a.txt", "b.txt"):
        (desk.root / name).write_text("x")
    desk.reasons = {"a.txt": Answer(test_cards=3)}
    for read in (["a.txt", "b.txt"], []):
        assert desk.sweep() == []
        assert sorted(desk.asked) == read
        assert [e.test_cards for e in desk.events if isinstance(e, SweepFinished)] == [3]


@pytest.mark.parametrize(
    "reason", ["reason.timeout", "reason.crashed", "reason.memory", "reason.system"]
)
def test_what_does_not_lie_in_the_file_alone_is_tried_again(desk: Desk, reason: str) -> None:
    (desk.root / "slow.pdf").write_text("x")
    desk.reasons = {"slow.pdf": Answer(FileOutcome.UNREADABLE, reason=reason)}
    desk.sweep()
    desk.sweep()
    assert desk.asked == ["slow.pdf"]


@pytest.mark.parametrize(
    "change", ["rules", "content", "rename", pytest.param("mode", marks=pytest.mark.posix)]
)
def test_a_change_of_the_file_or_of_the_rules_has_it_read_again(desk: Desk, change: str) -> None:
    path = desk.root / "plain.txt"
    path.write_text("nothing")
    desk.sweep()
    match change:
        case "rules":
            desk.rules = "2"
        case "content":
            path.write_text("nothing more")
        case "rename":
            path.rename(desk.root / "other.txt")
        case _:
            path.chmod(0o640)
    desk.sweep()
    assert len(desk.asked) == 1


@pytest.mark.posix
def test_a_file_that_is_changed_and_set_back_in_time_is_read_again(desk: Desk) -> None:
    """As malice does: equal size, and `touch -d` with the old time."""
    path = desk.root / "notes.txt"
    path.write_text("note 4000 0000 0000 0000")
    before = path.stat()
    assert desk.sweep() == []
    path.write_text("card 4111 1111 1111 1111")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert [e.hits for e in desk.sweep()] == [(HIT,)]


def test_where_times_can_be_set_back_files_are_read_again_in_a_while(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, and on sticks: no time is beyond a program's reach."""
    monkeypatch.setattr(sweep, "WEAK_TIMES", True)
    monkeypatch.setattr(file_look, "COARSE_GRAIN", GRAIN)
    for number in range(20):
        (desk.root / f"{number}").write_text("nothing")
    desk.sweep()
    reads: list[int] = []
    for _ in range(2 * TRUSTED):
        desk.clock.advance(DAY)
        desk.sweep()
        reads.append(len(desk.asked))
    assert sum(reads[: TRUSTED // 2]) == 0
    assert sum(reads[: TRUSTED + 1]) >= 20
    assert max(reads) < 20


@pytest.mark.posix
def test_on_a_linux_disk_they_are_not(desk: Desk) -> None:
    (desk.root / "plain.txt").write_text("nothing")
    desk.sweep()
    for _ in range(3):
        desk.clock.advance(2 * DAY)
        desk.sweep()
        desk.clock.advance(40 * DAY)
        desk.sweep()
        assert desk.asked == []


def test_a_file_that_was_written_this_moment_is_not_taken_as_looked_at(desk: Desk) -> None:
    """A second change within one tick of the clock would have the same times."""
    path = desk.root / "fresh.txt"
    path.write_text("nothing")
    desk.clock.jump_wall(path.stat().st_ctime - desk.clock.now().wall + GRAIN / 2)
    desk.sweep()
    desk.sweep()
    assert desk.asked == ["fresh.txt"]
    desk.clock.advance(1)
    desk.sweep()
    desk.sweep()
    assert desk.asked == []


def test_a_file_that_became_clean_while_the_agent_was_down_is_told(desk: Desk) -> None:
    path = desk.root / "cards.txt"
    path.write_text(CARD)
    desk.sweep()
    path.write_text("clean")
    assert [(e.outcome, e.hits) for e in desk.sweep()] == [(FileOutcome.READ, ())]
    assert desk.sweep() == []


def test_an_end_that_was_lost_is_told_as_long_as_the_finding_is_open(desk: Desk) -> None:
    path = desk.root / "cards.txt"
    path.write_text("clean")
    desk.sweep()
    desk.known = (str(path),)
    assert [(e.outcome, e.hits) for e in desk.sweep()] == [(FileOutcome.READ, ())]
    path.unlink()
    assert [e.outcome for e in desk.sweep()] == [FileOutcome.GONE]


def test_a_file_with_two_names_is_read_once_and_told_under_both(desk: Desk) -> None:
    (desk.root / "one.txt").write_text(CARD)
    os.link(desk.root / "one.txt", desk.root / "two.txt")
    first = desk.sweep()
    assert len(desk.asked) == 1
    assert sorted(Path(e.path).name for e in first) == ["one.txt", "two.txt"]
    (desk.root / "one.txt").unlink()
    assert [Path(e.path).name for e in desk.sweep()] == ["two.txt"]


def test_a_lost_memory_costs_a_second_reading(desk: Desk) -> None:
    (desk.root / "plain.txt").write_text("nothing")
    desk.sweep()
    (desk.home / "seen.db").write_bytes(b"no database")
    desk.sweep()
    assert desk.asked == ["plain.txt"]
    desk.sweep()
    assert desk.asked == []


@pytest.mark.posix
def test_files_that_may_not_be_opened_are_told_once_for_their_folder(desk: Desk) -> None:
    folder = desk.root / "theirs"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number}").write_text("x")
        desk.reasons[f"{number}"] = Answer(FileOutcome.UNREADABLE, reason="reason.denied")
    told = desk.sweep()
    assert [(e.path, e.reason) for e in told] == [(str(folder), "reason.files-denied")]
    assert desk.unread == 20


@pytest.mark.posix
def test_a_folder_whose_files_may_be_opened_again_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.root / "a").write_text("x")
    desk.reasons = {"a": Answer(FileOutcome.UNREADABLE, reason="reason.denied")}
    memory = SeenDatabase(desk.home, desk.clock)
    policy = replace(POLICY, watch=Watch(folders=(str(desk.root),)))
    sensor = FilesSensor(desk.scan, lambda: policy, desk.clock, seen=memory)
    told: list[Event] = []
    for _ in range(2):
        sensor.look(told.append, threading.Event())
    assert len([e for e in told if isinstance(e, FileScanned)]) == 1
    desk.reasons.clear()
    sensor.look(told.append, threading.Event())
    memory.close()
    last = [e for e in told if isinstance(e, FileScanned)][-1]
    assert (last.path, last.outcome, last.reason) == (str(desk.root), FileOutcome.READ, "")


# --- kills -------------------------------------------------------------------

SWEEPER = textwrap.dedent(
    """
    import json, os, sys, threading
    from pathlib import Path
    from agentguard.model.events import SweepFinished
    from agentguard.model.outcomes import FileOutcome
    from agentguard.model.policy import Contact, Policy, Watch
    from agentguard.platforms import system_clock
    from agentguard.sensors.files import FilesSensor
    from agentguard.store import file_memory as seen
    from agentguard.store.file_memory import SeenDatabase

    root, home, read = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    left = int(sys.argv[4])
    seen.BATCH = 50
    log = os.open(read, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    class Clean:
        outcome, hits, reason, test_cards, left, size = FileOutcome.READ, (), "", 0, 0, 0

    def scan(path):
        global left
        if not left:
            threading.Event().wait()  # for the kill
        left -= 1
        os.write(log, os.fsencode(path) + b"\\n")
        return Clean()

    policy = Policy(name="t", version=1, description="",
        watch=Watch(folders=(str(root),), exclude=()), retention=(), backup_markers=(),
        contact=Contact(), controls={}, digest="")
    memory = SeenDatabase(home, system_clock())
    sensor = FilesSensor(scan, lambda: policy, system_clock(), seen=memory, rules=lambda: "1")
    def hear(event):
        if isinstance(event, SweepFinished):
            print(json.dumps(event.files), flush=True)
    sensor.look(hear, threading.Event())
    """
)


Begin = Callable[[int], subprocess.Popen[str]]


@pytest.fixture
def sweeper(desk: Desk) -> Iterator[Begin]:
    """Give what starts a sweep that stands still once it has read so many files (-1: never)."""
    running: list[subprocess.Popen[str]] = []

    def begin(most: int) -> subprocess.Popen[str]:
        places = (str(desk.root), str(desk.home), str(desk.home.parent / "read"))
        running.append(
            subprocess.Popen(
                [sys.executable, "-c", SWEEPER, *places, str(most)],
                stdout=subprocess.PIPE,
                text=True,
                cwd=Path(file_look.__file__).parents[2],
            )
        )
        return running[-1]

    yield begin
    for one in running:
        one.kill()
        one.communicate()


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.posix
@pytest.mark.timeout(300)
def test_a_first_sweep_that_is_killed_again_and_again_goes_on_where_it_was(
    desk: Desk, sweeper: Begin
) -> None:
    """With SIGKILL, at any moment: nothing is skipped, and little is read twice.

    However late the kill is, the sweep is not done before it: a little further on it stands still.
    """
    files, kills, read = 3000, 6, desk.home.parent / "read"
    for number in range(files):
        if number % 50 == 0:
            (desk.root / f"d{number}").mkdir()
        (desk.root / f"d{number // 50 * 50}" / f"{number}.txt").write_text("x")
    for kill in range(kills):
        before, enough = len(lines(read)), 150 + 70 * kill
        running = sweeper(enough + 90)
        eventually(lambda: len(lines(read)) >= before + enough, GUARD)  # noqa: B023 - asked at once
        os.kill(running.pid, signal.SIGKILL)
        running.wait(GUARD)
    answer, _ = sweeper(-1).communicate(timeout=GUARD)
    assert json.loads(answer) == files
    once = lines(read)
    assert len(set(once)) == files
    assert len(once) <= files + kills * 60
    again, _ = sweeper(-1).communicate(timeout=GUARD)
    assert json.loads(again) == files
    assert lines(read) == once
