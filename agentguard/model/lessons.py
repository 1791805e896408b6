"""A short lesson: cards to read, questions that teach, and a promise at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Audience(StrEnum):
    """For whom a lesson is: for everybody, or for people in their first week."""

    EVERYBODY = "everybody"
    STARTERS = "starters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is read at once: at most forty words (simple Markdown), and a picture as SVG or none."""

    title: str
    text: str
    picture: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An answer that can be chosen, and why it is right or is not."""

    text: str
    right: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question of which one choice is right."""

    ask: str
    choices: tuple[Choice, ...]

    @property
    def right(self) -> int:
        """The place of the right choice, from 0."""
        return next(place for place, one in enumerate(self.choices) if one.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """`every_days` after it was done it comes up again.

    `due_days` are the days that it then gives, None for those of the policy. `measure` is
    the one of the ten that it teaches, `minutes` how long it takes, `proves` which requirements it
    is evidence for, and `acknowledge` what the person says at its end.
    """

    id: str
    version: int
    title: str
    measure: int
    minutes: int
    every_days: int
    cards: tuple[Card, ...]
    questions: tuple[Question, ...]
    acknowledge: str
    due_days: int | None = None
    audience: Audience = Audience.EVERYBODY
    proves: tuple[str, ...] = ()


def library(shipped: Iterable[Lesson], of_the_site: Iterable[Lesson]) -> tuple[Lesson, ...]:
    """Return the lessons of a site: its own, and the shipped ones that none of them replaces.

    They are in the order of their measures; those of one measure in the order of their ids.
    """
    every = {one.id: one for one in (*shipped, *of_the_site)}
    return tuple(sorted(every.values(), key=lambda one: (one.measure, one.id)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A lesson as the endpoint is told of it: `known` and `done` in wall seconds since 1970.

    It is to be done in `days` once it comes up; `asked` says that the policy asks for it.
    """

    lesson: Lesson
    days: int
    known: float
    done: float | None
    asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Coached:
    """How often coaching on a control was read and closed on a day (ISO 8601) at this desk."""

    control: str
    day: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is known of a person's lessons, by lesson: wall seconds since 1970.

    `known` is since when a lesson is the person's, `done` when it was last done. Two of them are
    joined in any order and as often as you like with the same result.
    """

    known: Mapping[str, float] = field(default_factory=dict)
    done: Mapping[str, float] = field(default_factory=dict)

    def joined(self, other: Kept) -> Kept:
        """Return both: the earliest beginning and the latest end of each lesson."""
        return Kept(
            known=_each(self.known, other.known, min), done=_each(self.done, other.done, max)
        )


def _each(
    one: Mapping[str, float], other: Mapping[str, float], best: Callable[[float, float], float]
) -> dict[str, float]:
    both = {**one, **other}
    return {key: best(one.get(key, day), other.get(key, day)) for key, day in both.items()}
