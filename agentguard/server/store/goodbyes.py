"""What desks said when they fell silent: `asleep` or `stopped`, of the newest run of the agent."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from agentguard.server.store.identity_tables import device_run
from agentguard.server.store.tables import device

_RUN = device_run.c
_T = TypeVar("_T")


def said() -> ScalarSelect[str]:
    """Give the goodbye of the device of the query around this; empty or NULL when it said none."""
    return _newest(_RUN.goodbye)


def said_at() -> ScalarSelect[float | None]:
    """Give when it was said, in wall seconds since 1970."""
    return _newest(_RUN.goodbye_at)


def is_said() -> ColumnElement[bool]:
    """Tell whether one was said, so that nobody misses the desk."""
    return func.coalesce(said(), "") != ""


def _newest(column: ColumnElement[_T]) -> ScalarSelect[_T]:
    return (
        select(column)
        .where(_RUN.device == device.c.id)
        .order_by(_RUN.begun_at.desc())
        .limit(1)
        .correlate(device)
        .scalar_subquery()
    )
