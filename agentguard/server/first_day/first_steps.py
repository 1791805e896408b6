"""How far the first day is: every step from an address to a desk that reports, as it really stands.

Each look is at what is there, never at what was once ticked: a step that is undone is open again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Table, func, literal, select

from agentguard.base.errors import AgentGuardError
from agentguard.base.translations import load
from agentguard.model.messages import Message, say
from agentguard.server.backup import timetable
from agentguard.server.feeds import feed_settings
from agentguard.server.listener import certificate, origin
from agentguard.server.settings import ServerSettings
from agentguard.server.store.desks import batch_codes, enrolment_codes, policies
from agentguard.server.store.engine import leadership
from agentguard.server.store.engine.times import to_the_second
from agentguard.server.store.schema.floor_tables import shift, site
from agentguard.server.store.schema.tables import device, device_seen, team, user

ADMINISTRATOR = "admin"


class State(StrEnum):
    """How far a step is; what is free may be left out."""

    DONE = "done"
    OPEN = "open"
    FREE = "free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step; `what` says what was seen."""

    name: str
    state: State
    what: Message


def look(
    connection: Connection, settings: ServerSettings, now: float, *, counted: bool = True
) -> list[Step]:
    """Return all steps in the order in which they are gone.

    Unless `counted`, of desks is told that there are some, which costs the same for a million.
    """
    return [
        _address(settings),
        _administrator(connection),
        _places(connection),
        _root(connection),
        _policy(connection),
        _feeds(settings),
        _backup(connection, settings),
        _desk(connection, now, counted=counted),
    ]


def reported(connection: Connection, *, counted: bool = True) -> Step:
    """Return the step after the last one, which no command does: a desk has reported."""
    desks = _many(connection, device_seen, counted=counted)
    how, state = ("done", State.DONE) if desks else ("open", State.OPEN)
    return _step("report", how, state, count=desks)


def _step(name: str, how: str, state: State, **params: str | int) -> Step:
    return Step(name=name, state=state, what=say(f"server.first.{name}-{how}", **params))


def _address(settings: ServerSettings) -> Step:
    known = settings.origin or origin.read(settings.data)
    if not known:
        return _step("address", "open", State.OPEN)
    own = settings.data / certificate.CERTIFICATE_FILE
    if own.is_file() and not certificate.names(own, origin.host_of(known)):
        return _step("address", "other", State.OPEN, address=known)
    return _step("address", "done", State.DONE, address=known)


def _administrator(connection: Connection) -> Step:
    asked = select(func.count()).where(user.c.role == ADMINISTRATOR, ~user.c.disabled)
    count = int(connection.scalar(asked) or 0)
    how, state = ("done", State.DONE) if count else ("open", State.OPEN)
    return _step("administrator", how, state, count=count)


def _places(connection: Connection) -> Step:
    teams, sites, shifts = (_many(connection, one) for one in (team, site, shift))
    state, how = (State.DONE, "done") if teams else (State.OPEN, "open")
    return _step("places", how, state, teams=teams, sites=sites, shifts=shifts)


def _root(connection: Connection) -> Step:
    version = policies.root_version(connection)
    how, state = ("done", State.DONE) if version else ("open", State.OPEN)
    return _step("root", how, state, version=version or 0)


def _policy(connection: Connection) -> Step:
    every = policies.bundles(connection)
    if not every:
        return _step("policy", "open", State.OPEN)
    newest = max(every, key=lambda one: one.rank)
    params: dict[str, str | int] = {"policy": newest.label.name, "percent": newest.percent}
    return _step("policy", "done", State.DONE, version=newest.label.version, **params)


def _feeds(settings: ServerSettings) -> Step:
    try:
        count = len(feed_settings.read(settings.data).every)
    except AgentGuardError as error:
        return _step("feeds", "wrong", State.OPEN, why=str(error))
    how, state = ("done", State.DONE) if count else ("free", State.FREE)
    return _step("feeds", how, state, count=count)


def _backup(connection: Connection, settings: ServerSettings) -> Step:
    try:
        wanted = timetable.read(settings.data, load(settings.language))
    except AgentGuardError as error:
        return _step("backup", "wrong", State.OPEN, why=str(error))
    last = leadership.noted(connection, leadership.BACKUP_CHECKED)
    if wanted is None:
        return _step("backup", "open", State.OPEN)
    if last is None:
        return _step("backup", "none", State.OPEN, folder=wanted.folder)
    return _step("backup", "done", State.DONE, folder=wanted.folder, time=to_the_second(last))


def _many(connection: Connection, of: Table, *, counted: bool = True) -> int:
    rows = select(literal(1)).select_from(of)
    every = rows if counted else rows.limit(1)
    return connection.scalar(select(func.count()).select_from(every.subquery())) or 0


def _desk(connection: Connection, now: float, *, counted: bool) -> Step:
    desks = _many(connection, device, counted=counted)
    if desks:
        return _step("desk", "done", State.DONE, count=desks)
    single = enrolment_codes.list_codes(connection, now)
    many = batch_codes.list_batches(connection, now)
    ends = [one.expires_at for one in single if one.used_at is None]
    ends += [one.expires_at for one in many if not one.revoked_by and one.used < one.most]
    waiting = sum(end > now for end in ends)
    how, state = ("waits", State.DONE) if waiting else ("open", State.OPEN)
    return _step("desk", how, state, count=waiting)
