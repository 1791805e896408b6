"""How each desk stands: its place on the floor, written when its posture changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert

from agentguard.server.store.floor_tables import device_standing
from agentguard.server.store.times import past
from agentguard.wire import v1

RANKS = ("act", "attention", "blind", "good")
ACT, ATTENTION, BLIND, GOOD = range(len(RANKS))
SEVERITIES = ("critical", "high", "medium", "low")

_GONE = delete(device_standing).where(
    device_standing.c.device.in_(bindparam("ids", expanding=True))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """A posture that is new or has changed."""

    device: str
    overall: str
    controls: tuple[v1.Control, ...]
    now: float


def put(connection: Connection, changed: Sequence[Stands]) -> None:
    """Write down where the desks stand now."""
    if changed:
        connection.execute(_GONE, {"ids": [one.device for one in changed]})
        connection.execute(insert(device_standing), [row(one) for one in changed])


def worst_first(controls: Iterable[v1.Control]) -> list[v1.Control]:
    """Give the controls that are not well: failing ones by severity and age, then unread ones."""
    bad = [c for c in controls if c.state in {"fail", "unknown"}]
    return sorted(bad, key=lambda c: (c.state != "fail", severity(c.severity), c.since))


def rank(overall: str) -> int:
    """Give the place of an overall state, the worst first; an unknown one asks for attention."""
    return RANKS.index(overall) if overall in RANKS else ATTENTION


def severity(name: str) -> int:
    """Give the place of a severity, the worst first; an unknown one comes last."""
    return SEVERITIES.index(name) if name in SEVERITIES else len(SEVERITIES)


def row(one: Stands) -> dict[str, object]:
    """Give the row of a posture."""
    worst = next(iter(worst_first(one.controls)), None)
    return {
        "device": one.device,
        "rank": rank(one.overall),
        "severity": severity(worst.severity) if worst else len(SEVERITIES),
        "since": past(worst.since, one.now) if worst else one.now,
    }
