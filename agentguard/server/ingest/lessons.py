"""Tells a desk what is known of the lessons of the person there, and keeps what the desk knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import msgspec
from sqlalchemy import Connection

from agentguard.server import http_messages
from agentguard.server.http_messages import Answer, Refused, Request
from agentguard.server.ingest.desk_use import LONGEST
from agentguard.server.ingest.device_requests import asked_by
from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Limits, Now
from agentguard.server.store.desks.devices import Known
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.times import iso, past
from agentguard.server.store.persons import coaching, lessons, use_spans
from agentguard.wire import lesson_messages

LONGEST_NONCE, LONGEST_TITLE, MOST_DAYS = 100, 200, 3650
_ASKED = msgspec.json.Decoder(lesson_messages.LessonsAsked)
_FIRST = date(1970, 1, 1)
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class Lessons:
    """Answers `POST /v1/lessons`; the person's name is kept as a pseudonym alone."""

    def __init__(self, database: Database, keys: ServerKeys, _limits: Limits, now: Now) -> None:
        self._database = database
        self._keys = keys
        self._now = now

    async def answer(self, request: Request, device: Known) -> Answer:
        """Join what is told, and tell what is known, signed.

        Raises:
            Refused: the request is malformed, of another device, or names nobody.

        """
        asked = asked_by(device, request, _ASKED)
        name = asked.user.strip()
        if not name or len(name) > LONGEST or len(asked.nonce) > LONGEST_NONCE:
            raise Refused(400, "malformed")
        if not all(map(_usable, asked.lessons)):
            raise Refused(400, "malformed")
        coached = [_coached(one) for one in asked.coached]
        known = await self._database.write(lambda c: self._settle(c, asked, name, coached))
        told = msgspec.json.encode(known)
        signature = self._keys.sign(told)
        return http_messages.answer(
            200, lesson_messages.LessonsGiven(known=told.decode(), signature=signature)
        )

    def _settle(
        self,
        connection: Connection,
        asked: lesson_messages.LessonsAsked,
        name: str,
        coached: Sequence[coaching.Told],
    ) -> lesson_messages.LessonsKnown:
        """Believe a desk about a person as far as its reports are believed, and no further."""
        now, person = self._now(), self._keys.pseudonym(name)
        seen = use_spans.Seen(
            device=asked.device, person=person, sealed=self._keys.seal(name), since=now, at=now
        )
        if use_spans.take_all(connection, [seen]) != [True]:
            return lesson_messages.LessonsKnown(device=asked.device, nonce=asked.nonce)
        told = [_told(one, now) for one in asked.lessons]
        coaching.settle(connection, person, asked.device, coached, now)
        known = lessons.settle(connection, person, asked.device, told, now)
        return lesson_messages.LessonsKnown(
            device=asked.device, nonce=asked.nonce, lessons=tuple(map(_given, known))
        )


def _usable(one: lesson_messages.LessonTold) -> bool:
    numbers = (one.measure, one.version, one.every_days, one.days)
    return (
        _ID.fullmatch(one.lesson) is not None
        and len(one.title) <= LONGEST_TITLE
        and all(0 <= number <= limit for number, limit in zip(numbers, _MOST, strict=True))
    )


_MOST = (10, 1_000_000, MOST_DAYS, MOST_DAYS)


def _coached(one: lesson_messages.CoachingTold) -> coaching.Told:
    """Read how often something was read on a day.

    Raises:
        Refused: it is of no control, or of no day.

    """
    try:
        since = date.fromisoformat(one.day) - _FIRST
    except ValueError as error:
        raise Refused(400, "malformed") from error
    if _ID.fullmatch(one.control) is None or one.times < 0:
        raise Refused(400, "malformed")
    return coaching.Told(control=one.control, day=since.days, times=one.times)


def _told(one: lesson_messages.LessonTold, now: float) -> lessons.Told:
    return lessons.Told(
        lesson=one.lesson,
        title=one.title,
        measure=one.measure,
        version=one.version,
        every_days=one.every_days,
        days=one.days,
        known=past(one.known, now),
        done=past(one.done, now) if one.done else None,
        asked=one.asked,
    )


def _given(one: lessons.Known) -> lesson_messages.LessonKnown:
    done = "" if one.done is None else iso(one.done)
    return lesson_messages.LessonKnown(lesson=one.lesson, known=iso(one.known), done=done)
