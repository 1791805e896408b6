"""What held at desks within a period, as pages and evidence packs read it: desk by desk, streamed.

Nothing is added up here; `agentguard.model.held` does that with what is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, or_, select, true

from agentguard.model import desk_use
from agentguard.model.desk_use import Times
from agentguard.model.held import Control, Period, Presence, Span, State
from agentguard.server.store.control_history.beginnings import QUIET
from agentguard.server.store.control_history.numbers import HIDDEN, LOST, STATES, Kind
from agentguard.server.store.schema.control_tables import (
    desk_locked,
    desk_team,
    excursion,
    held_control,
    held_desk,
    held_policy,
    in_force,
    judged,
    presence,
)
from agentguard.server.store.schema.tables import device, device_seen

AT_ONCE = 25
"""Desks whose history is in memory together."""
Excepted = Mapping[tuple[str, str], Sequence[tuple[int, int]]]
"""Spans of exceptions in force, by the id of the device and the check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """Whether a desk was watched from `since` until `until`, or why not; `begun` is its beginning.

    A spell that reaches into the period begins before `since`.
    """

    since: int
    until: int
    kind: Kind
    begun: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A desk was in the team of this number."""

    since: int
    until: int
    team: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A desk had this policy; empty words stand for none that was signed.

    `expires` is when its last day is over, None where it has none or the desk did not say.
    """

    since: int
    until: int
    digest: str
    name: str
    expires: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What is known of a desk within `period`, which ends now at the latest.

    Spells are cut at the period's ends; `controls` has each check that was ever judged there, with
    its spans from their true beginning on. `locked` is when the session there was locked.
    """

    number: int
    device: str
    label: str
    period: Period
    enrolled: int
    spells: tuple[Spell, ...]
    controls: Mapping[str, Control]
    teams: tuple[Member, ...]
    policies: tuple[Policy, ...]
    locked: tuple[Times, ...] = ()

    def presence(self, within: Period | None = None) -> Presence:
        """Return where it was watched, such as while it was in one team."""
        return Presence(within or self.period, hidden(self))

    def used(self, hours: list[Times] | None) -> list[Times]:
        """Return when the desk was in use, or probably was; `hours` are those of its team."""
        watched = [(one.since, one.until) for one in self.spells if one.kind is Kind.WATCHED]
        lost = [(one.begun, one.until) for one in self.spells if one.kind in LOST]
        return desk_use.used(watched, lost, self.locked, hours)

    def control(self, check: str) -> Control:
        """Return what is known of a control; one that was never judged is in no policy of it."""
        return self.controls.get(check, Control(judged=None))


@dataclass(slots=True)
class _Found:
    """The rows of some desks, by the number of the desk."""

    spells: dict[int, list[Row[Any]]] = field(default_factory=dict)
    excursions: dict[int, list[Row[Any]]] = field(default_factory=dict)
    judged: dict[int, list[Row[Any]]] = field(default_factory=dict)
    teams: dict[int, list[Row[Any]]] = field(default_factory=dict)
    policies: dict[int, list[Row[Any]]] = field(default_factory=dict)
    locked: dict[int, list[Row[Any]]] = field(default_factory=dict)


def read(
    connection: Connection,
    period: Period,
    now: float,
    *,
    teams: Collection[int] | None = None,
    devices: Collection[str] | None = None,
    checks: Collection[str] | None = None,
    excepted: Excepted | None = None,
) -> Iterator[History]:
    """Yield the desks that were enrolled by the period's end, in the order of their numbers.

    With `teams` only those that were in one of these meanwhile, with `devices` these alone;
    `checks` leaves out all other controls. In one transaction nothing changes between two desks.
    """
    whole = Period(since=period.since, until=min(period.until, int(now)))
    words = _words(connection, checks, excepted or {})
    last = -1
    while True:
        some = connection.execute(_desks(whole, last, teams, devices)).all()
        if some:
            found = _found(connection, [row.number for row in some], whole, words)
            for row in some:
                yield _history(row, found, whole, now, words)
        if len(some) < AT_ONCE:
            return
        last = some[-1].number


def count(
    connection: Connection,
    period: Period,
    *,
    teams: Collection[int] | None = None,
    devices: Collection[str] | None = None,
) -> int:
    """Count the desks that `read` gives, so that one can tell how far it is."""
    asked = _desks(period, -1, teams, devices).limit(None).order_by(None)
    return sum(1 for _ in connection.execute(asked))


def hidden(one: History) -> list[Span]:
    """Return the spans in which a desk was not watched, as what all its controls are then.

    Where nothing is written down the desk was not there yet, or it is not recorded any more.
    """
    since = one.period.since
    first = one.spells[0].since if one.spells else one.period.until
    spans = []
    if since < first:
        came = min(max(one.enrolled, since), first)
        spans = [
            Span(since=since, until=came, state=State.NOT_ENROLLED),
            Span(since=came, until=first, state=State.UNKNOWN),
        ]
    spans += [
        Span(since=spell.since, until=spell.until, state=HIDDEN[spell.kind])
        for spell in one.spells
        if spell.kind in HIDDEN
    ]
    return [span for span in spans if span.seconds > 0]


@dataclass(frozen=True, slots=True)
class _Words:
    """What numbers stand for."""

    checks: Mapping[int, str]
    policies: Mapping[int, tuple[str, str]]
    excepted: Excepted


def _words(connection: Connection, checks: Collection[str] | None, excepted: Excepted) -> _Words:
    wanted = true() if checks is None else held_control.c.check.in_(checks)
    names = connection.execute(select(held_control).where(wanted))
    policies = connection.execute(select(held_policy))
    return _Words(
        {row.number: row.check for row in names},
        {row.number: (row.digest, row.name) for row in policies},
        excepted,
    )


def _desks(
    period: Period, last: int, teams: Collection[int] | None, devices: Collection[str] | None
) -> Select[Any]:
    asked = (
        select(
            held_desk.c.number,
            device.c.id,
            device.c.label,
            device.c.enrolled_at,
            device_seen.c.last_seen,
        )
        .join(device, device.c.id == held_desk.c.device)
        .outerjoin(device_seen, device_seen.c.device == device.c.id)
        .where(held_desk.c.number > last, device.c.enrolled_at < period.until)
    )
    if teams is not None:
        meanwhile = (desk_team.c.team.in_(teams), *_within(desk_team, period))
        mine = select(desk_team.c.desk).where(*meanwhile)
        asked = asked.where(held_desk.c.number.in_(mine))
    if devices is not None:
        asked = asked.where(device.c.id.in_(devices))
    return asked.order_by(held_desk.c.number).limit(AT_ONCE)


def _within(table: Table, period: Period, *, ended: bool = False) -> tuple[Any, Any]:
    """Return what chooses the spells of a period; `ended` those too that end where it begins."""
    until = table.c.until
    late = until >= period.since if ended else until > period.since
    return table.c.since < period.until, or_(until.is_(None), late)


def _found(connection: Connection, numbers: Sequence[int], period: Period, words: _Words) -> _Found:
    found = _Found()
    dense = numbers[-1] - numbers[0] < 2 * len(numbers)
    for table, rows in (
        (presence, found.spells),
        (excursion, found.excursions),
        (judged, found.judged),
        (desk_team, found.teams),
        (in_force, found.policies),
        (desk_locked, found.locked),
    ):
        desk = table.c.desk
        mine = desk.between(numbers[0], numbers[-1]) if dense else desk.in_(numbers)
        asked = select(table).where(mine)
        if "until" in table.c:
            asked = asked.where(*_within(table, period, ended=table is excursion))
        if "control" in table.c:
            asked = asked.where(table.c.control.in_(words.checks))
        for row in connection.execute(asked.order_by(*table.primary_key)):
            rows.setdefault(row.desk, []).append(row)
    return found


def _history(desk: Row[Any], found: _Found, period: Period, now: float, words: _Words) -> History:
    number = desk.number
    policies = tuple(_policies(found.policies.get(number, ()), period, words))
    return History(
        number=number,
        device=desk.id,
        label=desk.label,
        period=period,
        enrolled=int(desk.enrolled_at),
        spells=tuple(_spells(found.spells.get(number, ()), desk.last_seen, period, now)),
        controls=_controls(desk, found, period, words, _expired(policies)),
        teams=tuple(
            Member(since=since, until=until, team=row.team)
            for row, since, until in _cut(found.teams.get(number, ()), period)
        ),
        policies=policies,
        locked=tuple((row.since, _end(row, period)) for row in found.locked.get(number, ())),
    )


def _policies(rows: Sequence[Row[Any]], period: Period, words: _Words) -> Iterator[Policy]:
    for row, since, until in _cut(rows, period):
        digest, name = words.policies[row.policy]
        yield Policy(since=since, until=until, digest=digest, name=name, expires=row.expires)


def _expired(policies: Iterable[Policy]) -> tuple[Times, ...]:
    """Return when the policy in force was out of date."""
    return tuple(
        (max(one.since, one.expires), one.until)
        for one in policies
        if one.expires is not None and one.expires < one.until
    )


def _controls(
    desk: Row[Any], found: _Found, period: Period, words: _Words, expired: tuple[Times, ...]
) -> dict[str, Control]:
    spans: dict[int, list[Span]] = {}
    for row in found.excursions.get(desk.number, ()):
        until = min(_end(row, period), period.until)
        state = STATES.get(row.state, State.UNKNOWN)
        spans.setdefault(row.control, []).append(Span(since=row.since, until=until, state=state))
    return {
        words.checks[row.control]: Control(
            judged=row.since,
            spans=tuple(spans.get(row.control, ())),
            excepted=tuple(words.excepted.get((desk.id, words.checks[row.control]), ())),
            expired=expired,
        )
        for row in found.judged.get(desk.number, ())
    }


def _end(row: Row[Any], period: Period) -> int:
    return period.until if row.until is None else int(row.until)


def _cut(rows: Sequence[Row[Any]], period: Period) -> Iterator[tuple[Row[Any], int, int]]:
    """Yield spells that follow each other, within the period, each up to the next at most."""
    for place, row in enumerate(rows):
        until = _end(row, period)
        if place + 1 < len(rows):
            until = min(until, rows[place + 1].since)
        since, until = period.of(row.since, until)
        if since < until:
            yield row, since, until


def _spells(
    rows: Sequence[Row[Any]], last_seen: float | None, period: Period, now: float
) -> Iterator[Spell]:
    for row, since, until in _cut(rows, period):
        kind = Kind(row.kind)
        last = until if last_seen is None else int(last_seen)
        if kind is Kind.WATCHED and row.until is None and now - last > QUIET and last < until:
            if since < last:
                yield Spell(since=since, until=last, kind=kind, begun=row.since)
            yield Spell(since=max(since, last), until=until, kind=Kind.SILENT, begun=last)
        else:
            yield Spell(since=since, until=until, kind=kind, begun=row.since)
