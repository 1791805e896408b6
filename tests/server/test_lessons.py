"""Lessons by person: what one desk learns, another knows, and nobody sees an answer or a name."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl.signing import VerifyKey
from sqlalchemy import select

from agentguard.server.store.engine.times import iso
from agentguard.server.store.persons import lessons
from agentguard.server.store.persons.lessons import Told, settle
from agentguard.server.store.schema.lesson_tables import lesson_done, person_lesson
from agentguard.server.store.schema.people_tables import person
from agentguard.wire import lesson_messages

DAY = 86400.0
NAME = "Maria.Huber"


def do(running: Any, job: Any) -> Any:
    return running.admin._database.run(job)


def lesson(
    now: float, id_: str = "clipboard", *, known: float = 0.0, done: float | None = None
) -> dict[str, Any]:
    """Give a lesson as a desk tells it; both times are in days ago."""
    return {
        "lesson": id_,
        "title": f"About {id_}",
        "measure": 4,
        "version": 2,
        "every_days": 350,
        "days": 14,
        "known": iso(now - known * DAY),
        "done": "" if done is None else iso(now - done * DAY),
    }


def ask(desk: Any, *told: dict[str, Any], user: str = NAME, nonce: str = "n1", **more: Any) -> Any:
    asked = {"device": desk.id, "user": user, "nonce": nonce, "lessons": list(told), **more}
    return desk.post(lesson_messages.LESSONS, asked)


def known(desk: Any, answer: Any) -> dict[str, lesson_messages.LessonKnown]:
    """Give what an answer says, once its signature was verified."""
    assert answer.status_code == 200, answer.text
    given = msgspec.json.decode(answer.content, type=lesson_messages.LessonsGiven)
    key = VerifyKey(base64.b64decode(desk.enrolled.receipt_key))
    key.verify(given.known.encode(), base64.b64decode(given.signature))
    said = msgspec.json.decode(given.known, type=lesson_messages.LessonsKnown)
    assert (said.device, said.nonce) == (desk.id, "n1")
    return {one.lesson: one for one in said.lessons}


def test_row_240_what_was_done_at_one_desk_is_done_at_another(running: Any, new_desk: Any) -> None:
    one, other, now = new_desk(label="one"), new_desk(label="two"), running.time()
    assert known(one, ask(one, lesson(now, known=3, done=1)))["clipboard"].done
    at_other = known(other, ask(other, lesson(now), user=NAME.upper()))
    assert at_other["clipboard"] == lesson_messages.LessonKnown(
        lesson="clipboard", known=iso(now - 3 * DAY), done=iso(now - DAY)
    )
    strange = known(other, ask(other, lesson(now), user="Somebody.Else"))
    assert strange["clipboard"].done == ""


def test_row_240_the_endpoint_keeps_a_pseudonym_and_neither_tries_nor_answers(
    running: Any, desk: Any
) -> None:
    ask(desk, lesson(running.time(), done=0))
    assert NAME.casefold().encode() not in running.stored().lower()
    (row,) = do(running, lambda c: c.execute(select(person_lesson)).all())
    assert row.person == do(running, lambda c: c.scalars(select(person.c.id)).one())
    assert {c.name for c in person_lesson.c} == {
        "person", "lesson", "device", "title", "measure", "version",
        "known_at", "done_at", "comes_at", "due_at", "asked", "told_at",
    }  # fmt: skip


def test_each_day_on_which_a_lesson_was_done_is_kept(running: Any, desk: Any) -> None:
    now = running.time()
    for done in (400, 400, 40, 0):
        ask(desk, lesson(now, known=400, done=done))
    days = do(running, lambda c: c.scalars(select(lesson_done.c.day)).all())
    assert sorted(days) == [int((now - ago * DAY) // DAY) for ago in (400, 40, 0)]
    (row,) = do(running, lambda c: c.execute(select(person_lesson)).all())
    assert row.due_at == pytest.approx(now + 364 * DAY, abs=1)


def test_a_clock_that_is_wrong_makes_nobody_late_and_dates_nothing_ahead(
    running: Any, desk: Any
) -> None:
    now = running.time()
    told = known(desk, ask(desk, lesson(now, known=9000), lesson(now, "x", known=-9, done=-9)))
    assert told["clipboard"].known == iso(now - 14 * DAY)
    assert (told["x"].known, told["x"].done) == (iso(now), iso(now))


def test_a_lesson_that_is_asked_no_more_is_known_and_not_due(running: Any, desk: Any) -> None:
    now = running.time()
    ask(desk, lesson(now, done=1), lesson(now, "old"))
    assert set(known(desk, ask(desk, lesson(now)))) == {"clipboard", "old"}
    asked = select(person_lesson.c.lesson, person_lesson.c.asked).order_by(person_lesson.c.lesson)
    rows = [tuple(row) for row in do(running, lambda c: c.execute(asked).all())]
    assert rows == [("clipboard", True), ("old", False)]


@pytest.mark.parametrize(
    "change",
    [
        {"lesson": "No id"},
        {"lesson": "x" * 41},
        {"title": "x" * 201},
        {"measure": 11},
        {"days": -1},
        {"every_days": 9999},
        {"version": 2_000_000},
    ],
    ids=str,
)
def test_what_is_no_lesson_is_refused(running: Any, desk: Any, change: dict[str, Any]) -> None:
    assert ask(desk, {**lesson(running.time()), **change}).status_code == 400
    assert do(running, lambda c: c.execute(select(person_lesson)).all()) == []


def test_a_message_for_nobody_or_of_another_desk_is_refused(running: Any, new_desk: Any) -> None:
    one, other = new_desk(label="one"), new_desk(label="two")
    for user in ("", "  ", "x" * 201):
        assert ask(one, user=user).status_code == 400
    assert ask(one, nonce="x" * 101).status_code == 400
    asked = {"device": other.id, "user": NAME, "nonce": "n"}
    assert one.post(lesson_messages.LESSONS, asked).status_code == 403


def test_a_desk_that_names_too_many_people_learns_and_changes_nothing(
    running: Any, desk: Any
) -> None:
    now = running.time()
    for number in range(100):
        assert known(desk, ask(desk, user=f"person-{number}")) == {}
    assert known(desk, ask(desk, lesson(now, done=0), user="one-too-many")) == {}
    assert do(running, lambda c: c.execute(select(person_lesson)).all()) == []


def test_a_desk_cannot_make_up_lessons_without_end(running: Any, desk: Any, monkeypatch) -> None:
    monkeypatch.setattr(lessons, "MOST", 3)
    now = running.time()
    told = known(desk, ask(desk, *(lesson(now, f"lesson-{n}") for n in range(5))))
    assert len(told) == 3


DESKS = 3
STEP = st.tuples(
    st.integers(0, DESKS - 1),
    st.sampled_from(["done", "lost-there", "lost-back", "sent", "sent-twice"]),
    st.sampled_from(["a", "b"]),
)
TIMES = {"lost-there": (0, False), "lost-back": (1, False), "sent": (1, True)}


class Floor:
    """Desks of one person, and a network that loses and doubles; `truth` is what was done."""

    def __init__(self, running: Any, new_desk: Any) -> None:
        self.database, self.now = running.admin._database, running.time()
        self.device = new_desk(label="one").id
        self.began = 0

    def begin(self) -> None:
        self.began += 1
        self.person = f"p-{self.began}"
        self.desks: list[dict[str, float]] = [{} for _ in range(DESKS)]
        self.truth: dict[str, float] = {}

    def step(self, moment: int, place: int, what: str, which: str) -> None:
        if what == "done":
            self.desks[place][which] = self.truth[which] = self.now + moment * 1000
            return
        times, answered = TIMES.get(what, (2, True))
        for _ in range(times):
            self.exchange(place, answered=answered)

    def exchange(self, place: int, *, answered: bool) -> None:
        kept = self.desks[place]
        told = [
            Told(
                lesson=one, title=one, measure=1, version=1, every_days=350, days=14,
                known=self.now - DAY, done=kept.get(one), asked=True,
            )
            for one in ("a", "b")
        ]  # fmt: skip
        got = self.database.run(lambda c: settle(c, self.person, self.device, told, self.now + 1e6))
        news = {one.lesson: one.done for one in got if one.done is not None} if answered else {}
        kept.update({one: max(done, kept.get(one, 0.0)) for one, done in news.items()})


@pytest.fixture
def floor(running: Any, new_desk: Any) -> Floor:
    return Floor(running, new_desk)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEP, min_size=3, max_size=14))
def test_row_241_lost_and_doubled_messages_lose_nothing(
    floor: Floor, steps: list[tuple[int, str, str]]
) -> None:
    """Once each desk has got through twice, all know of each lesson when it was last done."""
    floor.begin()
    for moment, (place, what, which) in enumerate(steps):
        floor.step(moment, place, what, which)
    for place in (*range(DESKS), *range(DESKS)):
        floor.exchange(place, answered=True)
    assert floor.desks == [floor.truth] * DESKS
    mine = select(person_lesson).where(person_lesson.c.person == floor.person)
    rows = floor.database.run(lambda c: c.execute(mine).all())
    assert {row.lesson: row.done_at for row in rows if row.done_at is not None} == floor.truth
