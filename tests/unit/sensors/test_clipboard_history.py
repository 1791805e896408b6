"""What was cleared is taken out of the system's history, and how that ended is told as it was."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base.errors import PlatformError
from agentguard.model.events import SensorState
from agentguard.model.machine import HistoryCleaned, Removal
from agentguard.platforms.simulated import FakeClock
from agentguard.sensors.clipboard import NEAR, Leak, Leaks
from agentguard.sensors.clipboard_history import PAUSES, HistorySensor

CARD = "4111 1111 1111 1111"


class History:
    """A history that answers as it is told, look by look."""

    def __init__(self, *answers: Removal | PlatformError) -> None:
        self.answers = list(answers)
        self.asked: list[Callable[[str | None, float], bool]] = []

    def remove(self, wanted: Callable[[str | None, float], bool]) -> Removal:
        self.asked.append(wanted)
        told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(told, PlatformError):
            raise told
        return told


def leak(text: str = CARD) -> Leak:
    leaks = Leaks(1000)
    leaks.note("CLIPBOARD", text, 100.0)
    found = leaks.of("CLIPBOARD")
    assert found is not None
    return found


def told_of(history: History) -> Removal:
    """Run it for one leak, and give what it told."""
    clock, stop, told = FakeClock(), threading.Event(), []

    def hear(event: object) -> None:
        if isinstance(event, HistoryCleaned):
            told.append(event.removal)
            stop.set()

    sensor = HistorySensor(history, clock)
    sensor.take_out(leak())
    thread = threading.Thread(target=sensor.run, args=(hear, stop))
    thread.start()
    for _ in range(10_000):
        if stop.wait(0.001):
            break
        clock.advance(1.0)
    thread.join(20)
    assert not thread.is_alive()
    (removal,) = told
    return removal


GONE, NONE, KEPT = Removal.REMOVED, Removal.ABSENT, Removal.KEPT


@pytest.mark.parametrize(
    ("answers", "removal", "looks"),
    [
        ((NONE,), NONE, len(PAUSES)),
        ((GONE, NONE), GONE, 2),
        ((NONE, NONE, GONE, NONE), GONE, 4),  # it came late
        ((GONE,), KEPT, len(PAUSES)),  # pinned: it says that it goes, and stays
        ((KEPT,), KEPT, len(PAUSES)),
        ((KEPT, NONE), GONE, 2),
        ((Removal.DISABLED,), Removal.DISABLED, 1),
        ((Removal.DENIED,), Removal.DENIED, 1),
        ((Removal.UNKNOWN,), Removal.UNKNOWN, 1),
        ((GONE, Removal.UNKNOWN), Removal.UNKNOWN, 2),
        ((PlatformError("no"),), Removal.UNKNOWN, 1),
    ],
)
def test_row_142_gone_is_only_what_a_later_look_does_not_find(answers, removal, looks) -> None:
    history = History(*answers)
    assert told_of(history) is removal
    assert len(history.asked) == looks


def test_row_142_an_end_in_the_middle_is_no_success() -> None:
    clock, stop, told = FakeClock(), threading.Event(), []
    sensor = HistorySensor(History(GONE), clock)
    sensor.take_out(leak())
    stop.set()
    sensor.run(told.append, stop)
    assert [type(one) for one in told] == [SensorState]


def test_row_142_a_copy_is_known_again_by_its_text_alone() -> None:
    found = leak("4111\r\n1111")
    assert found.is_it("4111\n1111", 0.0)
    assert not found.is_it("4111 1111", 100.0)
    assert not found.is_it(None, 100.0)
    assert "4111" not in repr(found)


def test_row_142_a_copy_without_a_text_is_known_by_its_time() -> None:
    found = leak("")
    assert found.is_it(None, 100.0 + NEAR)
    assert not found.is_it(None, 100.0 + 2 * NEAR)
    assert not found.is_it("", 100.0)


@given(st.text(max_size=40), st.text(max_size=40))
def test_row_142_no_other_text_is_taken_for_it(copied: str, other: str) -> None:
    same = copied.replace("\r\n", "\n") == other.replace("\r\n", "\n")
    assert leak(f"x{copied}").is_it(f"x{other}", 0.0) is same


def test_a_long_text_is_known_by_what_was_read_of_it() -> None:
    assert leak("x" * 1000).is_it("x" * 5000, 0.0)


def test_a_selection_whose_newest_copy_had_nothing_remembers_nothing() -> None:
    leaks = Leaks(10)
    leaks.note("CLIPBOARD", CARD, 1.0)
    leaks.forget("CLIPBOARD")
    assert leaks.of("CLIPBOARD") is None
