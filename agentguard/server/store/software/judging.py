"""Says what a version of a program is, by the newest catalogue, the newest policy and the day.

It is the judge of the desks (`checks.software`), asked once for each version of the fleet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import msgspec
from sqlalchemy import Connection

from agentguard.checks.base import named
from agentguard.checks.software import BESIDE, Settings, said_of
from agentguard.model.facts import Kind, LifecyclesKnown, Software
from agentguard.model.messages import Message, say
from agentguard.model.software import Match, ProgramMatcher, State, Today
from agentguard.server.store.engine import times
from agentguard.software.ranks import PART, WORST, rank

_JSON = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is said of a version, as the table `program` keeps it."""

    product: str
    title: str
    line: str
    state: str
    rank: int
    ends: str
    why: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaching:
    """What the newest policy says of programs; `digest` tells it from others."""

    digest: str = ""
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The newest catalogue: of programs, of operating systems, and its number."""

    programs: ProgramMatcher
    systems: LifecyclesKnown
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Judges for one day; `key` names all that its judgement rests on."""

    known: LifecyclesKnown
    settings: Settings
    now: Today
    key: str

    def judge(self, item: Software) -> Judged:
        """Say what a version is and what holds of it."""
        if item.kind is Kind.PART or named(item.name, self.settings.ignore):
            return _part()
        found = said_of(item, self.known, self.settings, self.now)
        if item.kind in BESIDE and not found.product:
            return _part()
        if found.state is State.UNKNOWN and named(item.name, self.settings.accepted):
            return _kept(found, State.SUPPORTED, say("support.taught"))
        if item.kind is Kind.SYSTEM:
            found = replace(found, product=found.title)
        return _kept(found, found.state, found.why)


class Judges:
    """Gives the judge of the moment, made anew when the policy, the catalogue or the day changes.

    `teaching` reads what the newest policy says, if it is not that of a digest; `catalogue` gives
    the newest catalogue.
    """

    def __init__(
        self,
        teaching: Callable[[Connection, Teaching], Teaching],
        catalogue: Callable[[Connection], Newest],
    ) -> None:
        self._teaching = teaching
        self._catalogue = catalogue
        self._taught = Teaching()
        self._judge: Judge | None = None

    def at(self, connection: Connection, now: float) -> Judge:
        """Return the judge of a moment."""
        taught = self._taught = self._teaching(connection, self._taught)
        newest, day = self._catalogue(connection), times.day(now)
        key = f"{newest.programs.compiled}/{newest.seq} {day} {taught.digest[:32]}"
        made = self._judge
        if made is None or made.key != key or made.known.programs is not newest.programs:
            made = self._judge = _judge(newest, taught, day, key)
        return made


def _judge(newest: Newest, taught: Teaching, day: date, key: str) -> Judge:
    warn = timedelta(days=taught.settings.warn_days)
    return Judge(
        known=replace(newest.systems, programs=newest.programs),
        settings=taught.settings,
        now=Today(day=day, compiled=newest.programs.compiled, warn=warn),
        key=key,
    )


def _kept(found: Match, state: State, why: Message) -> Judged:
    return Judged(
        product=found.product[:100],
        title=found.title[:300],
        line=found.line[:100],
        state="" if found.part else state.value,
        rank=rank(found) if found.part else WORST.index(state),
        ends=str(found.date or ""),
        why=_said(why),
        page=found.source,
    )


def _part() -> Judged:
    """Say of what has no product of its own that it is not judged alone."""
    return Judged(
        product="", title="", line="", state="", rank=PART, ends="",
        why=_said(say("support.part")), page="",
    )  # fmt: skip


def _said(why: Message) -> str:
    return _JSON.encode({"id": why.id, "params": dict(why.params)}).decode()
