"""Looks whether the endpoint is well: database, disk, keys, certificate, clock, backup, feeds."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.exc import SQLAlchemyError

from agentguard.base.errors import AgentGuardError, PlaybookError, StoreError
from agentguard.base.translations import load
from agentguard.model.messages import Message, say
from agentguard.server.feeds import feed_settings, pump
from agentguard.server.ingest.readiness import PROBE, ROOM
from agentguard.server.jobs import audit_check, backups
from agentguard.server.keys import SEED, ServerKeys
from agentguard.server.listener import certificate
from agentguard.server.listener.path_to_endpoint import judged, span
from agentguard.server.playbooks import shelf
from agentguard.server.settings import HEAD_FILE, Now, ServerSettings
from agentguard.server.store.engine import audit_chain, causes, job_failures, leadership, revisions
from agentguard.server.store.engine.open_database import connect
from agentguard.server.store.engine.times import to_the_second
from agentguard.server.store.floor import kept_counts
from agentguard.server.store.records import audit, audit_standing
from agentguard.server.store.schema.feed_tables import feed_outbox, feed_state
from agentguard.server.store.schema.history_tables import job
from agentguard.server.store.schema.tables import device_seen

DATABASE_FILE = "server.db"
LEAST_FREE = 2 * 1024**3
"""Bytes that the data folder's disk should have left."""
SOON = 30 * 86400
"""Seconds before its end from which on a certificate should be renewed."""
STALE = 300
"""Seconds after which the endpoint's own work counts as stopped."""
OLD_BACKUP = 8 * 86400
REMEMBERED = 8 * 86400
"""Seconds for which is told that counts were wrong."""
BEHIND = 600
"""Seconds that a happening may wait for a feed whose receiver takes what it is told."""
HOUR, WRONG = 3600, 120
NO_WORK = (PROBE, leadership.RESTORED)
"""Moments that stand among those of the jobs, and are of none."""
MANY = 5
"""Desks that are needed to say that the clock of the endpoint is the wrong one."""


class Health(StrEnum):
    """How something is."""

    GOOD = "good"
    CARE = "care"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; `what` says how it is and what to do."""

    name: str
    health: Health
    what: Message


def examine(settings: ServerSettings, now: Now, tls: Path | None = None) -> list[Finding]:
    """Look at everything; nothing of it raises, and no more is written than readiness writes."""
    inside = [*_database(settings, now())]
    foreign = any(one.name == "keys" for one in inside)
    return [
        *inside,
        _disk(settings),
        *(() if foreign else (_keys(settings),)),
        *_playbooks(settings),
        _own_tls(settings.data, now()) if tls is None else _certificate(tls, now()),
    ]


def _playbooks(settings: ServerSettings) -> Iterator[Finding]:
    """Name each line of a site's own playbooks that is wrong; without a data folder, nothing."""
    if not settings.data.is_dir():
        return
    try:
        own = shelf.of_site(settings.data)
    except PlaybookError as error:
        for one in error.problems or (error.title,):
            yield _not("playbooks", "wrong", Health.BAD, problem=one)
    else:
        yield _good("playbooks", count=len(own))


def _good(name: str, **params: str | int) -> Finding:
    return Finding(name=name, health=Health.GOOD, what=say(f"server.doctor.{name}", **params))


def _not(name: str, how: str, health: Health, **params: str | int) -> Finding:
    return Finding(name=name, health=health, what=say(f"server.doctor.{name}-{how}", **params))


def _database(settings: ServerSettings, now: float) -> Iterator[Finding]:
    if not settings.database and not (settings.data / DATABASE_FILE).is_file():
        yield _not("database", "none", Health.BAD, folder=str(settings.data))
        return
    try:
        database = connect(settings)
    except AgentGuardError as error:
        yield _not("database", "away", Health.BAD, why=str(error))
        return
    try:
        found = database.snapshot(lambda c: _inside(c, settings, now))
        yield from found
        if all(one.health is not Health.BAD for one in found[:2]):
            database.run(lambda c: leadership.note(_briefly(c), PROBE, now))
    except SQLAlchemyError as error:
        yield _not("database", "away", Health.BAD, why=str(causes.refused(error)))
    finally:
        database.close()


def _briefly(connection: Connection) -> Connection:
    """Have what is locked given up on; SQLite does so by itself."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{revisions.LOCK_SECONDS}s'")
    return connection


def _inside(connection: Connection, settings: ServerSettings, now: float) -> list[Finding]:
    _briefly(connection)
    found = [_good("database", kind=connection.dialect.name), _schema(connection)]
    if found[-1].health is Health.BAD:
        return found
    return [
        *found,
        _work(connection, now),
        *_failing(connection, now),
        _counts(connection, now),
        _clock(connection, now),
        _backup(connection, settings, now),
        _audit_log(connection, settings, now),
        *_other_key(connection, settings.key_file),
        *_feeds(connection, settings, now),
    ]


def _schema(connection: Connection) -> Finding:
    has, wants = revisions.found(connection), revisions.newest()
    if not revisions.lets_write(connection):
        return _not("schema", "new", Health.BAD, has=has, wants=wants)
    if has == wants:
        return _good("schema", has=has)
    if revisions.replaced(has):
        return _not(
            "schema", "replaced", Health.BAD, has=has, why=causes.sentence(causes.REPLACED, load())
        )
    if not has or revisions.known(has):
        return _not("schema", "old", Health.BAD, has=has or "-", wants=wants)
    return _not("schema", "newer", Health.CARE, has=has, wants=wants)


def _failing(connection: Connection, now: float) -> Iterator[Finding]:
    """Name the jobs that fail again and again."""
    for one in job_failures.list_repeated(connection):
        seconds, why = max(0, int(now - one.since)), causes.sentence(one.why, load())
        params: dict[str, str | int] = {"job": one.name, "count": one.count}
        params |= {"seconds": seconds, "why": why}
        yield _not("job", "failing", Health.BAD, **params)


def _work(connection: Connection, now: float) -> Finding:
    last = connection.scalar(select(func.max(job.c.ran_at)).where(job.c.name.not_in(NO_WORK)))
    if last is None:
        return _not("work", "never", Health.CARE)
    if now - last > STALE:
        return _not("work", "stopped", Health.BAD, seconds=int(now - last))
    return _good("work", seconds=max(0, int(now - last)))


def _counts(connection: Connection, now: float) -> Finding:
    """Count all desks and open findings, and compare that with what is kept."""
    wrong = kept_counts.differences(connection)
    if wrong:
        return _not("counts", "wrong", Health.BAD, count=wrong)
    at = leadership.noted(connection, kept_counts.REPAIRED)
    if at is not None and now - at < REMEMBERED:
        return _not("counts", "repaired", Health.CARE, hours=max(0, int((now - at) // HOUR)))
    return _good("counts")


def _clock(connection: Connection, now: float) -> Finding:
    """Believe the desks: when most of them see another time, ours is the wrong one."""
    heard = select(device_seen.c.skew).where(device_seen.c.last_seen > now - HOUR)
    skews = sorted(abs(one) for one in connection.scalars(heard))
    if len(skews) >= MANY and skews[len(skews) // 2] > WRONG:
        return _not("clock", "wrong", Health.BAD, seconds=int(skews[len(skews) // 2]))
    return _good("clock", time=to_the_second(now))


def _backup(connection: Connection, settings: ServerSettings, now: float) -> Finding:
    since = backups.overdue(connection, settings, now)
    if since is not None:
        return _not("backup", "late", Health.BAD, seconds=int(now - since))
    last = audit.newest(connection, "backup.made")
    back = leadership.noted(connection, leadership.RESTORED)
    if back is not None and (last is None or last < back):
        return _not("backup", "restored", Health.CARE, time=to_the_second(back))
    if last is None:
        return _not("backup", "never", Health.CARE)
    days = int((now - last) // 86400)
    return (
        _not("backup", "old", Health.CARE, days=days)
        if now - last > OLD_BACKUP
        else _good("backup", days=days)
    )


def _audit_log(connection: Connection, settings: ServerSettings, now: float) -> Finding:
    """Return how the audit log stood when the endpoint last audited itself."""
    found = audit_standing.read(connection, now)
    seconds = max(0, int(now - found.at)) if found.at is not None else 0
    if found.state is audit_standing.State.HELD:
        return _good("audit", seconds=seconds)
    if found.state is audit_standing.State.BROKEN:
        return _not("audit", "broken", Health.BAD, seconds=seconds)
    try:
        audit_check.last_head(settings.data)
    except causes.Named:
        return _not("audit", "head", Health.CARE, file=str(settings.data / HEAD_FILE))
    return _not("audit", found.why, Health.CARE, seconds=seconds)


def _feeds(connection: Connection, settings: ServerSettings, now: float) -> Iterator[Finding]:
    """Look how far each feed is that is set; one that was taken out of the file counts no more."""
    try:
        named = feed_settings.read(settings.data).every
    except AgentGuardError as error:
        yield _not("feed", "unset", Health.BAD, why=str(error))
        return
    for one in connection.execute(select(feed_state).order_by(feed_state.c.feed)):
        if one.feed in named:
            yield _feed(connection, one, now)


def _feed(connection: Connection, state: Row[Any], now: float) -> Finding:
    waiting = feed_outbox.c.id > state.sent
    asked = select(func.count(), func.min(feed_outbox.c.kept_at)).where(waiting)
    count, oldest = connection.execute(asked).one()
    if state.failing_since is not None:
        why = load().say(f"feeds.problem.{state.problem.partition(' ')[0]}")
        params = {"count": count, "lost": state.dropped, "why": why}
        how = "refused" if pump.lets_go(state.problem) else "failing"
        return _behind(how, state.feed, state.failing_since, now, **params)
    if oldest is not None and now - oldest > BEHIND:
        return _behind("behind", state.feed, oldest, now, count=count)
    return _good("feed", feed=state.feed)


def _behind(how: str, feed: str, since: float, now: float, **params: str | int) -> Finding:
    seconds, time = int(now - since), to_the_second(since)
    return _not("feed", how, Health.CARE, feed=feed, seconds=seconds, time=time, **params)


def _disk(settings: ServerSettings) -> Finding:
    try:
        free = shutil.disk_usage(settings.data).free
    except OSError:
        return _not("disk", "none", Health.BAD, folder=str(settings.data))
    if not settings.database and free < ROOM:
        return _not("disk", "over", Health.BAD, why=causes.sentence("full", load()))
    left = f"{free / 1024**3:.1f}"
    return (
        _good("disk", free=left)
        if free >= LEAST_FREE
        else _not("disk", "full", Health.BAD, free=left)
    )


def _other_key(connection: Connection, file: Path) -> Iterator[Finding]:
    """Say that the key is whole and another one than the database's, if it is."""
    try:
        seed = file.read_bytes()
    except OSError:
        return
    known = audit_chain.key(connection)
    if known and len(seed) == SEED and ServerKeys(seed).receipt_key != known:
        yield _not("keys", "other", Health.BAD, file=str(file))


def _keys(settings: ServerSettings) -> Finding:
    file = settings.key_file
    try:
        mode = file.stat().st_mode
        seed = file.read_bytes()
    except OSError:
        return _not("keys", "none", Health.BAD, file=str(file))
    if len(seed) != SEED:
        return _not("keys", "damaged", Health.BAD, file=str(file))
    open_to_others = os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO)
    return _not("keys", "open", Health.BAD, file=str(file)) if open_to_others else _good("keys")


def _own_tls(folder: Path, now: float) -> Finding:
    """Say which file of the endpoint's own authority is lost, else how its certificate is."""
    try:
        certificate.must_be_whole(folder)
    except StoreError as error:
        return _not("certificate", "lost", Health.BAD, why=str(error))
    return _certificate(folder / certificate.CERTIFICATE_FILE, now)


def _certificate(file: Path, now: float) -> Finding:
    try:
        begin, end = span(file)
    except (OSError, ValueError):
        return _not("certificate", "none", Health.CARE, file=str(file))
    wrong = judged((begin, end), now)
    if wrong:
        how = "over" if wrong == "expired" else "early"
        return _not("certificate", how, Health.BAD, file=str(file), time=to_the_second(begin))
    days = int((end - now) // 86400)
    if end - now >= SOON:
        return _good("certificate", days=days)
    if not certificate.own(file):
        return _not("certificate", "soon", Health.CARE, days=days)
    how = "next" if certificate.later(file.parent, end) else "last"
    return _not("certificate", how, Health.CARE, days=days)
