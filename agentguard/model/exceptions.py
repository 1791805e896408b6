"""Exceptions from controls: what a policy allows, and what holds at a desk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from agentguard.model.verdicts import RANK, Severity

HOUR = 3600.0
SLACK = 300.0
"""Seconds that an exception may be longer than allowed: clocks differ, and a report takes time."""
LEAST_REASON = 20
"""Signs of a reason, without the space around it."""
SECOND_PERSON = 24 * HOUR
"""An exception for longer is approved by somebody else than who asked for it."""
ALONE_OVER = 7 * 24 * HOUR
"""Seconds over which what one person asked for and approved at a desk counts together."""
MONTH = 30 * 24 * HOUR
TIMES = 4
"""So many of the longest exceptions fit in 30 days, where the policy says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionRule:
    """What may be excepted from one control, for how long at most."""

    control: str = field(
        metadata={
            "doc": "The control, such as usb-storage.",
            "pattern": "[a-z0-9][a-z0-9-]{0,63}",
        }
    )
    hours: int = field(
        default=24,
        metadata={"doc": "The longest an exception may be, in hours.", "min": 1, "max": 2160},
    )
    month_hours: int = field(
        default=0,
        metadata={
            "doc": "The most hours in any 30 days, all exceptions of a desk from this control "
            "together, so that one cannot follow another for ever; 0 is four times `hours`.",
            "min": 0,
            "max": 720,
        },
    )
    worst: Severity = field(
        default=Severity.HIGH,
        metadata={"doc": "The worst finding that may be excepted; a worse one counts as ever."},
    )
    new_desks: bool = field(
        default=False,
        metadata={"doc": "true: desks that join a team later may be included."},
    )

    @property
    def together(self) -> float:
        """The most seconds in any 30 days at one desk."""
        return (self.month_hours or TIMES * self.hours) * HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Excepted:
    """An exception that holds at this desk; `since` and `until` in wall seconds since 1970."""

    id: str
    control: str
    worst: Severity
    since: float
    until: float

    def covers(self, severity: Severity) -> bool:
        """Check whether a finding of a severity is excepted."""
        return RANK.index(severity) <= RANK.index(self.worst)


class RequestState(StrEnum):
    """How a request of a person stands; the ids never change meaning."""

    WAITING = "waiting"
    RUNNING = "running"
    DECLINED = "declined"
    LAPSED = "lapsed"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An exception that a person asked for at this desk; times are wall seconds since 1970.

    `ruled` is when it came to stand as it does, 0 while it waits; `why` is a word for that.
    """

    id: str
    control: str
    until: float
    asked: float
    state: RequestState = RequestState.WAITING
    why: str = ""
    ruled: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the endpoint says of a request that began no exception, or none that still holds."""

    id: str
    state: RequestState
    why: str


Span = tuple[float, float]
"""From when until when, in wall seconds."""


def spent_since(spans: Iterable[Span], at: float) -> float:
    """Return the seconds of spans after a moment; what overlaps counts once."""
    total, reached = 0.0, at
    for since, until in sorted(spans):
        total += max(0.0, until - max(since, reached))
        reached = max(reached, until)
    return total


def allowed(rules: Iterable[ExceptionRule], one: Excepted) -> bool:
    """Check whether a policy allows an exception: its control, its length, what is worst in it."""
    return any(
        rule.control == one.control
        and one.until - one.since <= rule.hours * HOUR + SLACK
        and RANK.index(one.worst) <= RANK.index(rule.worst)
        for rule in rules
    )


def rule_for(rules: Iterable[ExceptionRule], control: str) -> ExceptionRule | None:
    """Return the rule that allows the most for a control."""
    mine = [rule for rule in rules if rule.control == control]
    return max(mine, key=lambda rule: rule.hours, default=None)
