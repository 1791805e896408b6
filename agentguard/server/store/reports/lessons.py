"""Lessons that were answered at the desks, as far as they may be seen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from agentguard.server.roles import Scope
from agentguard.server.store.engine.stored_values import Stored
from agentguard.server.store.schema.floor_tables import LESSON
from agentguard.server.store.schema.tables import device, event, team
from agentguard.wire import v1

_EVENT = Stored(v1.Event)
MOST = 200_000  # answers that are counted at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How often a lesson was answered, how often rightly, and at how many desks."""

    lesson: str
    times: int
    right: int
    desks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The lessons, most answered first, and how many desks of each team answered one.

    `cut` says that there were more than `MOST` answers, of which the newest were counted.
    """

    lessons: list[Answered]
    desks: dict[str, int]
    cut: bool


def answered(connection: Connection, teams: Scope, since: float) -> Answers:
    """Count the answers since a time."""
    asked = (
        select(event.c.body, event.c.device, team.c.name)
        .join(device, device.c.id == event.c.device)
        .join(team, team.c.id == device.c.team)
        .where(event.c.kind == text(f"'{LESSON}'"), event.c.received_at >= since)
    )
    if teams is not None:
        asked = asked.where(device.c.team.in_(teams))
    times: Counter[str] = Counter()
    right: Counter[str] = Counter()
    desks: dict[str, set[str]] = {}
    of_team: dict[str, set[str]] = {}
    newest = asked.order_by(event.c.received_at.desc()).limit(MOST + 1)
    rows = connection.execute(newest).all()
    for row in rows[:MOST]:
        params = _EVENT.decode(row.body).params
        lesson = str(params.get("lesson", ""))
        times[lesson] += 1
        right[lesson] += params.get("correct") == 1
        desks.setdefault(lesson, set()).add(row.device)
        of_team.setdefault(row.name, set()).add(row.device)
    every = [
        Answered(lesson=one, times=many, right=right[one], desks=len(desks[one]))
        for one, many in times.most_common()
    ]
    many = {name: len(ids) for name, ids in of_team.items()}
    return Answers(lessons=every, desks=many, cut=len(rows) > MOST)
