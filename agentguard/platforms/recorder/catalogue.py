"""Every question in the order in which they are asked, and the steps of a walk.

A step asks an administrator to do something while the recorder watches. Each has its words in
resources/text, under `cli.record.step`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agentguard.base.plugins import discover
from agentguard.platforms.recorder import topics
from agentguard.platforms.recorder.questions import Question
from agentguard.platforms.recorder.shapes import (
    NUMBER,
    VARYING,
    Each,
    Kind,
    fields,
    known,
)
from agentguard.platforms.recorder.topics.clipboards import FORMATS
from agentguard.platforms.recorder.topics.sessions import DESKTOPS

EVENTS = ("session", "power", "clipboard", "device", "display", "end")
SKIPPED = "skipped"
ANSWERS = ("yes", "no", SKIPPED)
WATCHED = fields(
    seconds=VARYING,
    person=known(*ANSWERS),
    events=Each(fields(after=VARYING, what=known(*EVENTS), code=NUMBER)),
    states=Each(
        fields(after=VARYING, state=NUMBER, flags=NUMBER, desktop=DESKTOPS, idle=VARYING),
    ),
    copies=Each(FORMATS),
    agents=Each(fields(after=VARYING, count=NUMBER, others=NUMBER)),
)
"""What is seen meanwhile; `after` are milliseconds since the step began.

Of agents: how many run in this session, and how many of them were not there at the beginning.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do; `row` is the line of the release checklist that it walks, 0 for none.

    `asks` says that the answer yes is right: a person alone can see it.
    """

    id: str
    row: int = 0
    asks: bool = False

    @property
    def shape(self) -> Kind:
        """What is kept of it."""
        return WATCHED


STEPS = (
    Step(id="walk.lock"),
    Step(id="walk.ctrl-alt-del"),
    Step(id="walk.copy-private"),
    Step(id="walk.copy-manager"),
    Step(id="walk.history", asks=True),
    Step(id="walk.sleep"),
    Step(id="walk.task-manager", row=31, asks=True),
    Step(id="walk.switch-user"),
    Step(id="walk.remote"),
    Step(id="walk.usb"),
    Step(id="walk.prompt"),
    Step(id="walk.location", row=30, asks=True),
    Step(id="walk.enrolled", row=19, asks=True),
    Step(id="walk.sign-out", row=22, asks=True),
)
"""In the order in which they are least trouble."""


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
