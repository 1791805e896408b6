"""What of attention outlives a restart: promised times, what waits, and each person's book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from agentguard.engine.attention_book import (
    FRESH,
    Attention,
    Book,
    Once,
    Told,
    Waiting,
)
from agentguard.engine.memory import read_message, read_said
from agentguard.engine.records import message_json
from agentguard.engine.state import Decision
from agentguard.model.lessons import Coached
from agentguard.model.moments import Moment
from agentguard.model.prompts import Prompt, PromptKind
from agentguard.model.records import Json
from agentguard.model.verdicts import Severity

WAITING = "waiting/"
BOOK = "attention/"
SAME = 120.0
"""Seconds by which both clocks may differ between two readings of one start of the computer."""
LONGEST = 16 * 3600.0
"""What was promised for later than that was promised by a clock that was set."""


DATE = len("2026-01-31")


class Remembers(Protocol):
    """What keeps values over restarts, by their keys."""

    def memory(self, prefix: str) -> Mapping[str, Json]:
        """Return what is kept under keys that begin so."""
        ...


def changes(decision: Decision, at: Moment) -> dict[str, Json]:
    """Return what is to be remembered, or forgotten (None), since the event began."""
    before, now = decision.before.attention, decision.state.attention
    if now is before:
        return {}
    changed: dict[str, Json] = {}
    if now.waiting is not before.waiting:
        old = {one.prompt.id: one for one in before.waiting}
        new = {one.prompt.id: one for one in now.waiting}
        changed |= {f"{WAITING}{id_}": None for id_ in old if id_ not in new}
        changed |= {f"{WAITING}{k}": _waiting(one) for k, one in new.items() if old.get(k) != one}
    if (now.book, now.person) != (before.book, before.person):
        changed[f"{BOOK}{now.person}"] = {**_book(now.book), "at": _moment(at)}
    return changed


def remembered(journal: Remembers, at: Moment) -> Attention:
    """Read it back as of now; the book that was open last is open again."""
    waiting = (_read_waiting(k, v, at) for k, v in journal.memory(WAITING).items())
    kept = {k.removeprefix(BOOK): v for k, v in journal.memory(BOOK).items()}
    books = {person: _read_book(value, at) for person, value in kept.items()}
    last = max(kept, key=lambda person: _opened(kept[person]), default="")
    known = tuple(sorted((w for w in waiting if w is not None), key=lambda w: w.since.boot))
    book = books.get(last, FRESH.book)
    return Attention(waiting=known, book=book, books=books, person=last)


def learned(journal: Remembers, at: Moment) -> tuple[Coached, ...]:
    """Return how often coaching was read here in the last month, by control and day.

    All persons of this desk's user count: that is whose lessons they are.
    """
    books = (_read_book(value, at) for value in journal.memory(BOOK).values())
    often = Counter((one.what, one.at.iso[:DATE]) for book in books for one in book.learned)
    return tuple(
        Coached(control=what, day=day, times=times) for (what, day), times in sorted(often.items())
    )


def rebased(then: Moment, now: Moment) -> Moment:
    """Return a moment on the axis of the computer's present start."""
    passed = now.wall - then.wall
    if abs((now.boot - then.boot) - passed) <= SAME:
        return then
    return replace(then, boot=now.boot - max(passed, -LONGEST))


def _moment(at: Moment) -> Json:
    return [at.boot, at.wall]


def _waiting(one: Waiting) -> Json:
    prompt = one.prompt
    return {
        "kind": prompt.kind.value,
        "check": prompt.check,
        "subject": prompt.subject,
        "title": message_json(prompt.title),
        "body": message_json(prompt.body),
        "advice": message_json(prompt.advice),
        "notice": prompt.notice,
        "topic": prompt.topic,
        "due": _moment(prompt.due) if prompt.due is not None else None,
        "cause": list(one.cause),
        "since": _moment(one.since),
        "severity": one.severity.value,
        "count": one.count,
        "until": _moment(one.until) if one.until is not None else None,
        "person": one.person,
        "told": one.told,
        "coach": one.coach,
    }


def _read_waiting(key: str, value: Json, now: Moment) -> Waiting | None:
    match value:
        case {
            "cause": [str(check), str(sentence), str(place)],
            "since": since,
            "severity": str(severity),
            "count": int(count),
            "person": str(person),
            "told": bool(told),
            "coach": bool(coach),
            "until": until,
        } if (begun := _read_moment(since, now)) is not None and severity in set(Severity):
            prompt = _read_prompt(key.removeprefix(WAITING), value, begun, now)
            if prompt is None:
                return None
            return Waiting(
                prompt=prompt,
                cause=(check, sentence, place),
                since=begun,
                severity=Severity(severity),
                count=count,
                until=_read_moment(until, now),
                person=person,
                told=told,
                coach=coach,
            )
        case _:
            return None


def _read_prompt(id_: str, value: Json, begun: Moment, now: Moment) -> Prompt | None:
    match value:
        case {
            "kind": "notice" | "lesson" as kind,
            "check": str(check),
            "subject": str(subject),
            "notice": str(notice),
            "topic": str(topic),
            "title": dict(title),
            "body": dict(body),
            "advice": dict(advice),
            "due": due,
        }:
            return Prompt(
                id=id_,
                kind=PromptKind(kind),
                check=check,
                subject=subject,
                title=read_said(title),
                body=read_message(body),
                asked=begun,
                advice=read_said(advice),
                notice=notice,
                topic=topic,
                due=_read_moment(due, now),
            )
        case _:
            return None


def _book(book: Book) -> dict[str, Json]:
    return {
        "told": [[t.prompt, t.check, t.at.boot, t.at.wall, t.quick, t.later] for t in book.told],
        "held": _onces(book.held),
        "explained": _onces(book.explained),
        "coached": _onces(book.coached),
        "learned": _onces(book.learned),
    }


def _onces(of: tuple[Once, ...]) -> Json:
    return [[one.what, one.at.boot, one.at.wall] for one in of]


def _read_book(value: Json, now: Moment) -> Book:
    match value:
        case {
            "told": [*told],
            "held": [*held],
            "explained": [*explained],
            "coached": [*coached],
            **rest,
        }:
            learned = rest.get("learned")  # a book of before knows none
            return Book(
                told=tuple(one for one in (_read_told(each, now) for each in told) if one),
                held=_read_onces(held, now),
                explained=_read_onces(explained, now),
                coached=_read_onces(coached, now),
                learned=_read_onces(learned, now) if isinstance(learned, list) else (),
            )
        case _:
            return Book()


def _read_told(value: Json, now: Moment) -> Told | None:
    match value:
        case [
            str(prompt),
            str(check),
            int() | float() as boot,
            int() | float() as wall,
            bool(quick),
            bool(later),
        ]:
            at = rebased(Moment(boot=boot, wall=wall), now)
            return Told(prompt=prompt, check=check, at=at, quick=quick, later=later)
        case _:
            return None


def _read_onces(values: list[Json], now: Moment) -> tuple[Once, ...]:
    read: list[Once] = []
    for value in values:
        match value:
            case [str(what), int() | float() as boot, int() | float() as wall]:
                read.append(Once(what=what, at=rebased(Moment(boot=boot, wall=wall), now)))
            case _:
                continue
    return tuple(read)


def _read_moment(value: Json, now: Moment) -> Moment | None:
    match value:
        case [int() | float() as boot, int() | float() as wall]:
            return rebased(Moment(boot=float(boot), wall=float(wall)), now)
        case _:
            return None


def _opened(value: Json) -> float:
    match value:
        case {"at": [_, int() | float() as wall]}:
            return float(wall)
        case _:
            return 0.0
