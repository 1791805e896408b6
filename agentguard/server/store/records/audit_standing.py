"""How the audit log stands by its last check: it holds, it is broken, or nobody can tell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from agentguard.server.store.engine import job_failures, leadership
from agentguard.server.store.engine.job_failures import Failing

OLD = 2 * 86400.0
"""Seconds after which a check says nothing any more: it is made once a day."""
JOB = "audit-check"
TOLD = frozenset({"audit-broken", "audit-unread", "audit-old"})
"""What readiness has to say of it, as ids under `server.doctor`."""
_NOTED = "audit-log-"


class State(StrEnum):
    """How it stands; the ids are those of the metrics and never change meaning."""

    HELD = "held"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The state since `at`, in seconds since 1970; `why` tells why it is unknown."""

    state: State
    at: float | None = None
    why: str = ""


def note(connection: Connection, state: State, now: float) -> None:
    """Note what a check has found."""
    leadership.note(connection, f"{_NOTED}{state}", now)


def read(connection: Connection, now: float) -> Standing:
    """Return how it stands: unknown if it was never checked, not of late, or could not be read."""
    found: list[tuple[float, State]] = []
    for state in State:
        at = leadership.noted(connection, f"{_NOTED}{state}")
        if at is not None:
            found.append((float(at), state))
    if not found:
        return Standing(state=State.UNKNOWN, why="never")
    at, state = max(found)
    if state is State.UNKNOWN:
        return Standing(state=state, at=at, why="unread")
    if state is State.HELD and now - at > OLD:
        return Standing(state=State.UNKNOWN, at=at, why="old")
    return Standing(state=state, at=at)


def degraded(connection: Connection, now: float) -> list[Failing]:
    """Return what readiness has to say of it: nothing while it holds, or was not checked yet."""
    found = read(connection, now)
    why = found.why or found.state
    if found.at is None or found.state is State.HELD:
        return []
    count = job_failures.REPEATED
    return [Failing(name=JOB, since=found.at, count=count, why=f"audit-{why}")]
