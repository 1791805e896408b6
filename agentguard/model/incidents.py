"""What an agent can report as an incident, its number, and how far it has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agentguard.model.moments import Moment
from agentguard.model.posture import ControlState
from agentguard.model.verdicts import State

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""The signs of a number: none of them is taken for another when it is read out or copied."""

RANDOM = 7
"""Signs of a number that are drawn; the last one checks them."""

_HALF = 4


class IncidentCategory(StrEnum):
    """The kinds of incident; the ids never change meaning."""

    DATA_SEEN = "data-seen"
    DATA_SENT = "data-sent"
    SUSPICIOUS_MESSAGE = "suspicious-message"
    LOST_DEVICE = "lost-device"
    STRANGER = "stranger"
    OTHER = "other"
    CARD_DATA = "card-data"  # begun by a guided response, and not offered beside the others


class Where(StrEnum):
    """Where it happened, in the reporter's words."""

    PC = "pc"
    PROGRAM = "program"
    PHONE = "phone"
    PAPER = "paper"
    ELSEWHERE = "elsewhere"
    UNSAID = ""


class Ongoing(StrEnum):
    """Whether it is still happening."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    UNSAID = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """What a report says of the desk by itself: counts and the ids of failing controls, no values.

    `in_order` counts the controls that pass, `unknown` those of which nothing certain is known.
    """

    findings: int = 0
    failing: tuple[str, ...] = ()
    in_order: int = 0
    unknown: int = 0


NOTHING_SEEN = Attached()
"""A desk of which a report says nothing by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a person says of an incident."""

    category: IncidentCategory
    note: str
    where: Where = Where.UNSAID
    ongoing: Ongoing = Ongoing.UNSAID


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A report as it will leave, for the person to see before: values in the note are masked."""

    number: str
    answers: Answers
    attached: Attached = NOTHING_SEEN


class Stage(StrEnum):
    """How far a report has come, in this order; the endpoint tells all but the first."""

    WRITTEN = "written"
    RECEIVED = "received"
    TAKEN = "taken"
    ASSIGNED = "assigned"
    CLOSED = "closed"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A report of this desk: when it was made, how far it has come, and by whom.

    `mine` says that the person who made it is still at the desk.
    """

    number: str
    category: IncidentCategory
    at: Moment
    stage: Stage = Stage.WRITTEN
    by: str = ""
    mine: bool = True


def attached(controls: Iterable[ControlState], findings: int) -> Attached:
    """Return what a report says of a desk with these controls and so many findings."""
    known = tuple(controls)
    return Attached(
        findings=findings,
        failing=tuple(sorted(c.check for c in known if c.state is State.FAIL)),
        in_order=sum(c.state is State.PASS for c in known),
        unknown=sum(c.state in {State.UNKNOWN, State.PARTIAL} for c in known),
    )


def number_of(drawn: Sequence[int]) -> str:
    """Return the number of seven drawn values from 0 to 30, such as `T7HH-DKM2`."""
    signs = "".join(SIGNS[one] for one in (*drawn, _check(drawn)))
    return f"{signs[:_HALF]}-{signs[_HALF:]}"


def read_number(typed: str) -> str:
    """Return a number as it is written, of whatever was typed; empty when it is none.

    One wrong sign, or two that changed places, is always noticed.
    """
    signs = [one for one in typed.upper() if one not in " -\u2013"]
    if len(signs) != RANDOM + 1 or any(one not in SIGNS for one in signs):
        return ""
    values = [SIGNS.index(one) for one in signs]
    return number_of(values[:RANDOM]) if _check(values[:RANDOM]) == values[RANDOM] else ""


def _check(values: Sequence[int]) -> int:
    """Weigh each place on its own: 31 is a prime, so no change of one or two places is lost."""
    return -sum((place + 2) * value for place, value in enumerate(values)) % len(SIGNS)
