"""Every question, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agentguard.base.plugins import discover
from agentguard.platforms.recorder import topics
from agentguard.platforms.recorder.questions import Question
from agentguard.platforms.recorder.shapes import Kind
from agentguard.platforms.recorder.steps import STEPS, Step


def questions() -> tuple[Question, ...]:
    """Return them: the topics by their names, within each as it has them."""
    return tuple(one for topic in discover(topics, "QUESTIONS", tuple) for one in topic)


def _every() -> Iterator[Question | Step]:
    yield from questions()
    yield from STEPS


def shapes() -> Mapping[str, Kind]:
    """Return what may be kept of the answer to each question and each step, by its id."""
    return {one.id: one.shape for one in _every()}


def rows() -> Mapping[int, tuple[str, ...]]:
    """Return which questions and steps walk each line of the release checklist."""
    found: dict[int, tuple[str, ...]] = {}
    for one in _every():
        if one.row:
            found[one.row] = (*found.get(one.row, ()), one.id)
    return found
