"""A guided response: what is done, step by step, where card data is found (PCI DSS 12.10.7).

The finding is held, looked at for what may not be kept at all, deleted or kept in the vault, and
its cause is told; a second person signs at the endpoint. Each step holds only what happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agentguard.model.events import Event
from agentguard.model.moments import Moment

CARD_KINDS = frozenset({"PAN", "CVV", "TRACK"})
"""Kinds of personal data that a guided response is for."""


class Found(StrEnum):
    """Whether card security codes or track data are there; unknown where not all was read."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Step(StrEnum):
    """The steps that a desk tells; the ids never change meaning."""

    HELD = "held"
    LOOKED = "looked"
    ENDED = "ended"
    CAUSE = "cause"


OUT = "out"
"""The answer to the steps HELD and ENDED of a file that left the vault again: they are to do."""


class Ending(StrEnum):
    """What became of the file."""

    DELETED = "deleted"
    KEPT = "kept"


class Cause(StrEnum):
    """How it came there, as the person at the desk believes."""

    EXPORT = "export"
    TYPED = "typed"
    MAIL = "mail"
    CUSTOMER = "customer"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A guided response to what was found at `path`; `number` is its incident's.

    `held`, `ended` and `caused` are when the step was done, None while it was not. `mine` says that
    the person who began it is still at the desk.
    """

    number: str
    path: str
    begun: Moment
    found: Found
    held: Moment | None = None
    ending: Ending | None = None
    ended: Moment | None = None
    cause: Cause | None = None
    caused: Moment | None = None
    mine: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseBegun(Event):
    """Somebody begins a response to the card data in a file; `held`: it is in the vault already."""

    number: str
    path: str
    found: Found
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseStep(Event):
    """A step was really done; `answer` is a value of Ending or of Cause, or empty."""

    number: str
    step: Step
    answer: str = ""
