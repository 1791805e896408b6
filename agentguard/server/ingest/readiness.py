"""Tells a load balancer whether this process can take reports now."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from agentguard.server.ingest.http import Answer, Refused, Request
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.store.database import Database
from agentguard.server.store.history_tables import job

STALE = 300
"""Seconds after which the work that only one process does has stopped."""
CROWDED = 0.9
"""The part of the queue of writes from which on reports should go elsewhere."""


class Readiness:
    """Answers `GET /readyz`: the database answers, the queue has room, the jobs are done."""

    def __init__(self, database: Database, settings: ServerSettings, now: Now) -> None:
        self._database = database
        self._most = settings.limits.waiting_writes
        self._jobs = settings.jobs
        self._now = now

    async def answer(self, _request: Request) -> Answer:
        """Say that reports may come.

        Raises:
            Refused: they should go elsewhere.

        """
        try:
            last = await self._database.read(_last)
        except SQLAlchemyError:
            raise Refused(503, "not-ready") from None
        stopped = self._jobs and last is not None and self._now() - last > STALE
        if stopped or self._database.waiting > CROWDED * self._most:
            raise Refused(503, "not-ready")
        return Answer(status=200, body=b"{}")


def _last(connection: Connection) -> float | None:
    """Give when the desks were swept last; None when they never were."""
    return connection.scalar(select(job.c.ran_at).where(job.c.name == "tamper"))
