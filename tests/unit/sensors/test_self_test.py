"""The agent's daily test of its own controls: quiet, with made-up data, and sure."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from agentguard.base.errors import CannotError, StoreError
from agentguard.detect.recognition.drill_values import counting, draw, numbers
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.model.events import Event
from agentguard.model.hits import Hit
from agentguard.model.own_health import ControlsTested
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.clock import Stop
from agentguard.sensors.self_test import (
    AGAIN,
    EVERY,
    FIRST,
    PLANTED,
    SelfTest,
    Test,
    judged,
    made_up,
    planted,
)
from agentguard.store.memory import InMemoryJournal


class Passing(FakeClock):
    """Time that passes by itself, and what was waited for; it ends after `most` waits."""

    def __init__(self, most: int = 1) -> None:
        super().__init__()
        self.most, self.waited = most, list[float]()

    def wait(self, stop: Stop, seconds: float) -> bool:
        self.waited.append(seconds)
        self.advance(seconds)
        return len(self.waited) > self.most or stop.is_set()


def run(tests: Mapping[str, Test], most: int = 1, busy: Callable[[], bool] = bool) -> list[Event]:
    told: list[Event] = []
    one = SelfTest(tests=tests, journal=InMemoryJournal(), clock=Passing(most), busy=busy)
    one.run(told.append, threading.Event())
    return told


def outcome_of(tests: Mapping[str, Test]) -> tuple[ControlsTested, InMemoryJournal]:
    journal = InMemoryJournal()
    told = SelfTest(tests=tests, journal=journal, clock=Passing(9)).test(threading.Event())
    assert told is not None
    return told, journal


def kinds(journal: InMemoryJournal) -> list[tuple[str, object]]:
    every = [e.record for e in journal.read(0, 100)]
    return [(r.kind, r.payload.get("control", r.payload.get("count"))) for r in every]


def test_what_works_is_counted_and_nothing_else_is_said() -> None:
    told, journal = outcome_of({"a": lambda: True, "b": lambda: True, "off": lambda: None})
    assert (told.worked, told.failed) == (("a", "b"), ())
    assert kinds(journal) == [("control.tested", 2)]


def cannot() -> bool:
    raise CannotError("It is broken.")


def unreadable() -> bool:
    raise OSError(5, "Input/output error")


@pytest.mark.parametrize("broken", [lambda: False, cannot, unreadable])
def test_what_does_not_notice_made_up_data_twice_has_failed(broken: Test) -> None:
    told, journal = outcome_of({"vault": broken, "b": lambda: True})
    assert (told.worked, told.failed) == (("b",), ("vault",))
    assert kinds(journal) == [("control.failed", "vault"), ("control.tested", 1)]


def test_what_fails_once_is_tested_again_before_anybody_is_told() -> None:
    answers = iter([False, True])
    told, journal = outcome_of({"a": lambda: next(answers)})
    assert (told.worked, told.failed) == (("a",), ())
    assert kinds(journal) == [("control.tested", 1)]


def test_it_comes_after_a_start_and_then_once_a_day() -> None:
    clock = Passing(2)
    one = SelfTest(tests={"a": lambda: True}, journal=InMemoryJournal(), clock=clock)
    told: list[Event] = []
    one.run(told.append, threading.Event())
    assert clock.waited == [FIRST, EVERY, EVERY]
    assert len(told) == 2


def test_a_call_is_never_disturbed() -> None:
    calls = iter([True, True, False])
    clock = Passing(3)
    one = SelfTest(
        tests={"a": lambda: True},
        journal=InMemoryJournal(),
        clock=clock,
        busy=lambda: next(calls),
    )
    told: list[Event] = []
    one.run(told.append, threading.Event())
    assert clock.waited[:3] == [FIRST, AGAIN, AGAIN]
    assert len(told) == 1


def test_what_the_end_of_the_agent_has_cut_has_not_failed() -> None:
    stop = threading.Event()

    def ended() -> bool:
        stop.set()
        return False

    for tests in ({"a": ended}, {"a": lambda: stop.set() is None}):
        stop.clear()
        one = SelfTest(tests=tests, journal=InMemoryJournal(), clock=Passing(9))
        assert one.test(stop) is None
        told: list[Event] = []
        stop.clear()
        one.run(told.append, stop)
        assert told == []


def test_a_journal_that_cannot_be_written_hides_nothing() -> None:
    class Full(InMemoryJournal):
        def commit(self, records: object, memory: object) -> None:  # type: ignore[override]
            raise StoreError("The disk is full.")

    one = SelfTest(tests={"a": lambda: False}, journal=Full(), clock=Passing(9))
    told = one.test(threading.Event())
    assert told is not None
    assert told.failed == ("a",)


def test_row_302_made_up_numbers_are_published_for_tests_and_so_nobodys() -> None:
    """A number drawn by chance may be somebody's card; no text is like another all the same."""
    drawn = {draw() for _ in range(200)}
    assert drawn <= set(numbers())
    assert len(drawn) > 1
    assert len({made_up(numbers()[0]) for _ in range(50)}) == 50


@pytest.mark.parametrize("number", numbers())
def test_row_302_a_published_number_counts_in_the_drills_text_alone(number: str) -> None:
    text, scanner = made_up(number), default_scanner()
    with counting(number):
        assert {hit.kind for hit in scanner.scan(text)} == {"PAN"}
        others = [made_up(other) for other in numbers() if other != number]
        assert not any(scanner.scan(other) for other in others), "but that one number"
    assert scanner.scan(text) == ()


def test_row_302_nothing_makes_a_number_count_that_is_not_published() -> None:
    regular = "4" * 16
    with counting(regular):
        assert default_scanner().scan(made_up(regular)) == ()


def scan(path: str, drilled: str) -> tuple[Hit, ...]:
    with counting(drilled):
        return default_scanner().scan(Path(path).read_text("utf-8"))


def test_the_planted_file_is_found_and_gone_afterwards(tmp_path: Path) -> None:
    assert planted(scan, tmp_path)
    assert not planted(lambda _path, _number: (), tmp_path)
    (tmp_path / PLANTED).write_text("left by a crash")
    assert planted(scan, tmp_path)
    with pytest.raises(CannotError):
        planted(lambda _path, _number: cannot(), tmp_path)  # type: ignore[arg-type, return-value]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.posix
def test_only_its_owner_may_read_the_planted_file(tmp_path: Path) -> None:
    modes: list[int] = []

    def look(path: str, _number: str) -> tuple[Hit, ...]:
        modes.append(os.stat(path).st_mode & 0o777)  # noqa: PTH116 - as it is given
        return ()

    planted(look, tmp_path)
    assert modes == [0o600]


def test_where_nothing_can_be_written_nothing_has_failed(tmp_path: Path) -> None:
    assert planted(scan, tmp_path / "gone") is None


def test_a_copy_is_judged_in_memory() -> None:
    assert judged(default_scanner().scan)
    assert not judged(lambda _text: (Hit(kind="EMAIL", count=1),))
