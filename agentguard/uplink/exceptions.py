"""Takes the exceptions that the endpoint has signed for this desk; nothing else begins one."""

from __future__ import annotations

import math

import msgspec

from agentguard.model.exceptions import Excepted, RequestState, Ruling
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import Severity
from agentguard.ports.exceptions import ExceptionBook, Overlay
from agentguard.uplink.enrolment import Enrolment
from agentguard.uplink.signing import signed_by
from agentguard.wire import exceptions, v1

RULED = frozenset({RequestState.DECLINED, RequestState.LAPSED, RequestState.OVER})
"""What the endpoint may say of a request; that one holds is told by its exception alone."""


def told(enrolment: Enrolment, received: v1.Received) -> Overlay | None:
    """Return the list that an answer brings; None without one, or of which anything is not right.

    An exception of a severity that this version does not know is left out.
    """
    payload = received.exceptions.encode()
    if not payload:
        return None
    sealed = exceptions.seal(payload)
    if not signed_by(enrolment.receipt_key, sealed, received.exceptions_signature):
        return None
    try:
        given = msgspec.json.decode(payload, type=exceptions.Exceptions)
    except msgspec.DecodeError:
        return None
    if given.device != enrolment.device or not math.isfinite(given.at):
        return None
    return Overlay(
        at=given.at,
        digest=exceptions.digest(given.items),
        items=tuple(_item(one) for one in given.items if one.worst in set(Severity)),
        ruled=tuple(
            Ruling(id=one.id, state=RequestState(one.state), why=one.why)
            for one in given.ruled
            if one.state in RULED
        ),
    )


def waiting(snapshot: Snapshot) -> tuple[str, ...]:
    """Return the ids of what was asked for here and nobody has answered yet, the newest first."""
    return tuple(one.id for one in snapshot.requests if one.state is RequestState.WAITING)


def _item(one: exceptions.Exempted) -> Excepted:
    return Excepted(
        id=one.id,
        control=one.control,
        worst=Severity(one.worst),
        since=one.since,
        until=one.until,
    )


class LateBook:
    """Where the exceptions are kept; nowhere until there is an agent that keeps them."""

    def __init__(self) -> None:
        self._book: ExceptionBook | None = None

    def found_by(self, book: ExceptionBook) -> None:
        """Keep them there from now on."""
        self._book = book

    def digest(self) -> str | None:
        """Return which list is held, None where none could be."""
        return self._book.digest if self._book is not None else None

    def take(self, enrolment: Enrolment, received: v1.Received) -> None:
        """Hand over the list that an answer brings, if it is the endpoint's."""
        overlay = told(enrolment, received)
        if overlay is not None and self._book is not None:
            self._book.take(overlay)
