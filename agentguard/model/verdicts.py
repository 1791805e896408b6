"""What a check says of one event: honest states, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agentguard.model.actions import ActionKind
from agentguard.model.messages import Message, Param, say


class State(StrEnum):
    """The state of a control. `fail` needs proof, just as `pass` does."""

    PASS = "pass"  # noqa: S105 - a state, not a secret
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    PAUSED = "paused"


class Severity(StrEnum):
    """How bad a finding is, from the lowest."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What is done about one verdict; its hands wait `after` seconds for it to be mended."""

    kinds: tuple[ActionKind, ...]
    after: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The state that one event proves, and the sentence that tells why.

    `subject` says whom it is about where the event alone does not tell; None asks the check.
    `response` takes the place of the policy's `respond` where a rule of the policy says so; with a
    pass it is done without a finding. `severity` takes the place of the policy's. `rows` are the
    table behind the sentence, a line each.
    """

    state: State
    message: Message | None = None
    subject: str | None = None
    response: Response | None = None
    severity: Severity | None = None
    rows: tuple[Message, ...] = ()


def passed(id_: str = "", /, **params: Param) -> Verdict:
    """Say that nothing is wrong; a sentence is optional."""
    return Verdict(state=State.PASS, message=say(id_, **params) if id_ else None)


def wrong(id_: str, /, **params: Param) -> Verdict:
    """Say what is wrong."""
    return Verdict(state=State.FAIL, message=say(id_, **params))


def unknown(id_: str, /, **params: Param) -> Verdict:
    """Say what could not be read; never shown in red."""
    return Verdict(state=State.UNKNOWN, message=say(id_, **params))


def not_applicable(id_: str, /, **params: Param) -> Verdict:
    """Say why the control has no meaning here."""
    return Verdict(state=State.NOT_APPLICABLE, message=say(id_, **params))
