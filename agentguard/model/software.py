"""What is said of an installed program: which product it is, and whether its maker keeps it up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from agentguard.model.messages import Message


class State(StrEnum):
    """What is said of a program; `exploited` outranks every other."""

    SUPPORTED = "supported"
    ENDING = "ending"
    ENDED = "ended"
    EXPLOITED = "exploited"
    UNKNOWN = "unknown"
    ALLOWED = "allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The day that is judged for, the day of the catalogue, and how early an end is told."""

    day: date
    compiled: date
    warn: timedelta = timedelta(days=90)

    @property
    def age(self) -> timedelta:
        """How old the catalogue is."""
        return self.day - self.compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a program is and what holds of it.

    `product` is empty for what no rule names. A `part` belongs to another program and is not judged
    alone. `date` is the last day of the support, where one is told; `rule` the pattern that fitted.
    """

    name: str
    version: str
    publisher: str
    product: str
    title: str
    line: str
    kind: str
    state: State
    date: date | None
    source: str
    why: Message
    rule: str
    part: bool = False

    @property
    def shown(self) -> str:
        """The product with its release line, as a person says it."""
        line = self.line.replace("esr-", "ESR ")
        return f"{self.title} {line}".rstrip()


class ProgramMatcher(Protocol):
    """A software catalogue that can be asked."""

    @property
    def compiled(self) -> date:
        """The day on which its dates were true."""
        ...

    def match(self, name: str, version: str, publisher: str, *, now: Today) -> Match:
        """Return what a program is, and what holds of it on a day."""
        ...
