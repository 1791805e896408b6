"""Agrees with the endpoint on the lessons of the person who is signed in here.

What is known here goes along each time, so that whatever was done while the endpoint was away is
settled with the next answer, and a message that is lost or comes twice does no harm.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import msgspec

from agentguard.base.errors import StoreError, UplinkError
from agentguard.model.lessons import Coached, Entry, Kept
from agentguard.model.moments import Moment
from agentguard.uplink.client import Client
from agentguard.uplink.enrolment_record import Enrolment
from agentguard.uplink.problems import LONGEST_BACKOFF, problem
from agentguard.uplink.signing import Sign, signed_by
from agentguard.wire import lesson_messages

LOG = logging.getLogger(__name__)

DAY = 24 * 3600.0
"""Seconds after which the endpoint is asked again though nothing changed here; so often, too, one
that knows nothing of lessons, as one of before does."""
REFUSED = "http_4xx"


class LessonBook(Protocol):
    """What is known of the person's lessons at this desk."""

    def names(self) -> bool:
        """Check whether reports may name the person; where not, the lessons stay at this desk."""
        ...

    def entries(self) -> tuple[Entry, ...]:
        """Return the lessons with what is known of each."""
        ...

    def coached(self) -> tuple[Coached, ...]:
        """Return how often coaching was read here in the last month, by control and day."""
        ...

    def take(self, other: Kept) -> None:
        """Join what the endpoint knows.

        Raises:
            StoreError: it could not be written; nothing of it counts.

        """
        ...


def no_lessons() -> LessonBook | None:
    """Know of no book."""
    return None


class Lessons:
    """Where the book is found; nowhere until there is an agent that keeps it."""

    def __init__(self) -> None:
        self._book: LessonBook | None = None

    def found_by(self, book: LessonBook) -> None:
        """Find it here from now on."""
        self._book = book

    def __call__(self) -> LessonBook | None:
        """Return the book; None before the first."""
        return self._book


@dataclass(slots=True, kw_only=True)
class Agreement:
    """Asks after a report that arrived: first of all, after each change, and once a day."""

    client: Client
    sign: Sign
    enrolment: Enrolment
    user: str
    found: Callable[[], LessonBook | None]
    _agreed: tuple[tuple[Entry, ...], tuple[Coached, ...]] | None = field(default=None)
    _again: float = field(default=0.0)

    def follow(self, now: Moment) -> None:
        """Ask where that is wanted; what fails is asked again later."""
        book = self.found()
        if book is None or not self.user.strip() or not book.names():
            return
        told = (book.entries(), book.coached())
        if now.boot < self._again and told == self._agreed:
            return
        wait = DAY
        try:
            book.take(self._asked(*told))
            told = (book.entries(), told[1])
        except UplinkError as error:
            LOG.warning("the lessons were not settled (%s): %s", error.kind, error.title)
            wait = DAY if error.kind == REFUSED else error.retry_after or LONGEST_BACKOFF
        except StoreError as error:
            LOG.warning("the lessons could not be kept: %s", error.title)
            wait = LONGEST_BACKOFF
        self._agreed, self._again = told, now.boot + wait

    def _asked(self, entries: tuple[Entry, ...], coached: tuple[Coached, ...]) -> Kept:
        asked = lesson_messages.LessonsAsked(
            device=self.enrolment.device,
            user=self.user,
            nonce=secrets.token_urlsafe(18),
            lessons=tuple(map(_told, entries[: lesson_messages.MOST])),
            coached=tuple(
                lesson_messages.CoachingTold(control=one.control, day=one.day, times=one.times)
                for one in coached[-lesson_messages.MOST_COACHED :]
            ),
        )
        body = msgspec.json.encode(asked)
        given = self.client.post(
            lesson_messages.LESSONS, body, lesson_messages.LessonsGiven, self.sign
        )
        signed = given.known.encode()
        if not signed_by(self.enrolment.receipt_key, signed, given.signature):
            raise problem("portal", self.client.host)
        try:
            known = msgspec.json.decode(signed, type=lesson_messages.LessonsKnown)
            kept = Kept(
                known={one.lesson: _seconds(one.known) for one in known.lessons},
                done={one.lesson: _seconds(one.done) for one in known.lessons if one.done},
            )
        except (msgspec.DecodeError, ValueError, OverflowError) as error:
            raise problem("portal", self.client.host) from error
        if (known.device, known.nonce) != (asked.device, asked.nonce):
            raise problem("portal", self.client.host)
        return kept


def _told(one: Entry) -> lesson_messages.LessonTold:
    lesson = one.lesson
    return lesson_messages.LessonTold(
        lesson=lesson.id,
        title=lesson.title,
        measure=lesson.measure,
        version=lesson.version,
        every_days=lesson.every_days,
        days=one.days,
        known=_iso(one.known),
        done="" if one.done is None else _iso(one.done),
        asked=one.asked,
    )


def _iso(wall: float) -> str:
    return Moment(boot=0.0, wall=wall).iso


def _seconds(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()
