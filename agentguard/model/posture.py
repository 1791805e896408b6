"""Posture: the state of every control, honest about what was not looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agentguard.model.exceptions import Excepted
from agentguard.model.messages import Message
from agentguard.model.moments import Moment
from agentguard.model.verdicts import WHOLE, Coverage, Owner, Severity, State

MEASURES = range(1, 11)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlState:
    """The state of one control since `since`; `detail` tells why, `rows` are a table behind it.

    `coverage` is what the state rests on, `owner` who can mend it where it fails. While `excepted`
    nothing is done about it, and it counts neither as in order nor against the desk. `sensor` has
    failed where that is why nothing is known.
    """

    check: str
    measure: int
    state: State
    since: Moment
    severity: Severity
    detail: Message | None = None
    rows: tuple[Message, ...] = ()
    coverage: Coverage = WHOLE
    owner: Owner = Owner.PERSON
    excepted: Excepted | None = None
    sensor: str = ""

    @property
    def lacking(self) -> tuple[Message, ...]:
        """Why something was not looked at, beside what `detail` tells."""
        return tuple(one for one in self.coverage.why if one != self.detail)


class Overall(StrEnum):
    """The one word for a desk, worst first where several hold."""

    ACT = "act"  # a finding of high or critical severity is open
    ATTENTION = "attention"  # a finding of lower severity is open
    BLIND = "blind"  # nothing is wrong, but something was not looked at, or only in part
    GOOD = "good"


def overall(controls: tuple[ControlState, ...]) -> Overall:
    """Fold the states of all controls into one word."""
    controls = tuple(one for one in controls if one.excepted is None)
    failing = {c.severity for c in controls if c.state is State.FAIL}
    if failing & {Severity.HIGH, Severity.CRITICAL}:
        return Overall.ACT
    if failing:
        return Overall.ATTENTION
    if any(c.state in {State.UNKNOWN, State.PARTIAL} for c in controls):
        return Overall.BLIND
    return Overall.GOOD


PAUSED = "paused"
"""Instead of `good` where a control is paused or excepted: it is not held to what it asks."""


def shown(word: Overall, controls: tuple[ControlState, ...]) -> str:
    """Return the word as people see it: what is paused or excepted keeps it from being in order."""
    paused = any(one.state is State.PAUSED or one.excepted is not None for one in controls)
    return PAUSED if word is Overall.GOOD and paused else word.value
