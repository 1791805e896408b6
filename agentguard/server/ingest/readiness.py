"""Tells a load balancer whether this process can take reports now, and if not, why."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from agentguard.base.translations import load
from agentguard.server.http_messages import READINESS, Answer, Refused, Request
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.store.engine import causes, job_failures, leadership, revisions
from agentguard.server.store.engine.database import Busy, Database
from agentguard.server.store.engine.job_failures import Failing
from agentguard.server.store.records import audit_standing

STALE = 300
"""Seconds after which the work that only one process does has stopped."""
CROWDED = 0.9
"""The part of the queue of writes from which on reports should go elsewhere."""
PROBE = "readyz"
"""Under this name it is written that a write went through."""
PATIENCE = 3.0
"""Seconds that a write may take."""
ROOM = 4 * 1024**2
"""Bytes that SQLite's disk must have free: a few of the longest reports with their journal."""
FRESH = 1.0
"""Seconds for which an answer counts, so that whoever asks often writes no more."""
MEMORY = 30.0
"""Seconds for which a report that found no room on the disk counts, though a small write does."""
_LASTING = frozenset({"full", "disk"})


class Readiness:
    """Answers `GET /readyz`: a write goes through, the queue has room, the jobs are done.

    `besides` gives another cause, as an id under `server.cause`, or nothing; `overdue` since when
    no backup was found whole that should have been made; `files` which lines of which files that
    are followed are wrong, and no more of them: anybody may ask.
    """

    def __init__(
        self,
        database: Database,
        settings: ServerSettings,
        now: Now,
        besides: Callable[[], str] = lambda: "",
        overdue: Callable[[Connection, float], float | None] = lambda _c, _now: None,
        files: Callable[[], Mapping[str, Sequence[str]]] = dict,
    ) -> None:
        self._database = database
        self._most = settings.limits.waiting_writes
        self._folder: Path | None = None if settings.database else settings.data
        self._jobs = settings.jobs
        self._now = now
        self._besides = besides
        self._overdue = overdue
        self._files = files
        self._asking = asyncio.Lock()
        self._words = load(settings.language)
        self._known: tuple[str, Sequence[Failing], float] = ("", (), float("-inf"))

    async def answer(self, _request: Request) -> Answer:
        """Say that reports may come, and which jobs fail meanwhile.

        Raises:
            Refused: they should go elsewhere; `why` is the cause.

        """
        loop = asyncio.get_running_loop()
        async with self._asking:
            why, jobs, at = self._known
            if loop.time() - at >= FRESH:
                why, jobs = await self._why(loop.time())
                self._known = why, jobs, loop.time()
        if why:
            raise Refused(503, READINESS, why=why)
        told = {one.name: self._said(one) for one in jobs}
        told |= {name: "\n".join(wrong) for name, wrong in self._files().items() if wrong}
        return Answer(status=200, body=msgspec.json.encode({"degraded": told} if told else {}))

    def _said(self, one: Failing) -> str:
        if one.why not in audit_standing.TOLD:
            return causes.sentence(one.why, self._words)
        hours = max(0, int((self._now() - one.since) // 3600))
        return self._words.say(f"server.doctor.{one.why}", hours=hours)

    async def _why(self, at: float) -> tuple[str, Sequence[Failing]]:
        """Return what is in the way, empty when nothing is, and the jobs that fail."""
        seen = self._besides() or self._seen(at)
        if seen:
            return seen, ()
        try:
            return await asyncio.wait_for(self._database.write(self._look), PATIENCE)
        except TimeoutError:
            return self._held(at), ()
        except Busy:
            return "queue", ()
        except SQLAlchemyError as error:
            return causes.cause(error), ()

    def _held(self, at: float) -> str:
        """Return why a write takes so long.

        What the last one that gave up was told, if anything.
        """
        refused = self._database.refused
        known = refused is not None and refused[0] == "locked" and at - refused[1] < MEMORY
        return "locked" if known else "slow"

    def _seen(self, at: float) -> str:
        """Return what is in the way as far as it is seen without a write."""
        refused = self._database.refused
        if refused is not None and refused[0] in _LASTING and at - refused[1] < MEMORY:
            return refused[0]
        if self._folder is not None and not _has_room(self._folder):
            return "full"
        return "queue" if self._database.waiting > CROWDED * self._most else ""

    def _look(self, connection: Connection) -> tuple[str, Sequence[Failing]]:
        """Write as a report does, and look at what only the database knows."""
        if not revisions.lets_write(connection):
            return causes.NEWER, ()
        found = revisions.found(connection)
        if revisions.replaced(found):
            return causes.REPLACED, ()
        if found != revisions.newest() and (not found or revisions.known(found)):
            return causes.OLDER, ()
        now = self._now()
        leadership.note(connection, PROBE, now)
        last = leadership.noted(connection, "tamper")
        stopped = self._jobs and last is not None and now - last > STALE
        failing = job_failures.list_repeated(connection)
        of_jobs = {one.name for one in failing}
        told = [one for one in audit_standing.degraded(connection, now) if one.name not in of_jobs]
        return "work" if stopped else "", [*failing, *told, *self._late(connection, now)]

    def _late(self, connection: Connection, now: float) -> list[Failing]:
        """Name the backup that nobody has made for twice its time."""
        since = self._overdue(connection, now)
        if since is None:
            return []
        return [Failing(name="backup-age", since=since, count=1, why="backup-old")]


def _has_room(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free >= ROOM
    except OSError:  # the write will tell
        return True
