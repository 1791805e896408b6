"""How a desk and the endpoint agree on the lessons of the person who is signed in.

A desk tells since when each lesson is the person's and when it was last done; the endpoint answers
with what it knows of that person from all desks. Both keep the earliest beginning and the latest
end, so that a message that is lost, comes twice or late changes nothing but when it is known. What
was answered, and how often, is in neither.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from agentguard.wire.v1 import Count, Struct, Word

LESSONS = "/v1/lessons"
MOST = 200
"""Lessons of one message."""
MOST_COACHED = 400
"""Days of controls of one message."""


class LessonTold(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A lesson at a desk; times are ISO 8601, `done` empty for never.

    It is to be done within `days` after `known`, and `every_days` and `days` after `done`. `asked`
    is false for one that the desk's policy does not ask of the person.
    """

    lesson: Word
    title: Word
    measure: Count
    version: Count
    every_days: Count
    days: Count
    known: Word
    done: Word = ""
    asked: bool = True


class CoachingTold(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How often coaching on a control was read at this desk on a day (ISO 8601) of the last 30.

    What it was about, and what anybody did, is not in it.
    """

    control: Word
    day: Word
    times: Count


class LessonsAsked(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`POST /v1/lessons`: what is due for `user`, as in ProofAsked, and what this desk knows."""

    device: Word
    user: Word
    nonce: Word
    lessons: Annotated[tuple[LessonTold, ...], Meta(max_length=MOST)] = ()
    coached: Annotated[tuple[CoachingTold, ...], Meta(max_length=MOST_COACHED)] = ()


class LessonKnown(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Since when a lesson is a person's, and when it was last done; empty for never."""

    lesson: str
    known: str
    done: str = ""


class LessonsKnown(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the endpoint signs: the person's lessons, in answer to the request with this nonce."""

    device: str
    nonce: str
    lessons: tuple[LessonKnown, ...] = ()


class LessonsGiven(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer: `known` is the JSON of a LessonsKnown, `signature` as that of a receipt."""

    known: str
    signature: str
