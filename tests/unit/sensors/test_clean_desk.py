"""The draw of the clean desk: once a day, by a key that stays, and none that was not kept."""

from __future__ import annotations

import threading
from dataclasses import replace

from agentguard.model.events import Event
from agentguard.model.handover import CleanDeskDrawn
from agentguard.model.policy import ShiftRules
from agentguard.platforms.simulated import FakeClock
from agentguard.sensors.shift import DAY, EVERY, CleanDeskDraw, ShiftSensor
from agentguard.store.memory import InMemoryJournal
from tests.unit.sensors.test_shift import NOTHING

DAYS = 60


def drawn(journal: InMemoryJournal, percent: int, *, person: str = "ada") -> list[str]:
    """Return the days that a sensor tells in two months."""
    clock, told = FakeClock(), list[Event]()
    policy = replace(NOTHING, shift=ShiftRules(clean_desk_percent=percent))
    sensor = ShiftSensor(lambda: policy, clock, lambda: False, draw=CleanDeskDraw(journal, person))
    turns = sensor.turns(told.append, threading.Event())
    for _ in range(DAYS):
        for _ in range(2):
            clock.advance(next(turns))
        clock.advance(DAY.total_seconds() - 2 * EVERY)
    return [one.day for one in told if isinstance(one, CleanDeskDrawn)]


def test_it_draws_each_day_at_most_once_and_the_same_after_a_restart() -> None:
    journal = InMemoryJournal()
    days = drawn(journal, 50)
    assert len(days) == len(set(days))
    assert 0 < len(days) < DAYS
    assert drawn(journal, 50) == days
    assert drawn(journal, 50, person="bea") != days
    assert drawn(InMemoryJournal(), 50) != days


def test_nobody_is_drawn_without_a_share_and_no_key_is_made() -> None:
    journal = InMemoryJournal()
    assert drawn(journal, 0) == []
    assert journal.memory("shift") == {}


def test_a_draw_waits_until_its_key_can_be_kept() -> None:
    journal = InMemoryJournal()
    journal.refuse = True
    assert drawn(journal, 100) == []
    journal.refuse = False
    assert len(drawn(journal, 100)) >= DAYS - 1
