"""What desks tell of exceptions, taken in with their reports."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from agentguard.model.exceptions import HOUR
from agentguard.model.verdicts import Severity
from agentguard.server.store.engine.times import lately
from agentguard.server.store.reports import exceptions
from agentguard.server.store.reports.exceptions import Refused, Wish
from agentguard.wire import v1

ASKED = "exception.asked"
KINDS = frozenset(
    {
        ASKED,
        "exception.began",
        "exception.ended",
        "exception.refused",
        "exception.proved",
    }
)
LONGEST = 2160  # hours
TOLD = {"until": "lapsed"}
"""Why a request could not wait, where the word for one that ended is another."""


def fold(connection: Connection, device_id: str, event: v1.Event, now: float) -> None:
    """Take in what a desk tells of an exception; what is told again changes nothing."""
    if event.kind not in KINDS:
        return
    id_, at = str(event.params.get("id", "")), lately(event.at, now)
    if not exceptions.ID.fullmatch(id_):
        return
    if event.kind == ASKED:
        _asked(connection, device_id, event, now)
    elif event.kind == "exception.began":
        exceptions.taken(connection, id_, device_id, at)
    elif event.kind == "exception.proved":
        exceptions.proved(connection, id_, device_id, at)
    else:
        why = str(event.params.get("why", "policy"))
        exceptions.ended_at_desk(connection, id_, device_id, at, why)


def _asked(connection: Connection, device_id: str, event: v1.Event, now: float) -> None:
    """Keep what a desk asks for; what cannot wait is written down as refused, and the desk told."""
    said = event.params
    id_ = str(said["id"])
    if exceptions.known(connection, id_):
        return
    wish = Wish(
        control=str(said.get("control", "")),
        scope=exceptions.DESK,
        place=device_id,
        named=exceptions.name_of(connection, device_id),
        reason=event.text,
        instead=str(said.get("instead", "")),
        until=_until(said, now),
        worst=Severity.HIGH.value,
    )
    if exceptions.waiting_of(connection, device_id) >= exceptions.MOST_OPEN:
        exceptions.turn_away(connection, wish, now, id_, "many")
        return
    try:
        exceptions.ask(connection, wish, "", now, id_)
    except Refused as refused:
        exceptions.turn_away(connection, wish, now, id_, TOLD.get(refused.kind, refused.kind))


def _until(said: Mapping[str, object], now: float) -> float:
    """Return the end that is asked for: the moment itself, of older desks so many hours from now.

    One that is not a number, or that is further away than any policy allows, is over already.
    """
    hours, until = said.get("hours", 0), said.get("until")
    if isinstance(until, int) and not isinstance(until, bool):
        return float(until) if until <= now + LONGEST * HOUR else now
    return now + (min(max(hours, 0), LONGEST) * HOUR if isinstance(hours, int) else 0.0)
