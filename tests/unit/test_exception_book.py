"""The desk keeps its exceptions, and ends them by the clock or by time lived through."""

from __future__ import annotations

from typing import Any

import pytest

from agentguard.base.errors import StoreError
from agentguard.model.exception_events import ExceptionsHeld
from agentguard.model.exceptions import Excepted, RequestState, Ruling
from agentguard.model.verdicts import Severity
from agentguard.platforms.simulated import START_WALL, FakeClock
from agentguard.ports.exceptions import Overlay
from agentguard.ports.storage import Memory
from agentguard.runtime.exception_book import KEY, Exceptions
from agentguard.sensors.lived_clock import LivedClock
from agentguard.store.memory import InMemoryJournal

HOUR = 3600.0


class Journal(InMemoryJournal):
    """A journal whose disk may be full."""

    full = False

    def commit(self, records: object, memory: Memory) -> None:
        if self.full:
            raise StoreError("The disk is full.")
        super().commit(records, memory)  # type: ignore[arg-type]


class Desk:
    """A book with its clock; it can be started anew."""

    def __init__(self) -> None:
        self.clock, self.journal = FakeClock(), Journal()
        self.boot = 0
        self.anew()

    def anew(self) -> None:
        self.boot += 1
        lived = LivedClock(
            self.journal, self.clock, boot_id=f"boot-{self.boot}", floor=START_WALL - HOUR
        )
        self.lived = lived
        self.book = Exceptions(self.journal, self.clock, lived)

    def one(self, id_: str = "x", hours: float = 8.0) -> Excepted:
        now = START_WALL
        return Excepted(
            id=id_,
            control="usb-storage",
            worst=Severity.HIGH,
            since=now,
            until=now + hours * HOUR,
        )

    def take(self, *items: Excepted, at: float = START_WALL, digest: str = "d") -> None:
        self.book.take(Overlay(at=at, digest=digest, items=items))

    def look(self) -> ExceptionsHeld | None:
        heard: list[Any] = []
        self.book.look(heard.append)
        self.lived.keep()
        return heard[0] if heard else None

    def go(self, seconds: float) -> None:
        """Let time go by as it does at a desk: seen every few minutes."""
        while seconds > 0:
            self.clock.advance(step := min(300.0, seconds))
            seconds -= step
            self.lived.look()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def ids(told: ExceptionsHeld | None) -> tuple[list[str], list[str]]:
    assert told is not None
    return [one.id for one in told.items], [id_ for id_, _ in told.over]


def test_what_holds_is_told_once_and_ends_by_the_clock_without_a_network(desk: Desk) -> None:
    assert ids(desk.look()) == ([], [])
    desk.take(desk.one())
    assert desk.book.digest == "d"
    assert ids(desk.look()) == (["x"], [])
    desk.go(7 * HOUR)
    assert desk.look() is None, "nothing is new"
    desk.go(HOUR)
    assert ids(desk.look()) == ([], ["x"])


def test_row_313_a_clock_that_is_set_back_makes_none_longer(desk: Desk) -> None:
    desk.take(desk.one())
    desk.look()
    desk.clock.jump_wall(START_WALL - 100 * HOUR - desk.clock.now().wall)
    desk.go(7 * HOUR)
    assert desk.look() is None
    desk.go(HOUR + 10)
    assert ids(desk.look()) == ([], ["x"]), "eight hours were lived through"


def test_row_313_what_is_over_stays_over_after_a_restart(desk: Desk) -> None:
    desk.take(desk.one(), desk.one("y", 20.0))
    desk.look()
    desk.go(9 * HOUR)
    assert ids(desk.look()) == (["y"], ["x"])
    desk.clock.jump_wall(START_WALL + HOUR - desk.clock.now().wall)
    desk.anew()
    assert ids(desk.look()) == (["y"], ["x"])
    desk.take(desk.one(), desk.one("y", 20.0), at=START_WALL + 1)
    assert desk.look() is None, "told again, it is over all the same"


def test_row_313_time_lived_before_a_restart_counts(desk: Desk) -> None:
    desk.take(desk.one())
    desk.look()
    desk.go(5 * HOUR)
    desk.look()
    desk.clock.jump_wall(START_WALL - 50 * HOUR - desk.clock.now().wall)
    desk.anew()
    desk.go(4 * HOUR)
    assert ids(desk.look()) == ([], ["x"])


def test_row_312_an_older_list_is_not_taken(desk: Desk) -> None:
    desk.take(desk.one(), at=START_WALL)
    desk.take(at=START_WALL + 60, digest="")
    assert ids(desk.look()) == ([], [])
    desk.take(desk.one(), at=START_WALL)
    assert desk.look() is None
    assert desk.book.digest == ""


def test_a_list_that_is_damaged_holds_nothing_until_it_is_told_again(desk: Desk) -> None:
    desk.take(desk.one())
    for damaged in ({"at": 1.0}, {"at": 1.0, "digest": "d", "items": [["x"]]}, None):
        desk.journal.commit((), {KEY: damaged})  # type: ignore[dict-item] - what a disk may give
        desk.anew()
        assert desk.book.digest == ""
        assert ids(desk.look()) == ([], [])


def test_a_full_disk_ends_them_all_the_same(desk: Desk) -> None:
    desk.journal.full = True
    desk.take(desk.one())
    assert ids(desk.look()) == (["x"], [])
    desk.go(9 * HOUR)
    assert ids(desk.look()) == ([], ["x"])


def test_it_looks_by_the_clock(desk: Desk) -> None:
    heard: list[Any] = []
    desk.take(desk.one())
    member = desk.book.member(heard.append)
    turns = member.begin(None)  # type: ignore[arg-type] - it waits for nothing
    next(turns)
    next(turns)
    assert len(heard) == 1


def test_row_346_what_became_of_requests_is_handed_over_once() -> None:
    desk = Desk()
    ruling = Ruling(id="r", state=RequestState.DECLINED, why="refused")
    seen: list[ExceptionsHeld] = []
    desk.book.take(Overlay(at=START_WALL, digest="", items=(), ruled=(ruling,)))
    for _ in range(2):
        desk.book.look(seen.append)
    assert [one.ruled for one in seen] == [(ruling,)]
