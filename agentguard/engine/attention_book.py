"""What is kept of a person's attention: what waits to be told, and what was told already.

Times are judged by the boot clock; what was kept over a restart is put on its axis when it is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from agentguard.model.attention import Interruptions, Nagging
from agentguard.model.moments import Moment
from agentguard.model.prompts import Prompt
from agentguard.model.verdicts import Severity

SHIFT = 16 * 3600.0
"""Seconds in which the budget is spent: longer than a shift, and over by the next."""
MONTH = 30 * 24 * 3600.0
MOST = 300  # of each list: more than ten a day for a month

Cause = tuple[str, str, str]
"""What is told together: check, sentence and folder (or device, program)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A prompt that waits for its time: `until` is what `person` asked for, None for none.

    `told` says that a notice was asked for, `coach` that coaching was; `held_by` what has held it.
    """

    prompt: Prompt
    cause: Cause
    since: Moment
    severity: Severity
    count: int = 1
    until: Moment | None = None
    person: str = ""
    told: bool = False
    coach: bool = False
    held_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A card that was shown; `quick` was sent away in less than 2 s, `later` put off."""

    prompt: str
    check: str
    at: Moment
    quick: bool = False
    later: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """Something that happened: what held a prompt, what was explained or coached."""

    what: str
    at: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What one person was told, what held the rest, what was explained and coached before.

    `coached` are the cards that were shown, `learned` those of a control that were closed by the
    person.
    """

    told: tuple[Told, ...] = ()
    held: tuple[Once, ...] = ()
    explained: tuple[Once, ...] = ()
    coached: tuple[Once, ...] = ()
    learned: tuple[Once, ...] = ()


EMPTY = Book()
"""Nothing was told yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """What the engine knows of attention; `person` is whose `book` is open, empty if unknown.

    `call_ended` is the boot time at which the last call ended, `presented` and `shared` since when
    a program is over the whole screen and the screen is shown to others; `pointed` that the pointer
    is on a card.
    """

    waiting: tuple[Waiting, ...] = ()
    book: Book = EMPTY
    books: Mapping[str, Book] = field(default_factory=dict)
    person: str = ""
    call_ended: float | None = None
    presented: float | None = None
    shared: float | None = None
    pointed: bool = False


FRESH = Attention()
"""Nothing waits, and nobody was told anything."""


def spent(book: Book, at: Moment) -> tuple[Told, ...]:
    """Return the cards of this shift."""
    return tuple(one for one in book.told if at.since(one.at) < SHIFT)


def lately(what: str, of: tuple[Once, ...], at: Moment) -> tuple[Moment, ...]:
    """Return when something happened in the last 30 days, the oldest first."""
    return tuple(one.at for one in of if one.what == what and at.since(one.at) < MONTH)


def noting(book: Book, prompt: str, *, quick: bool = False, later: bool = False) -> Book:
    """Note how a card ended."""

    def ended(one: Told) -> Told:
        return replace(one, quick=quick, later=later) if one.prompt == prompt else one

    return replace(book, told=tuple(ended(one) for one in book.told))


def adding(of: tuple[Once, ...], what: str, at: Moment) -> tuple[Once, ...]:
    """Note that something happened; what is older than a month is forgotten."""
    kept = tuple(one for one in of if at.since(one.at) < MONTH)
    return (*kept, Once(what=what, at=at))[-MOST:]


def shown(book: Book, prompt: Prompt, at: Moment) -> Book:
    """Note that a card was shown."""
    kept = tuple(one for one in book.told if at.since(one.at) < MONTH)
    card = Told(prompt=prompt.id, check=prompt.check, at=at)
    return replace(book, told=(*kept, card)[-MOST:])


def opened(attention: Attention, person: str) -> Attention:
    """Open the book of a person; what an unknown one was told is the first known one's."""
    if not person or person == attention.person:
        return attention
    books = {**attention.books, attention.person: attention.book}
    new = attention.book if not attention.person else EMPTY
    return replace(attention, person=person, book=books.get(person, new), books=books)


def counted(book: Book, at: Moment) -> Interruptions:
    """Return the counts that may be told."""
    today = spent(book, at)
    held: dict[str, int] = {}
    for once in book.held:
        if at.since(once.at) < SHIFT:
            held[once.what] = held.get(once.what, 0) + 1
    month = [one for one in book.told if at.since(one.at) < MONTH]
    return Interruptions(
        shown=len(today),
        later=sum(one.later for one in today),
        dismissed=sum(one.quick for one in today),
        held_by=dict(sorted(held.items())),
        checks=tuple(_nagging(check, month) for check in sorted({one.check for one in month})),
    )


def _nagging(check: str, month: list[Told]) -> Nagging:
    mine = [one for one in month if one.check == check]
    return Nagging(check=check, shown=len(mine), dismissed=sum(one.quick for one in mine))
