"""Follows reports: who is watched from when to when, in which states, under which policy.

A report that tells nothing new of these costs no look and no row: an open spell ends, while it is
open, at the desk's last report, which is written down anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import msgspec
from sqlalchemy import Connection, select

from agentguard.server.store.control_history import beginnings, excursions, numbers, spells
from agentguard.server.store.control_history.beginnings import QUIET
from agentguard.server.store.control_history.numbers import GOODBYES, Kind
from agentguard.server.store.engine import arrays
from agentguard.server.store.engine.times import seconds
from agentguard.server.store.schema.control_tables import desk_locked, in_force
from agentguard.server.store.schema.identity_tables import device_run
from agentguard.wire import v1

_LAST_DAY = arrays.change(
    in_force,
    ["desk"],
    "expires",
    only="old.until IS NULL AND (old.expires IS NULL OR old.expires <> {expires})",
)
_OPENED = arrays.change(desk_locked, ["desk"], "until", only="old.until IS NULL")
_LOCKED = arrays.put(desk_locked, ["desk", "since"], "until")


class Heard(msgspec.Struct, frozen=True, gc=False):
    """A report that was taken in at `now`, and what was known of its desk before.

    `last_seen` is None before its first report; `run` is empty after a goodbye, and where the agent
    knows of no runs; `policy` is a digest. `other` are all controls of its posture, if that is
    another one than before; `locked` says whether its session was.
    """

    report: v1.Report
    now: float
    last_seen: float | None
    run: str
    policy: str | None
    other: tuple[v1.Control, ...] | None
    locked: bool = False

    @property
    def device(self) -> str:
        """Whose report it is."""
        return self.report.device

    @property
    def turns(self) -> bool:
        """Whether the desk may be watched from now on, or not any more."""
        return (
            self.last_seen is None
            or (not self.run and bool(self.report.run))
            or bool(self.report.goodbye)
            or self.now - self.last_seen > QUIET
        )

    @property
    def other_policy(self) -> bool:
        """Whether the desk has another policy than before."""
        return self.report.policy_digest[:128] != self.policy

    @property
    def differs(self) -> bool:
        """Whether its posture is another one."""
        return self.other is not None

    @property
    def locks(self) -> bool:
        """Whether its session was locked or opened since."""
        return self.report.locked != self.locked


def follow(connection: Connection, heard: Sequence[Heard]) -> None:
    """Write down what is new in reports of different desks."""
    new = [one for one in heard if one.turns or one.differs or one.other_policy or one.locks]
    if not new:
        return
    now = int(max(one.now for one in new))
    turned = [one for one in new if one.turns]
    told = [one for one in new if one.other_policy or one.turns]
    other = [one for one in new if one.differs]
    named = {one.report.policy_digest[:128]: one.report.policy[:200] for one in told}
    checks = {c.check[:100] for one in other for c in one.other or ()}
    desks, policies, controls = arrays.find_each(
        connection,
        (beginnings.DESKS, sorted([one.device for one in new])),
        (numbers.POLICIES, named),
        (numbers.CONTROLS, checks),
    )
    found = beginnings.desks(connection, [one.device for one in new], now, desks)
    differing = [found[one.device] for one in other]
    present, forced, open_, judged = arrays.find_each(
        connection,
        (spells.PRESENCE.open, [found[one.device] for one in turned]),
        (spells.IN_FORCE.open, [found[one.device] for one in told]),
        (excursions.OPEN, differing),
        (excursions.JUDGED, differing),
    )
    touched = _follow_presence(connection, turned, found, spells.held(present))
    known = numbers.policies(connection, named, policies)
    _follow_policies(connection, told, found, known, spells.held(forced))
    _follow_locks(connection, [one for one in new if one.locks], found)
    names = numbers.controls(connection, checks, controls)
    before = excursions.Before(names=names, open=open_, judged=judged)
    touched += excursions.follow(connection, [_posture(one, found) for one in other], before)
    spells.touch(connection, touched, now)


def _posture(one: Heard, found: Mapping[str, int]) -> excursions.Posture:
    return excursions.Posture(
        desk=found[one.device],
        controls=one.other or (),
        now=one.now,
        last=one.last_seen,
        skew=one.now - seconds(one.report.sent_at, one.now),
    )


def _follow_presence(
    connection: Connection,
    heard: Sequence[Heard],
    found: Mapping[str, int],
    before: spells.Newest,
) -> list[tuple[int, int]]:
    """Begin and end watching; give the desks and moments of which something was learned late."""
    lost: list[spells.Turn] = []
    back: list[spells.Turn] = []
    bye: list[spells.Turn] = []
    for one in heard:
        number, at = found[one.device], int(one.now)
        since, kind = before.get(number, (None, 0))
        last = None if one.last_seen is None else int(one.last_seen)
        if kind == Kind.WATCHED and last is not None and at - last > QUIET:
            lost.append(_turn(number, last, Kind.SILENT, since))
            since, kind = max(last, since or last), Kind.SILENT
        if kind != Kind.WATCHED:
            back.append(_turn(number, at, Kind.WATCHED, since))
            since = max(at, since or at)
        if one.report.goodbye:
            bye.append(_turn(number, at, _goodbye(connection, one.report), since))
    for turns in (lost, back, bye):
        spells.turn(connection, spells.PRESENCE, turns)
    return [(one.desk, one.at) for one in lost]


def _turn(number: int, at: int, kind: Kind, since: int | None) -> spells.Turn:
    return spells.Turn(desk=number, at=at, value=int(kind), since=since)


def _goodbye(connection: Connection, report: v1.Report) -> Kind:
    """Return what a goodbye is worth, as was just written down of its run."""
    told = connection.scalar(
        select(device_run.c.goodbye)
        .where(device_run.c.device == report.device)
        .order_by(device_run.c.begun_at.desc())
        .limit(1)
    )
    return GOODBYES.get(told, Kind.STOPPED) if told else Kind.CLAIMED


def _follow_policies(
    connection: Connection,
    heard: Sequence[Heard],
    found: Mapping[str, int],
    policies: Mapping[str, int],
    before: spells.Newest,
) -> None:
    turns, days = [], []
    for one in heard:
        number, policy = found[one.device], policies[one.report.policy_digest[:128]]
        since, known = before.get(number, (None, None))
        if known != policy:
            turns.append(spells.Turn(desk=number, at=int(one.now), value=policy, since=since))
        over = last_day_over(one.report.policy_expires)
        if over is not None:
            days.append((over, number))
    spells.turn(connection, spells.IN_FORCE, turns)
    arrays.say(connection, _LAST_DAY, days)


def last_day_over(told: str) -> int | None:
    """Return when a last day (`2027-01-31`, in UTC) is over; None for what is no day."""
    try:
        day = date.fromisoformat(told)
    except ValueError:
        return None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) + spells.DAY


def _follow_locks(connection: Connection, heard: Sequence[Heard], found: Mapping[str, int]) -> None:
    """Write down that sessions were locked or opened; at most one of each desk."""
    opened = [(int(one.now), found[one.device]) for one in heard if not one.report.locked]
    arrays.say(connection, _OPENED, opened)
    locked = [(found[one.device], int(one.now), None) for one in heard if one.report.locked]
    arrays.say(connection, _LOCKED, locked)
