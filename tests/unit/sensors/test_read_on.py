"""Files that are read in turns: gone on with where they were left, told as not read until then."""

from __future__ import annotations

import gzip
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agentguard.detect.limits import Limits
from agentguard.detect.sandbox.client import ScanClient, Scanned
from agentguard.model.events import FileScanned, SweepFinished
from agentguard.model.hits import Hit
from agentguard.model.outcomes import FileOutcome
from agentguard.platforms import system_clock
from agentguard.sensors.files import FilesSensor
from agentguard.store.file_memory import SeenDatabase
from tests.unit.detect.files.hostile import CARD, zipped
from tests.unit.sensors.test_files import Answer, Heard, policy_of, settled

TURN = 10
UNFINISHED = "reason.unfinished"


def cards(count: int, *masked: str) -> tuple[Hit, ...]:
    return (Hit(kind="PAN", count=count, masked=masked),)


@dataclass
class Reading:
    """Reads ten bytes a turn, in which there is one card; `fails` at these places, once each."""

    asked: list[int] = field(default_factory=list)
    fails: dict[int, str] = field(default_factory=dict)

    def scan(self, path: str) -> Answer:
        return self.read_on(path, 0)

    def read_on(self, path: str, start: int) -> Answer:
        self.asked.append(start)
        if reason := self.fails.pop(start, ""):
            return Answer(FileOutcome.UNREADABLE, reason=reason)
        size = Path(path).stat().st_size
        if start + TURN >= size:
            return Answer(FileOutcome.READ, cards(1), test_cards=1)
        return Answer(FileOutcome.READ, cards(1), UNFINISHED, 1, left=start + TURN, size=size)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AGENTGUARD_HOME", str(tmp_path / "agent"))
    for name in ("desk", "agent"):
        (tmp_path / name).mkdir()
    (tmp_path / "desk" / "big.log").write_bytes(b"x" * 3 * TURN)
    return tmp_path / "desk"


def sweep(root: Path, reading: Reading) -> tuple[list[FileScanned], SweepFinished]:
    """Sweep once, as an agent does that is started anew."""
    heard = Heard()
    settled(root)
    seen = SeenDatabase(root.parent / "agent", system_clock())
    policy = policy_of(root)
    sensor = FilesSensor(
        reading.scan, lambda: policy, system_clock(), seen=seen, read_on=reading.read_on
    )
    sensor.look(heard, threading.Event())
    seen.close()
    return heard.files(), heard.sweeps()[-1]


def test_row_419_a_file_is_read_on_where_it_was_left_over_restarts(root: Path) -> None:
    reading = Reading()
    told = []
    for _ in range(4):
        ((file,), swept) = sweep(root, reading)
        told.append((file.hits, file.reason, swept.part, swept.waiting, swept.waiting_of))
        assert swept.test_cards == min(3, len(told))
    assert told == [
        (cards(1), UNFINISHED, 1, 20, 30),
        (cards(2), UNFINISHED, 1, 10, 30),
        (cards(3), "", 0, 0, 0),
        (cards(3), "", 0, 0, 0),
    ]
    assert reading.asked == [0, TURN, 2 * TURN]


def test_row_419_a_file_that_changed_is_begun_anew(root: Path) -> None:
    reading = Reading()
    sweep(root, reading)
    with (root / "big.log").open("ab") as file:
        file.write(b"y")
    ((file_told,), swept) = sweep(root, reading)
    assert reading.asked == [0, 0]
    assert (file_told.hits, swept.waiting, swept.waiting_of) == (cards(1), 21, 31)


def test_row_419_a_turn_that_fails_takes_nothing_back_and_is_tried_again(root: Path) -> None:
    reading = Reading(fails={TURN: "reason.timeout"})
    sweep(root, reading)
    ((file,), swept) = sweep(root, reading)
    assert (file.outcome, file.hits, file.reason) == (FileOutcome.READ, cards(1), "reason.timeout")
    assert (swept.part, swept.unread, swept.waiting) == (1, 0, 20)
    ((file,), swept) = sweep(root, reading)
    assert (file.hits, file.reason, swept.waiting) == (cards(2), UNFINISHED, 10)
    assert reading.asked == [0, TURN, TURN]


def test_row_420_between_two_sweeps_the_rest_is_read_and_a_sweep_tells_it(root: Path) -> None:
    reading, heard, stop = Reading(), Heard(), threading.Event()
    settled(root)
    policy = policy_of(root)
    sensor = FilesSensor(
        reading.scan, lambda: policy, system_clock(), read_on=reading.read_on, duty=1.0
    )
    thread = threading.Thread(target=sensor.run, args=(heard, stop))
    thread.start()
    try:
        heard.wait(lambda _e: any(not swept.part for swept in heard.sweeps()))
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
    first, *_, last = heard.sweeps()
    assert (first.part, first.waiting, first.waiting_of) == (1, 20, 30)
    assert [why.id for why in first.why] == [UNFINISHED]
    assert (last.part, last.waiting, last.why) == (0, 0, ())
    assert reading.asked == [0, TURN, 2 * TURN]
    assert [event.hits for event in heard.files()][-1] == cards(3)


@dataclass
class Keeping:
    """Reads ten bytes a turn, and knows one file alone: of another it begins anew."""

    asked: list[tuple[str, int]] = field(default_factory=list)
    known: tuple[str, int] = ("", 0)

    def scan(self, path: str) -> Answer:
        return self.read_on(path, 0)

    def read_on(self, path: str, start: int) -> Answer:
        name, size = Path(path).name, Path(path).stat().st_size
        self.asked.append((name, start))
        begin = start if self.known == (name, start) else 0
        end = begin + TURN
        if start or not self.known[0]:
            self.known = (name, end) if end < size else ("", 0)
        found = cards(-(-min(end, size) // TURN))
        if end >= size:
            return Answer(FileOutcome.READ, found, total=True)
        return Answer(FileOutcome.READ, found, UNFINISHED, left=end, size=size, total=True)


WHOLE = 150.0
"""Seconds that a busy machine may take; a quiet one needs some ten."""


def run_until_whole(root: Path, reading: Keeping | Child, heard: Heard) -> None:
    stop, policy = threading.Event(), policy_of(root)
    sensor = FilesSensor(
        reading.scan, lambda: policy, system_clock(), read_on=reading.read_on, duty=1.0
    )
    thread = threading.Thread(target=sensor.run, args=(heard, stop))
    thread.start()
    try:
        heard.wait(lambda _e: any(not swept.part for swept in heard.sweeps()), WHOLE)
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def test_row_514_one_file_is_read_to_its_end_before_the_next_is_gone_on_with(root: Path) -> None:
    """Who reads keeps one of them in mind; in turns they would throw each other back for ever."""
    for name in ("big.log", "one.zip", "two.zip"):
        (root / name).write_bytes(b"x" * 4 * TURN)
    settled(root)
    reading, heard = Keeping(), Heard()
    run_until_whole(root, reading, heard)
    names = [name for name, start in reading.asked if start]
    assert names == sorted(names, key=names.index), "each after the other"
    assert {event.path: event.hits for event in heard.files()} == {
        str(root / name): cards(4) for name in ("big.log", "one.zip", "two.zip")
    }


def test_row_514_what_lost_its_place_is_begun_anew_and_what_was_found_stands(root: Path) -> None:
    settled(root)
    first = Keeping()
    sweep(root, first)
    sweep(root, first)
    assert first.asked == [("big.log", 0), ("big.log", TURN)]
    reading = Keeping()
    ((file,), swept) = sweep(root, reading)
    assert (file.hits, swept.waiting) == (cards(2), 20), "it reads the first part once more"
    ((file,), swept) = sweep(root, reading)
    ((file,), swept) = sweep(root, reading)
    assert (file.hits, file.reason, swept.part) == (cards(3), "", 0)


def test_row_514_a_sweep_does_not_read_on_what_waits_for_its_turn(root: Path) -> None:
    settled(root)
    reading, heard = Keeping(), Heard()
    policy = policy_of(root)
    sensor = FilesSensor(reading.scan, lambda: policy, system_clock(), read_on=reading.read_on)
    for _ in range(3):
        sensor.look(heard, threading.Event())
    assert reading.asked == [("big.log", 0)]
    assert {swept.waiting for swept in heard.sweeps()} == {20}


@pytest.mark.heavy
def test_row_514_a_sweep_with_its_reading_program_comes_to_the_last_value_of_each(
    root: Path,
) -> None:
    rows = "".join(f"{n},Ann,a note of order {n},5.00\n" for n in range(250_000))
    table = f"no,name,note,amount\n{rows}9,Zed,card {CARD},1\n".encode()
    (root / "big.log").unlink()
    (root / "a.zip").write_bytes(zipped({"a.csv": table}))
    (root / "b.csv.gz").write_bytes(gzip.compress(table))
    with closing(sqlite3.connect(root / "c.db")) as database:
        database.execute("CREATE TABLE notes (number INTEGER, said TEXT)")
        said = ((n, f"a note of order {n}") for n in range(250_000))
        database.executemany("INSERT INTO notes VALUES (?, ?)", (*said, (9, f"card {CARD}")))
        database.commit()
    settled(root)
    heard, limits = Heard(), Limits(seconds=1.0, patience=600.0)
    with ScanClient(limits, system_clock()) as client:
        reading = Child(client)
        run_until_whole(root, reading, heard)
    assert any(start for _path, start in reading.asked)
    last = {Path(event.path).name: event for event in heard.files()}
    found = {name: [(hit.kind, hit.count) for hit in event.hits] for name, event in last.items()}
    assert found == {name: [("PAN", 1)] for name in ("a.zip", "b.csv.gz", "c.db")}
    assert {event.reason for event in last.values()} == {""}


@dataclass
class Child:
    """Has the real reading program read."""

    client: ScanClient
    asked: list[tuple[str, int]] = field(default_factory=list)

    def scan(self, path: str) -> Scanned:
        return self.read_on(path, 0)

    def read_on(self, path: str, start: int) -> Scanned:
        self.asked.append((path, start))
        return self.client.scan(path, start=start)
