"""How the backups stand: when they are made, when one was last whole, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from agentguard.base.errors import AgentGuardError
from agentguard.base.translations import load
from agentguard.server.backup import timetable
from agentguard.server.jobs import backups
from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine import job_failures, leadership
from agentguard.server.store.engine.job_failures import Failing
from agentguard.server.store.records import audit


class Plan(StrEnum):
    """Whether backups are made by themselves; what cannot be read is not known."""

    SET = "set"
    NONE = "none"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of backups; None where nothing is.

    `whole_at` is when one was last read through and found whole, `made_at` when one was last made,
    be it by hand. `late_since` is set when none was found whole for twice its time, and `failed` is
    the last try when it failed.
    """

    plan: Plan
    hours: int
    keep: int
    whole_at: float | None
    made_at: float | None
    late_since: float | None
    failed: Failing | None


def standing(connection: Connection, settings: ServerSettings, now: float) -> Standing:
    """Return how the backups stand now."""
    plan, hours, keep = _plan(settings)
    failed = [one for one in job_failures.all_of(connection) if one.name == backups.JOB]
    return Standing(
        plan=plan,
        hours=hours,
        keep=keep,
        whole_at=leadership.noted(connection, backups.CHECKED),
        made_at=audit.newest(connection, "backup.made"),
        late_since=backups.overdue(connection, settings, now),
        failed=failed[0] if failed else None,
    )


def _plan(settings: ServerSettings) -> tuple[Plan, int, int]:
    try:
        wanted = timetable.read(settings.data, load(settings.language))
    except AgentGuardError:
        return Plan.UNREAD, 0, 0
    if wanted is None:
        return Plan.NONE, 0, 0
    return Plan.SET, wanted.every_hours, wanted.keep
