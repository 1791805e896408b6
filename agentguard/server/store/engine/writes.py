"""Runs the writes of one transaction: each is whole or undone, whoever fails beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

_RING = frozenset({"40P01", "40001"})
"""SQLSTATEs: a deadlock, and a transaction that cannot be put in order."""
T = TypeVar("T")
A = TypeVar("A")
Job = Callable[[Connection], T]
Together = Callable[[Connection, Sequence[A]], Sequence[T | Exception]]
"""Writes many at once and gives an outcome for each; one that raises is asked for each alone."""


class Waiting(msgspec.Struct, frozen=True):
    """A write that waits: a job of its own, or `asked` of `together` with its like."""

    job: Job[Any] | None
    together: Together[Any, Any] | None
    asked: Any
    answer: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """What became of a write that failed."""

    error: Exception


class TakenBack(Exception):
    """A batch was undone as a whole: one of it failed."""


def in_a_ring(error: BaseException) -> bool:
    """Check whether PostgreSQL ended it since two transactions waited for each other."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", "") in _RING


def of_a_kind(batch: list[Waiting]) -> bool:
    """Check whether a batch is one write, or many that go together."""
    together = batch[0].together
    return len(batch) == 1 or (
        together is not None and all(one.together == together for one in batch)
    )


def by_kind(batch: list[Waiting]) -> list[list[int]]:
    """Return the places of those that go together, kind by kind; what goes alone comes first."""
    alone = [place for place, one in enumerate(batch) if one.together is None]
    alike: dict[Hashable, list[int]] = {}
    for place, one in enumerate(batch):
        if one.together is not None:
            alike.setdefault(one.together, []).append(place)
    return [*([alone] if alone else []), *alike.values()]


def run_bare(connection: Connection, batch: list[Waiting]) -> list[Any]:
    """Run what is of a kind without savepoints, which cost as much as a small batch itself.

    Raises:
        TakenBack: one of many failed, and which one is still to be found.

    """
    job = batch[0].job
    try:
        return [job(connection)] if job is not None else _told(_write_together(connection, batch))
    except Exception as error:
        if len(batch) == 1 or in_a_ring(error):
            raise
        raise TakenBack from error


def run_all(connection: Connection, batch: list[Waiting]) -> list[Any]:
    """Run each in a savepoint; give what came of each."""
    outcomes: list[Any] = [None] * len(batch)
    for places in by_kind(batch):
        members = [batch[place] for place in places]
        for place, outcome in zip(places, _run_kind(connection, members), strict=True):
            outcomes[place] = outcome
    return outcomes


def _run_kind(connection: Connection, members: list[Waiting]) -> Sequence[Any]:
    if members[0].together is not None:
        return _attempt_together(connection, members)
    return [_attempt(connection, one.job) for one in members if one.job is not None]


def _attempt(connection: Connection, job: Job[Any]) -> Any:
    try:
        with connection.begin_nested():
            return job(connection)
    except Exception as error:
        if in_a_ring(error):  # what the others of the batch hold must be let go as well
            raise
        return Failed(error)


def _attempt_together(connection: Connection, members: list[Waiting]) -> Sequence[Any]:
    """Write them at once; when that fails, each alone, so that one hurts nobody else."""
    given = _attempt(connection, lambda c: _write_together(c, members))
    if not isinstance(given, Failed):
        return _told(given)
    if len(members) == 1:
        return [given]
    return [one for waiting in members for one in _attempt_together(connection, [waiting])]


def _write_together(connection: Connection, members: list[Waiting]) -> Sequence[Any]:
    together = members[0].together
    return [] if together is None else together(connection, [one.asked for one in members])


def _told(given: Sequence[Any]) -> list[Any]:
    return [Failed(one) if isinstance(one, Exception) else one for one in given]


def settle(answer: asyncio.Future[Any], outcome: Any) -> None:
    """Give who asked what came of it, after the COMMIT."""
    if answer.done():  # the asker went away
        return
    if isinstance(outcome, Failed):
        answer.set_exception(outcome.error)
    else:
        answer.set_result(outcome)
