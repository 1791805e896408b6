"""What an operator lists at the endpoint's machine: users, desks, feeds, and how it all stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TypeVar

from sqlalchemy import Connection, func, select

from agentguard import __version__
from agentguard.base.errors import CannotError
from agentguard.base.translations import load
from agentguard.server.feeds import feed_settings, outbox
from agentguard.server.settings import FILE, ServerSettings
from agentguard.server.store.desks.devices import KEEPER
from agentguard.server.store.engine import causes, leadership, revisions
from agentguard.server.store.engine.open_database import connect
from agentguard.server.store.engine.times import to_the_second
from agentguard.server.store.records import audit, audit_standing
from agentguard.server.store.reports.incidents import CLOSED
from agentguard.server.store.schema.feed_tables import feed_state
from agentguard.server.store.schema.identity_tables import device_identity
from agentguard.server.store.schema.tables import (
    device,
    device_seen,
    finding,
    incident,
    posture_current,
    session,
    team,
    user,
    user_team,
)

T = TypeVar("T")
Value = str | int | bool | list[str] | dict[str, int] | None
Row = dict[str, Value]
"""What a line of a list says, by the names that scripts read."""
LATELY = 300.0
"""Seconds within which a desk that reports counts as reporting."""


def is_there(settings: ServerSettings) -> bool:
    """Check whether the settings name the database of an endpoint that was begun."""
    if not settings.database:
        try:
            return (settings.data / FILE).stat().st_size > 0
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:  # whoever opens it says why that cannot be
            return True
    database = connect(settings)
    try:
        return bool(database.snapshot(revisions.found))
    finally:
        database.close()


def none_there(settings: ServerSettings) -> CannotError:
    """Return what says that there is no database."""
    words = load(settings.language)
    if settings.database:
        return CannotError(words.say("server.doctor.database-empty"))
    return CannotError(words.say("server.doctor.database-none", folder=str(settings.data)))


def read(settings: ServerSettings, look: Callable[[Connection], T]) -> T:
    """Look into the database of an endpoint that runs or not; nothing is written.

    Raises:
        CannotError: there is no database, it cannot be reached, or another version made it.

    """
    if not settings.database and not is_there(settings):
        raise none_there(settings)
    words = load(settings.language)
    database = connect(settings)
    try:
        with causes.told():
            if wrong := database.snapshot(_schema):
                has, wants = database.snapshot(revisions.found) or "-", revisions.newest()
                raise CannotError(words.say(f"server.doctor.schema-{wrong}", has=has, wants=wants))
            return database.snapshot(look)
    finally:
        database.close()


def _schema(connection: Connection) -> str:
    """Return what keeps this program from reading the tables: `old`, `new`, or nothing."""
    if not revisions.lets_write(connection):
        return "new"
    has = revisions.found(connection)
    return "old" if has != revisions.newest() and (not has or revisions.known(has)) else ""


def users(connection: Connection) -> list[Row]:
    """Return the console's users by name; `seen` is the last use of a session that still counts."""
    teams: dict[str, list[str]] = {}
    joined = select(user_team.c.user, team.c.name).join(team, team.c.id == user_team.c.team)
    for name, one in connection.execute(joined.order_by(team.c.name)):
        teams.setdefault(name, []).append(one)
    seen = select(session.c.user, func.max(session.c.seen_at)).group_by(session.c.user)
    last: dict[str, float] = {one[0]: float(one[1]) for one in connection.execute(seen)}
    return [
        {
            "name": one.name,
            "role": one.role,
            "teams": teams.get(one.name, []),
            "disabled": bool(one.disabled),
            "seen": _time(last.get(one.name)),
        }
        for one in connection.execute(select(user).order_by(user.c.name))
    ]


def desks(connection: Connection, of_team: str = "") -> Iterator[Row]:
    """Yield every device that was enrolled, by team and label; of one team where it is named."""
    asked = (
        select(
            device.c.id,
            device.c.label,
            device.c.status,
            device.c.system,
            team.c.name.label("team"),
            device_seen.c.last_seen,
            device_seen.c.agent,
            device_seen.c.policy,
            posture_current.c.overall,
            device_identity.c.role,
        )
        .join(team, team.c.id == device.c.team)
        .outerjoin(device_seen, device_seen.c.device == device.c.id)
        .outerjoin(device_identity, device_identity.c.device == device.c.id)
        .outerjoin(posture_current, posture_current.c.device == device.c.id)
        .order_by(team.c.name, device.c.label, device.c.id)
    )
    if of_team:
        asked = asked.where(team.c.name == of_team)
    for one in connection.execute(asked):
        yield {
            "id": one.id,
            "label": one.label,
            "team": one.team,
            "status": one.status,
            "keeper": one.role == KEEPER,
            "system": one.system,
            "agent": one.agent,
            "policy": one.policy,
            "overall": one.overall,
            "seen": _time(one.last_seen),
        }


def feeds(connection: Connection, settings: ServerSettings) -> list[Row]:
    """Return how far each feed is that is set, and what is wrong with it."""
    named = feed_settings.read(settings.data).every
    known = {one.feed: one for one in connection.execute(select(feed_state))}
    rows: list[Row] = []
    for name in named:
        state = known.get(name)
        sent = state.sent if state is not None else 0
        rows.append(
            {
                "feed": name,
                "waiting": outbox.waiting(connection, sent),
                "dropped": int(state.dropped) if state is not None else 0,
                "failing_since": _time(state.failing_since) if state is not None else None,
                "problem": state.problem if state is not None else "",
            }
        )
    return rows


def status(connection: Connection, settings: ServerSettings, now: float) -> Row:
    """Return how the endpoint stands, in figures."""
    checked = audit_standing.read(connection, now)
    by_status = select(device.c.status, func.count()).group_by(device.c.status)
    lately = select(func.count()).where(device_seen.c.last_seen > now - LATELY)
    newest = select(func.max(device_seen.c.last_seen))
    open_ = select(func.count()).select_from(finding).where(finding.c.closed_at.is_(None))
    waits = select(func.count()).where(incident.c.state != CLOSED, ~incident.c.restricted)
    return {
        "version": __version__,
        "database": connection.dialect.name,
        "revision": revisions.found(connection),
        "desks": {str(state): int(count) for state, count in connection.execute(by_status)},
        "reporting": int(connection.scalar(lately) or 0),
        "newest_report": _time(connection.scalar(newest)),
        "users": int(connection.scalar(select(func.count()).select_from(user)) or 0),
        "findings": int(connection.scalar(open_) or 0),
        "incidents": int(connection.scalar(waits) or 0),
        "feeds_waiting": {
            str(one["feed"]): one["waiting"]
            for one in feeds(connection, settings)
            if isinstance(one["waiting"], int)
        },
        "backup": _time(audit.newest(connection, "backup.made")),
        "audit_log": str(checked.state),
        "audit_checked": _time(checked.at),
        "backup_checked": _time(leadership.noted(connection, leadership.BACKUP_CHECKED)),
    }


def _time(at: float | None) -> str | None:
    return None if at is None else to_the_second(at)


def as_json(found: Row | list[Row]) -> str:
    """Return what scripts read."""
    return json.dumps(found, indent=2, ensure_ascii=False)
