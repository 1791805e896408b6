"""Reads the lessons: Markdown files with their question in TOML between two lines of +++."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec

from agentguard.base import paths
from agentguard.base.errors import CannotError
from agentguard.model.facts import LessonRecord, TrainingSeen
from agentguard.model.lessons import Lesson
from agentguard.model.moments import Moment

FENCE = "+++"


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands between the fences; `right` is counted from 1, as people count."""

    title: str
    question: str
    choices: Annotated[tuple[str, ...], msgspec.Meta(min_length=2)]
    right: Annotated[int, msgspec.Meta(ge=1)]
    every_days: Annotated[int, msgspec.Meta(ge=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What is remembered of lessons by id: wall seconds since 1970.

    `known` is when a lesson was first here, `right` when it was last answered right.
    """

    known: Mapping[str, float]
    right: Mapping[str, float]


@cache
def load() -> tuple[Lesson, ...]:
    """Return the shipped lessons, in the order of their ids."""
    return read(paths.resources() / "lessons")


def read(folder: Path) -> tuple[Lesson, ...]:
    """Read the lessons of a folder; a file's name is the lesson's id.

    Raises:
        CannotError: there is none, or one is damaged.

    """
    files = sorted(folder.glob("*.md"))
    if not files:
        raise CannotError("The lessons are missing.", "Install the program again.")
    try:
        return tuple(parse(f.stem, f.read_text(encoding="utf-8")) for f in files)
    except (OSError, UnicodeDecodeError) as error:
        raise CannotError("The lessons could not be read.", "Install the program again.") from error


def parse(id_: str, text: str) -> Lesson:
    """Read a lesson; `right` is counted from 1 in the file and from 0 in the Lesson.

    Raises:
        CannotError: the head is missing or wrong; says which lesson and what.

    """
    head, body = _split(id_, text)
    if head.right > len(head.choices):
        raise _damaged(id_, f"'right' must be from 1 to {len(head.choices)}")
    return Lesson(
        id=id_,
        title=head.title,
        body=body,
        question=head.question,
        choices=head.choices,
        right=head.right - 1,
        every_days=head.every_days,
    )


def _split(id_: str, text: str) -> tuple[Head, str]:
    before, _, rest = text.partition(f"{FENCE}\n")
    head, end, body = rest.partition(f"\n{FENCE}\n")
    if before or not end or not body.strip():
        raise _damaged(id_, f"it begins with a head between two lines of {FENCE}, then the text")
    try:
        return msgspec.convert(tomllib.loads(head), Head), body.strip()
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise _damaged(id_, str(error)) from error


def _damaged(id_: str, why: str) -> CannotError:
    return CannotError(f"The lesson {id_} is damaged: {why}.", "Install the program again.")


def is_right(lesson: Lesson, choice: int) -> bool:
    """Check whether a choice, counted from 0, is the right one."""
    return choice == lesson.right


def training(at: Moment, lessons: Iterable[Lesson], answers: Answers) -> TrainingSeen:
    """Return the state of the training as an event; a lesson not known before is known from now."""
    return TrainingSeen(
        at=at,
        lessons=tuple(
            LessonRecord(
                lesson=one.id,
                every_days=one.every_days,
                known=answers.known.get(one.id, at.wall),
                answered=answers.right.get(one.id),
                title=one.title,
            )
            for one in lessons
        ),
    )
