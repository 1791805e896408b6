"""The privacy shield: what covers every screen when the screen cannot be locked now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agentguard.model.events import Event
from agentguard.model.messages import Message
from agentguard.model.moments import Moment


class Why(StrEnum):
    """Why the screens are covered."""

    CALL = "call"
    """The limit was reached in a call, where a lock would take the softphone away."""
    NOT_LOCKED = "not-locked"
    """A lock was asked for several times and did not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shield:
    """Every screen is covered since `since`; `reply` says why a code was not accepted."""

    why: Why
    since: Moment
    reply: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShieldLifted(Event):
    """The person at the desk proved presence to the shield."""

    factor: str
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShieldRefused(Event):
    """A code was wrong or could not be checked; `message` says what to do."""

    message: Message
