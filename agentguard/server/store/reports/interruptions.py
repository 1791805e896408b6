"""What desks asked their persons' attention for: kept with the posture, and by check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from agentguard.server.roles import Scope
from agentguard.server.store.engine import arrays
from agentguard.server.store.reports import interruption_sums
from agentguard.server.store.schema.tables import posture_current
from agentguard.wire import v1

SHOWN = 40
"""Checks and causes that are listed at most: more than there are."""
ENOUGH = 10
"""Cards below which nothing is said of a check."""
HALF = 0.5

_JSON = msgspec.json.Encoder()
_PUT = arrays.change(posture_current, ["device"], "interruptions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Nagging:
    """The cards of a check in 30 days at so many desks; `nags` says that half went unread."""

    check: str
    desks: int
    shown: int
    dismissed: int

    @property
    def nags(self) -> bool:
        """Whether half of enough cards were closed in less than 2 s."""
        return self.shown >= ENOUGH and self.dismissed >= HALF * self.shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What attention was asked for: in the shifts that desks told of last, and by check.

    `held_by` has what held cards back, most often first. `at` is of when that is, None for never.
    """

    desks: int
    shown: int
    later: int
    dismissed: int
    held_by: tuple[tuple[str, int], ...]
    checks: tuple[Nagging, ...]
    at: float | None


def put(connection: Connection, reports: Sequence[v1.Report]) -> None:
    """Keep what reports tell, with the postures of their desks."""
    rows = [
        (_JSON.encode(one.interruptions).decode(), one.device)
        for one in reports
        if one.interruptions is not None
    ]
    arrays.say(connection, _PUT, rows)


def added_up(connection: Connection, teams: Scope) -> Asked:
    """Return what was added up last of these teams: the check that nags most stands first."""
    kept = interruption_sums.kept(connection, teams)
    checks = [
        Nagging(check=check, desks=desks, shown=shown, dismissed=dismissed)
        for check, (desks, shown, dismissed) in kept.checks.items()
    ]
    return Asked(
        desks=kept.desks,
        shown=kept.shown,
        later=kept.later,
        dismissed=kept.dismissed,
        held_by=tuple(kept.held_by.items())[:SHOWN],
        checks=tuple(sorted(checks, key=_first)[:SHOWN]),
        at=interruption_sums.counted_at(connection),
    )


def _first(one: Nagging) -> tuple[bool, int, int, str]:
    return not one.nags, -one.dismissed, -one.shown, one.check
