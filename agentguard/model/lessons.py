"""A short lesson with one question, written as a Markdown file in `resources/lessons`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """`right` is the index of the right choice; `every_days` is how often it is due again."""

    id: str
    title: str
    body: str
    question: str
    choices: tuple[str, ...]
    right: int
    every_days: int
