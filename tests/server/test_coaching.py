"""Coaching that was read: counted by person and day, each once, and never what it was about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from agentguard.server.store.persons import coaching
from agentguard.server.store.persons.coaching import Coached, Told
from agentguard.server.store.schema.lesson_tables import coaching_seen
from tests.server.test_console import text_of
from tests.server.test_lessons import ask

DAY = 86400.0


def do(running: Any, job: Any) -> Any:
    return running.admin._database.run(job)


def read(running: Any, days: float = 0, control: str = "clipboard", times: int = 1) -> Any:
    at = datetime.fromtimestamp(running.time() - days * DAY, UTC)
    return {"control": control, "day": at.date().isoformat(), "times": times}


def lately(running: Any, scope: Any = None) -> list[Coached]:
    return do(running, lambda c: coaching.lately(c, scope, running.time()))


def test_row_244_what_was_read_counts_by_person_wherever_she_sat(
    running: Any, new_desk: Any
) -> None:
    one, other = new_desk(label="one"), new_desk(label="two")
    for _again in range(2):  # a message that comes twice
        ask(one, user="ada.lovelace", coached=[read(running, 1), read(running, times=2)])
    ask(other, user="ada.lovelace", coached=[read(running)])
    ask(other, user="bob", coached=[read(running), read(running, control="pii-files")])
    assert lately(running) == [
        Coached(control="clipboard", people=2, times=5),
        Coached(control="pii-files", people=1, times=1),
    ]
    assert lately(running, scope=frozenset()) == []
    assert b"lovelace" not in running.stored().lower()


def test_row_244_a_day_that_cannot_be_is_not_believed(running: Any, desk: Any) -> None:
    ask(desk, coached=[read(running, 400), read(running, -9), read(running, times=10**9)])
    assert lately(running) == [Coached(control="clipboard", people=1, times=coaching.MOST_TIMES)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"control": "A b", "day": "2026-01-01", "times": 1},
        {"control": "clipboard", "day": "yesterday", "times": 1},
        {"control": "clipboard", "day": "2026-01-01", "times": -1},
    ],
)
def test_what_is_no_day_of_a_control_is_refused_whole(
    running: Any, desk: Any, wrong: dict[str, Any]
) -> None:
    assert ask(desk, coached=[read(running), wrong]).status_code == 400
    assert lately(running) == []


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), max_size=8), st.randoms())
def test_row_244_order_loss_and_doubles_change_nothing(
    running: Any, desk: Any, told: list[tuple[int, int]], chance: Any
) -> None:
    now = running.time()
    known = [
        Told(control="clipboard", day=int(now // DAY) - ago, times=times) for ago, times in told
    ]

    def settled(messages: list[list[Told]]) -> list[Any]:
        def work(connection: Any) -> list[Any]:
            connection.execute(delete(coaching_seen))
            for one in messages:
                coaching.settle(connection, "p" * 22, desk.id, one, now)
            wanted = select(coaching_seen.c.day, coaching_seen.c.times)
            return sorted(map(tuple, connection.execute(wanted)))

        return do(running, work)

    parts = [[one] for one in known] + [known]
    chance.shuffle(parts)
    assert settled(parts) == settled([[one] for one in known])


def test_the_page_tells_what_was_read(running: Any, desk: Any, browser: Any) -> None:
    ask(desk, {**LESSON}, coached=[read(running, times=3)])
    page = text_of(browser.get("/training").text)
    assert "Coaching read in the last 30 days" in page
    assert "Clipboard 1 3" in page


LESSON = {
    "lesson": "clipboard", "title": "About it", "measure": 4, "version": 1,
    "every_days": 350, "days": 14, "known": "2026-01-01T00:00:00Z", "done": "",
}  # fmt: skip
