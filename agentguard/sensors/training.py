"""What is known of the lessons of the person at this desk, and when one of them comes up.

It is kept in the journal's memory, joined with what the endpoint knows of the person. To join is
to take the earliest beginning and the latest end of each lesson: an answer that comes late, twice
or out of order changes nothing, and none that is lost takes anything away.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from agentguard.base import lessons
from agentguard.checks.training import CHECK, Settings
from agentguard.model.events import LessonOffered
from agentguard.model.facts import LessonRecord, TrainingSeen
from agentguard.model.lesson_days import Day, due, of_person, reminders, stand
from agentguard.model.lessons import Audience, Entry, Kept, Lesson, library
from agentguard.model.moments import Moment
from agentguard.model.patterns import named
from agentguard.model.policy import Policy
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import Submit
from agentguard.ports.storage import Journal, Memory
from agentguard.ports.turns import Turns, alone

KNOWN = "lesson-known/"
RIGHT = "lesson/"
OFFERED = "lesson-offered/"
DAILY = 24 * 3600.0
LOOK = 300.0
"""Seconds between two looks whether a lesson is to be offered, or the policy brings others."""


@dataclass(slots=True, kw_only=True)
class Training:
    """The sensor of the training; that a lesson was done is remembered by the engine's own record.

    Safe for threads: the windows, the uplink and the sensor's own ask it.
    """

    journal: Journal
    clock: Clock
    policy: Callable[[], Policy]
    _kept: Kept | None = None
    _offered: dict[str, float] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def name(self) -> str:
        """The sensor's id."""
        return "training"

    def run(self, submit: Submit, stop: Stop) -> None:
        """Tell what is due at the start, once a day and with each policy, and offer what comes."""
        alone(self.turns(submit, stop), self.clock, stop)

    def turns(self, submit: Submit, stop: Stop) -> Turns:
        """Yield the seconds until it looks again."""
        told: tuple[str, float] = ("", 0.0)
        while not stop.is_set():
            now, digest = self.clock.now(), self.policy().digest
            if digest != told[0] or now.boot - told[1] >= DAILY:
                told = digest, now.boot
                submit(self.seen(now))
            for one in self.offers(now):
                submit(one)
            yield LOOK

    def look(self, submit: Submit, stop: Stop) -> None:
        """Tell once what is due."""
        if not stop.is_set():
            submit(self.seen(self.clock.now()))

    def lessons(self) -> tuple[Lesson, ...]:
        """Return the lessons of the site: those that ship and those of the policy."""
        return library(lessons.load(), lessons.of_site(self.policy().lessons))

    def wanted(self) -> tuple[Lesson, ...]:
        """Return those of them that the policy asks for."""
        chosen = self._settings().lessons
        return tuple(one for one in self.lessons() if named(one.id, chosen))

    def seen(self, at: Moment) -> TrainingSeen:
        """Return the lessons with their records; one that is new here is known from now on."""
        return TrainingSeen(at=at, lessons=tuple(self._records(at, self.lessons())))

    def days(self, at: Moment) -> tuple[Day, ...]:
        """Return how each lesson that the policy asks for stands."""
        grace = self._settings().grace_days
        mine = of_person(self._records(at, self.wanted()))
        return tuple(stand(one, at.wall, grace) for one in mine)

    def entries(self, at: Moment) -> tuple[Entry, ...]:
        """Return the lessons as the endpoint is told of them."""
        grace, kept = self._settings().grace_days, self._remembered(at)
        mine = {one.lesson for one in of_person(self._records(at, self.wanted()))}
        return tuple(
            Entry(
                lesson=one,
                days=grace if one.due_days is None else one.due_days,
                known=kept.known.get(one.id, at.wall),
                done=kept.done.get(one.id),
                asked=one.id in mine,
            )
            for one in self.lessons()
        )

    def done(self, lesson: str, at: Moment) -> None:
        """Count a lesson as done from now on; the engine remembers it."""
        with self._lock:
            self._kept = self._remembered(at).joined(Kept(done={lesson: at.wall}))

    def kept(self) -> Kept:
        """Return what is known of the person's lessons."""
        return self._remembered(self.clock.now())

    def take(self, other: Kept) -> bool:
        """Check whether what the endpoint knows of the person is new here, and join it.

        Raises:
            StoreError: it could not be written; nothing of it counts.

        """
        with self._lock:
            before = self.kept()
            after = before.joined(other)
            new = {
                **_changed(KNOWN, before.known, after.known),
                **_changed(RIGHT, before.done, after.done),
            }
            if new:
                self.journal.commit((), new)
                self._kept = after
            return bool(new)

    def offers(self, at: Moment) -> list[LessonOffered]:
        """Return the offer that is to be made now, if any: of all that come up, the first due."""
        rules = self._settings()
        mine = of_person(self._records(at, self.wanted()))
        start = min((one.known for one in mine), default=0.0)
        with self._lock:
            self._remembered(at)
            late = [one for one in mine if self._is_offered(one, start, rules, at)]
            if not late:
                return []
            marks = {one.lesson: at.wall for one in late}
            self.journal.commit((), {f"{OFFERED}{id_}": wall for id_, wall in marks.items()})
            self._offered.update(marks)
        first = min(late, key=lambda one: (due(one, rules.grace_days), one.lesson))
        by = due(first, rules.grace_days)
        offer = LessonOffered(
            at=at, lesson=first.lesson, title=first.title, due=by, more=len(late) - 1
        )
        return [offer]

    def _is_offered(self, one: LessonRecord, start: float, rules: Settings, at: Moment) -> bool:
        times = reminders(
            one, start,
            grace_days=rules.grace_days, before=rules.remind_days, path=rules.first_week,
        )  # fmt: skip
        since = self._offered.get(one.lesson, 0.0)
        now = at.wall < due(one, rules.grace_days)
        return now and any(since < time <= at.wall for time in times)

    def _settings(self) -> Settings:
        control = self.policy().controls.get(CHECK.id)
        said = control.settings if control is not None else None
        return said if isinstance(said, Settings) else Settings()

    def _records(self, at: Moment, of: tuple[Lesson, ...]) -> Iterator[LessonRecord]:
        kept = self._remembered(at)
        for one in of:
            yield LessonRecord(
                lesson=one.id,
                every_days=one.every_days,
                known=kept.known.get(one.id, at.wall),
                answered=kept.done.get(one.id),
                title=one.title,
                due_days=one.due_days,
                starters=one.audience is Audience.STARTERS,
            )

    def _remembered(self, at: Moment) -> Kept:
        with self._lock:
            if self._kept is None:
                read = self.journal.memory
                self._kept = Kept(known=_walls(KNOWN, read(KNOWN)), done=_walls(RIGHT, read(RIGHT)))
                self._offered = _walls(OFFERED, read(OFFERED))
            known = self._kept.known
            new = {one.id: at.wall for one in self.lessons() if one.id not in known}
            if new:
                self.journal.commit((), {f"{KNOWN}{id_}": wall for id_, wall in new.items()})
                self._kept = self._kept.joined(Kept(known=new))
            return self._kept


def _changed(
    prefix: str, before: Mapping[str, float], after: Mapping[str, float]
) -> dict[str, float]:
    return {f"{prefix}{id_}": wall for id_, wall in after.items() if before.get(id_) != wall}


def _walls(prefix: str, memory: Memory) -> dict[str, float]:
    return {
        key.removeprefix(prefix): float(value)
        for key, value in memory.items()
        if isinstance(value, int | float)
    }
