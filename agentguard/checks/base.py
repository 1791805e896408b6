"""The shape of a check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, Generic, TypeVar

from agentguard.model import patterns
from agentguard.model.events import Event, Facts, SensorState, Watching
from agentguard.model.facts import Fact
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.verdicts import Owner, Severity, Verdict, gap, passed, unknown, with_gaps

S = TypeVar("S")

MINUTE = 60.0
HOUR = 3600.0
DAY = 24 * HOUR

SHOWN = 5  # names in one sentence
LAST_WALL = datetime(9999, 1, 1, tzinfo=UTC).timestamp()

named = patterns.named


def no_subject(_event: Event, _settings: object) -> str:
    """Judge the machine as a whole."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Generic[S]):
    """One control of the desk.

    `id` is for ever. `measure` is 1 to 10 of the ten measures. `on` lists the kinds of event that
    it judges. `judge(event, facts, settings)` is pure; it gives None when the event says nothing
    about this control. `subject(event, settings)` tells findings of one check apart;
    a verdict with an empty subject is about the control as a whole. `fresh` is how many
    seconds a verdict holds; older ones are shown as unknown; None means as long as the sensor that
    sees what the check listens to watches. `needs` are further kinds of event on which a pass
    rests: facts that must be known, whole and as fresh, or kinds whose sensor must watch.
    How it bears on which requirements stands in `resources/requirements/mappings.toml`; title,
    advice and what it does not prove in `resources/text/<language>/checks.toml`. `owners`
    tells who can mend what each sentence tells that is wrong; `owner` can mend the rest, such as a
    part's own fault. `lessons` teach what it is about, the first one unless the
    finding's message names another (`lesson`).
    """

    id: str
    measure: int
    severity: Severity
    on: tuple[type[Event], ...]
    settings: type[S]
    judge: Callable[[Any, Facts, S], Verdict | None]
    subject: Callable[[Any, S], str] = no_subject
    fresh: float | None = None
    needs: tuple[type[Event], ...] = ()
    lessons: tuple[str, ...] = ()
    owner: Owner = Owner.PERSON
    owners: Mapping[str, Owner] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSettings:
    """A check that has nothing to set."""


def belong(owner: Owner, *ids: str) -> Mapping[str, Owner]:
    """Say of sentences about what is wrong who can mend it; for `Check.owners`."""
    return dict.fromkeys(ids, owner)


def few(names: Iterable[str]) -> str:
    """List names for a sentence: the first five in order, and how many more there are."""
    every = sorted({n for n in names if n}, key=str.casefold)
    rest = len(every) - SHOWN
    return ", ".join(islice(every, SHOWN)) + (f" (+{rest})" if rest > 0 else "")


def partly(verdict: Verdict, unread: str) -> Verdict:
    """Keep a pass from passing where a part of a fact was not read."""
    return with_gaps(verdict, gap(f"unread.{unread}")) if unread else verdict


def told_by(verdict: Verdict, event: Fact) -> Verdict:
    """Return a verdict with who was told of its fact, where that was not the agent itself."""
    if not event.by_keeper:
        return verdict
    return replace(verdict, rows=(*verdict.rows, say("coverage.by-keeper")))


def not_read(fact: Fact) -> Verdict:
    """Return that nothing is known, and why the fact could not be read."""
    return unknown(fact.why.id, **fact.why.params)


def today(at: Moment) -> date:
    """Return the calendar day in UTC, for dates that people and vendors set; never for a timer."""
    if not 0 <= at.wall < LAST_WALL:
        return date(1970, 1, 1)
    return datetime.fromtimestamp(at.wall, UTC).date()


def by_sensor(event: SensorState, sensor: str, watched: Verdict) -> Verdict | None:
    """Judge a control by its sensor: `watched` while it sees, else unknown for its reason."""
    if event.sensor != sensor:
        return None
    if event.state is Watching.WATCHING:
        return watched
    why = event.message or say("engine.not-watched")
    return unknown(why.id, **why.params)


NO_NEWS = passed()
"""Nothing is wrong with the subject; there is nothing to say about it."""
