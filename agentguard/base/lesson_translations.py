"""The lessons in the language of whoever reads them: `resources/lessons/<language>/<id>.toml`.

Such a file holds the words alone; pictures, ids and which answer is right come from the English
lesson. A translation that is missing, damaged, of another version or of another shape is none:
then the whole lesson is shown in English, never half of each.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from agentguard.base import lessons, paths
from agentguard.base.languages import ENGLISH
from agentguard.model.lessons import Card, Choice, Lesson, Question
from agentguard.model.messages import Message

TITLED = ("prompt.lesson-offer", "training.overdue")
"""Beginnings of the ids of sentences that are given titles of lessons."""


class _OtherShape(ValueError):
    """A translation has other keys, kinds or numbers of parts than its lesson."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of a translation; what is asked of it is there, or it raises."""

    table: object

    def text(self, key: str) -> str:
        found = self._get(key)
        if not isinstance(found, str) or not found.strip():
            raise _OtherShape(key)
        return found

    def number(self, key: str) -> int:
        found = self._get(key)
        if not isinstance(found, int):
            raise _OtherShape(key)
        return found

    def tables(self, key: str, like: Sequence[object]) -> tuple[_Table, ...]:
        found = self._get(key)
        if not isinstance(found, list) or len(found) != len(like):
            raise _OtherShape(key)
        return tuple(_Table(one) for one in found)

    def _get(self, key: str) -> object:
        if not isinstance(self.table, Mapping) or key not in self.table:
            raise _OtherShape(key)
        return self.table[key]


def spoken(lesson: Lesson, language: str) -> Lesson:
    """Return a lesson as a language says it; one of the site, or without translation, as it is.

    Never raises.
    """
    if language == ENGLISH or lesson not in lessons.load():
        return lesson
    return translation(lesson, language) or lesson


def titled(message: Message, language: str) -> Message:
    """Return a sentence about lessons with their titles as a language says them."""
    if language == ENGLISH or not message.id.startswith(TITLED):
        return message
    said = {one.title: spoken(one, language).title for one in lessons.load()}
    every = re.compile("|".join(map(re.escape, sorted(said, key=len, reverse=True))))

    def put(value: str | int) -> str | int:
        return every.sub(lambda one: said[one[0]], value) if isinstance(value, str) else value

    return replace(message, params={name: put(value) for name, value in message.params.items()})


@cache
def translation(lesson: Lesson, language: str) -> Lesson | None:
    """Return a shipped lesson in a language; None without a translation of just this version."""
    file = paths.resources() / "lessons" / language / f"{lesson.id}.toml"
    try:
        return _put(lesson, _Table(tomllib.loads(file.read_text(encoding="utf-8"))))
    except (OSError, ValueError):  # not there, no text, no TOML, or of another shape
        return None


def _put(lesson: Lesson, said: _Table) -> Lesson:
    if said.number("version") != lesson.version:
        raise _OtherShape("version")
    cards = zip(lesson.cards, said.tables("card", lesson.cards), strict=True)
    questions = zip(lesson.questions, said.tables("question", lesson.questions), strict=True)
    return replace(
        lesson,
        title=said.text("title"),
        acknowledge=said.text("acknowledge"),
        cards=tuple(_card(*one) for one in cards),
        questions=tuple(_question(*one) for one in questions),
    )


def _card(card: Card, said: _Table) -> Card:
    return replace(card, title=said.text("title"), text=said.text("text").strip())


def _question(question: Question, said: _Table) -> Question:
    choices = zip(question.choices, said.tables("choices", question.choices), strict=True)
    return replace(question, ask=said.text("ask"), choices=tuple(_choice(*one) for one in choices))


def _choice(choice: Choice, said: _Table) -> Choice:
    return replace(choice, text=said.text("text"), why=said.text("why"))
