"""How each desk stands: its place on the floor, written when its posture changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from agentguard.server.store.engine import arrays
from agentguard.server.store.engine.times import past
from agentguard.server.store.schema.floor_tables import device_standing
from agentguard.wire import v1

RANKS = ("act", "attention", "blind", "good")
ACT, ATTENTION, BLIND, GOOD = range(len(RANKS))
WELL = frozenset({"pass", "not_applicable", "paused"})
"""States of a control that need no word; whatever else an agent says, of any version, does."""

LIVE = ("forbidden-held", "remote-tools", "remote-session", "pii-files", "clear-text")
"""Controls of which a failure is a danger while it lasts: codes and card data that lie open, others
who see the screen. What is merely old or set wrong waits behind them."""

SEVERITIES = ("critical", "high", "medium", "low")
_STANDS = arrays.put(device_standing, ["device"], "rank", "severity", "since")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """A posture that is new or has changed."""

    device: str
    overall: str
    controls: tuple[v1.Control, ...]
    now: float


def put(connection: Connection, changed: Sequence[Stands]) -> None:
    """Write down where the desks stand now; a rank that stays moves nothing that is counted."""
    arrays.say(connection, _STANDS, [tuple(row(one).values()) for one in changed])


def worst_first(controls: Iterable[v1.Control]) -> list[v1.Control]:
    """Return the controls that are not well and not excepted: failing ones first.

    Of these what is dangerous now comes first, then what is worse, then what is older.
    """
    bad = [c for c in controls if c.state not in WELL and not c.excepted]
    return sorted(bad, key=_need)


def _need(one: v1.Control) -> tuple[bool, bool, int, bool, str]:
    """Return the place of a control: what is dangerous at this moment, then severity and age."""
    place = severity(one.severity)
    live = one.check in LIVE
    urgent = live and place <= severity("high")
    return one.state != "fail", not urgent, place, not live, one.since


def overall(said: str, controls: Iterable[v1.Control]) -> str:
    """Return the overall state of a posture.

    No better than its controls, whatever the agent says; without any, nothing is known.
    """
    if said not in {"good", "blind"}:
        return said
    known = tuple(controls)
    bad = worst_first(known)
    if not bad:
        return said if known else "blind"
    if bad[0].state != "fail":
        return "blind"
    return "act" if severity(bad[0].severity) <= severity("high") else "attention"


def rank(overall: str) -> int:
    """Return the place of an overall state, the worst first; an unknown one asks for attention."""
    return RANKS.index(overall) if overall in RANKS else ATTENTION


def severity(name: str) -> int:
    """Return the place of a severity, the worst first; an unknown one comes last."""
    return SEVERITIES.index(name) if name in SEVERITIES else len(SEVERITIES)


def row(one: Stands) -> dict[str, object]:
    """Return the row of a posture."""
    worst = next(iter(worst_first(one.controls)), None)
    return {
        "device": one.device,
        "rank": rank(overall(one.overall, one.controls)),
        "severity": severity(worst.severity) if worst else len(SEVERITIES),
        "since": past(worst.since, one.now) if worst else one.now,
    }
