"""What is said of an installed program: which product it is, and whether its maker keeps it up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from agentguard.model.messages import Message, say

EXTENSION = "extension"
"""The kind of rules that know extensions of browsers."""


class State(StrEnum):
    """What is said of a program; `exploited` outranks every other."""

    SUPPORTED = "supported"
    ENDING = "ending"
    ENDED = "ended"
    EXPLOITED = "exploited"
    UNKNOWN = "unknown"
    ALLOWED = "allowed"


WRONG = frozenset({State.ENDED, State.EXPLOITED})
"""What is wrong with a program, unless the policy gives it time."""


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
class Attack:
    """An attack on a program: the day on which a public list took it in, and how bad it is.

    `severity` is that of the public record, as CVSS words it; empty where the record tells none.
    """

    listed: date
    severity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a program is and what holds of it.

    `product` is empty for what no rule names. A `part` belongs to another program and is not judged
    alone. `date` is the last day of the support, where one is told; `rule` the pattern that fitted.
    Of an exploited one there are its `attacks`, and `beneath` is what holds of it otherwise.
    `grace` is the last day on which the policy does not fail what has ended or is exploited.
    """

    name: str
    version: str
    publisher: str
    product: str
    title: str
    line: str
    kind: str
    state: State
    grace: date | None = None
    date: date | None
    source: str
    why: Message
    rule: str
    part: bool = False
    attacks: tuple[Attack, ...] = ()
    beneath: State | None = None

    @property
    def wrong(self) -> bool:
        """Whether it is to be mended now."""
        return self.state in WRONG and self.grace is None

    @property
    def shown(self) -> str:
        """The product with its release line, as a person says it."""
        line = self.line.replace("esr-", "ESR ")
        return f"{self.title} {line}".rstrip()


def as_extension(found: Match) -> Match:
    """Return what holds of a browser's extension of that name.

    Rules for programs do not know it: an extension called Zoom is no Zoom, and its versions count
    differently.
    """
    if found.kind == EXTENSION:
        return found
    return replace(
        found,
        product="",
        title="",
        line="",
        kind=EXTENSION,
        state=State.UNKNOWN,
        date=None,
        source="",
        why=say("support.extension"),
        rule="",
        part=False,
        grace=None,
        attacks=(),
        beneath=None,
    )


class ProgramMatcher(Protocol):
    """A software catalogue that can be asked."""

    @property
    def compiled(self) -> date:
        """The day on which its dates were true."""
        ...

    def match(self, name: str, version: str, publisher: str, *, now: Today) -> Match:
        """Return what a program is, and what holds of it on a day."""
        ...
