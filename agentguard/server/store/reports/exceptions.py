"""Exceptions from controls: asked for, ruled on, told to desks, and ended.

Whatever changes one locks its row first, so that two who rule at once do not both do it, and who
asked is compared with who approves in the transaction that approves.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from agentguard.model.exceptions import LEAST_REASON, SECOND_PERSON, SLACK, RequestState
from agentguard.server.store.desks.devices import PENDING, RETIRED
from agentguard.server.store.records import audit
from agentguard.server.store.reports.exception_spells import most_alone
from agentguard.server.store.schema.exception_tables import (
    exception,
    exception_act,
    exception_desk,
)
from agentguard.server.store.schema.floor_tables import team_place
from agentguard.server.store.schema.tables import device, team
from agentguard.wire.exceptions import Exempted, Ruled

ASKED, RUNNING, REFUSED, WITHDRAWN, ENDED = "asked", "running", "refused", "withdrawn", "ended"
GONE = "gone"
"""Why one ended: no desk is left there."""
LAPSED = frozenset({"lapsed", GONE})
DESK, TEAM, SITE = "desk", "team", "site"
SCOPES = (DESK, TEAM, SITE)
MOST_OPEN = 20
"""Requests of one desk that may wait at once."""
LONGEST_TEXT = 1000
ID = re.compile(r"[0-9a-f]{32}")


class Refused(Exception):
    """It cannot be done; `kind` is an id under `console.exceptions.refused`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for; `place` is a device's id, or the number of a team or site."""

    control: str
    scope: str
    place: str
    named: str
    reason: str
    instead: str
    until: float
    worst: str
    new_desks: bool = False


def ask(connection: Connection, wish: Wish, by: str, now: float, id_: str = "") -> str:
    """Write down that somebody asks for an exception; give its id. `by` is empty for a desk.

    Raises:
        Refused: the reason is too short, nothing is done instead, or its end is over.

    """
    if len(wish.reason.strip()) < LEAST_REASON:
        raise Refused("reason")
    if not wish.instead.strip():
        raise Refused("instead")
    if wish.until <= now:
        raise Refused("until")
    if wish.scope not in SCOPES:
        raise Refused("place")
    made = id_ or secrets.token_hex(16)
    _write(connection, wish, now, made)
    _act(connection, made, now, by, "asked")
    return made


def approve(connection: Connection, id_: str, by: str, now: float) -> int:
    """Begin an exception at the desks that are there now; give how many.

    Raises:
        Refused: it does not wait, its end is over, nobody works there, or it was asked for by the
            same person and is, with what was approved so in seven days, for longer than a day.

    """
    row = _alone(connection, id_)
    if row.state != ASKED:
        raise Refused("state")
    if row.until <= now:
        raise Refused("until")
    asker = connection.scalar(
        select(exception_act.c.by).where(
            exception_act.c.exception == id_, exception_act.c.act == "asked"
        )
    )
    second = asker != by
    if not second:
        _judge_alone(connection, row, now)
    many = _add_desks(connection, row, now)
    if not many:
        raise Refused("desks")
    _set(connection, id_, state=RUNNING, since=now, two_persons=second)
    _act(connection, id_, now, by, "approved")
    return many


def _judge_alone(connection: Connection, row: Row[Any], now: float) -> None:
    """Refuse one person's approval of more than a day, at once or bit by bit."""
    length = row.until - now
    if length > SECOND_PERSON:
        raise Refused("second-person")
    desks = desks_of(connection, row.scope, row.place)
    if length + most_alone(connection, desks, row.control, now) > SECOND_PERSON + SLACK:
        raise Refused("one-after-another")


def turn_away(connection: Connection, wish: Wish, now: float, id_: str, why: str) -> None:
    """Write down a request of a desk that cannot wait, so that the desk is told."""
    _write(connection, wish, now, id_)
    _act(connection, id_, now, "", "asked")
    _set(connection, id_, state=REFUSED, ended_at=now, ended_why=why[:20])
    _act(connection, id_, now, "", REFUSED, why)


def refuse(connection: Connection, id_: str, by: str, now: float, why: str) -> None:
    """Refuse what is asked for.

    Raises:
        Refused: it does not wait.

    """
    if _alone(connection, id_).state != ASKED:
        raise Refused("state")
    _set(connection, id_, state=REFUSED, ended_at=now, ended_why=REFUSED)
    _act(connection, id_, now, by, REFUSED, why)


def withdraw(connection: Connection, id_: str, by: str, now: float) -> None:
    """End an exception before its time, or take back what is asked for.

    Raises:
        Refused: it is over.

    """
    row = _alone(connection, id_)
    if row.state not in {ASKED, RUNNING}:
        raise Refused("state")
    state = ENDED if row.state == RUNNING else WITHDRAWN
    _end(connection, id_, now, state, WITHDRAWN)
    _act(connection, id_, now, by, WITHDRAWN)


def by_time(connection: Connection, now: float) -> None:
    """End what is over, and include the desks that came where that was approved."""
    over = exception.c.state.in_((ASKED, RUNNING)) & (exception.c.until <= now)
    for row in connection.execute(select(exception).where(over)).all():
        why = "until" if row.state == RUNNING else "lapsed"
        _end(connection, row.id, row.until, ENDED, why)
        _act(connection, row.id, now, "", "ended", why)
    for row in connection.execute(select(exception).where(exception.c.state == ASKED)).all():
        if not desks_of(connection, row.scope, row.place):
            _end(connection, row.id, now, ENDED, GONE)
            _act(connection, row.id, now, "", "ended", GONE)
    _let_go(connection, now)
    wide = exception.c.new_desks & (exception.c.state == RUNNING)
    for row in connection.execute(select(exception).where(wide)).all():
        _add_desks(connection, row, now)


def _let_go(connection: Connection, now: float) -> None:
    """End running ones at desks that are no more; one that holds nowhere any more is over."""
    retired = select(device.c.id).where(device.c.status == RETIRED)
    going = exception_desk.c.ended_at.is_(None) & (exception_desk.c.until > now)
    left = going & exception_desk.c.device.in_(retired)
    values = {"ended_at": now, "until": now, "ended_why": GONE}
    gone = update(exception_desk).where(left).values(values).returning(exception_desk.c.exception)
    for id_ in sorted(set(connection.scalars(gone))):
        mine = exception_desk.c.exception == id_
        if not connection.scalar(select(func.count()).where(mine, going)):
            _end(connection, id_, now, ENDED, GONE)
            _act(connection, id_, now, "", "ended", GONE)


def became(connection: Connection, device_id: str, ids: Sequence[str]) -> tuple[Ruled, ...]:
    """Return what became of requests of a desk, of those that neither wait nor hold."""
    mine = (exception.c.scope == DESK) & (exception.c.place == device_id)
    over = exception.c.state.not_in((ASKED, RUNNING))
    rows = connection.execute(
        select(exception).where(mine, over, exception.c.id.in_(ids)).order_by(exception.c.id)
    )
    return tuple(
        Ruled(id=row.id, state=_stands(row.state, row.ended_why), why=row.ended_why) for row in rows
    )


def _stands(state: str, why: str) -> str:
    if why in LAPSED:
        return RequestState.LAPSED
    return RequestState.OVER if state == ENDED else RequestState.DECLINED


def holding(connection: Connection, now: float) -> dict[str, tuple[Exempted, ...]]:
    """Return what holds now, by device; only devices with something are there."""
    rows = connection.execute(
        select(exception_desk, exception.c.severity)
        .join(exception, exception.c.id == exception_desk.c.exception)
        .where(
            exception.c.state == RUNNING,
            exception_desk.c.until > now,
            exception_desk.c.ended_at.is_(None),
        )
        .order_by(exception_desk.c.device, exception_desk.c.exception)
    )
    found: dict[str, tuple[Exempted, ...]] = {}
    for row in rows:
        one = Exempted(
            id=row.exception,
            control=row.control,
            worst=row.severity,
            since=row.since,
            until=row.until,
        )
        found[row.device] = (*found.get(row.device, ()), one)
    return found


def ended_at_desk(connection: Connection, id_: str, device_id: str, at: float, why: str) -> None:
    """Write down that a desk ended one; one of a desk alone is over with it."""
    mine = (exception_desk.c.exception == id_) & (exception_desk.c.device == device_id)
    row = connection.execute(select(exception_desk).where(mine)).first()
    if row is None or row.ended_at is not None:
        return
    end = max(row.since, min(at, row.until))
    values = {"ended_at": end, "until": end, "ended_why": why[:20]}
    connection.execute(update(exception_desk).where(mine).values(values))
    whole = connection.execute(select(exception).where(exception.c.id == id_)).one()
    if why == "worsened":
        _act(connection, id_, end, "", "worsened", device_id)
    if whole.scope == DESK and whole.state == RUNNING:
        _end(connection, id_, end, ENDED, why[:20])


def taken(connection: Connection, id_: str, device_id: str, at: float) -> None:
    """Write down that it holds at a desk."""
    mine = (exception_desk.c.exception == id_) & (exception_desk.c.device == device_id)
    fresh = mine & exception_desk.c.taken_at.is_(None)
    connection.execute(update(exception_desk).where(fresh).values(taken_at=at))


def proved(connection: Connection, id_: str, device_id: str, at: float) -> None:
    """Write down that the control has passed at a desk since the end."""
    mine = (exception_desk.c.exception == id_) & (exception_desk.c.device == device_id)
    fresh = mine & exception_desk.c.proved_at.is_(None)
    connection.execute(update(exception_desk).where(fresh).values(proved_at=at))


def waiting_of(connection: Connection, device_id: str) -> int:
    """Count what a desk asks for that nobody has ruled on."""
    asked = (exception.c.scope == DESK) & (exception.c.place == device_id)
    count = select(func.count()).select_from(exception).where(asked, exception.c.state == ASKED)
    return int(connection.scalar(count) or 0)


def known(connection: Connection, id_: str) -> bool:
    """Check whether there is an exception with this id."""
    return connection.scalar(select(exception.c.id).where(exception.c.id == id_)) is not None


def at_place(scope: str, place: str) -> ColumnElement[bool]:
    """Return the condition for the desks of a place."""
    if scope == DESK:
        return device.c.id == place
    number = int(place) if place.isascii() and place.isdigit() else -1
    if scope == TEAM:
        return device.c.team == number
    return device.c.team.in_(select(team_place.c.team).where(team_place.c.site == number))


def desks_of(connection: Connection, scope: str, place: str) -> Sequence[str]:
    """Return the ids of the desks of a place."""
    active = device.c.status.not_in((RETIRED, PENDING))
    return connection.scalars(select(device.c.id).where(at_place(scope, place), active)).all()


def all_within(connection: Connection, desks: Sequence[str], teams: frozenset[int]) -> bool:
    """Check whether all of these desks are there and belong to these teams."""
    asked = select(func.count()).where(device.c.id.in_(desks), device.c.team.in_(teams))
    return connection.scalar(asked) == len(desks)


def place_of(connection: Connection, id_: str) -> str:
    """Return the place of an exception; empty for none."""
    return connection.scalar(select(exception.c.place).where(exception.c.id == id_)) or ""


def name_of(connection: Connection, device_id: str) -> str:
    """Return how a desk is called, with its team."""
    row = connection.execute(
        select(device.c.label, team.c.name)
        .join(team, team.c.id == device.c.team)
        .where(device.c.id == device_id)
    ).one()
    return f"{row.label} ({row.name})"


def _write(connection: Connection, wish: Wish, now: float, id_: str) -> None:
    connection.execute(
        insert(exception).values(
            id=id_,
            control=wish.control[:100],
            scope=wish.scope,
            place=wish.place[:64],
            named=wish.named[:200],
            new_desks=wish.new_desks and wish.scope != DESK,
            severity=wish.worst[:20],
            reason=wish.reason.strip()[:LONGEST_TEXT],
            compensating=wish.instead.strip()[:LONGEST_TEXT],
            asked_at=now,
            until=wish.until,
            state=ASKED,
        )
    )


def _add_desks(connection: Connection, row: Row[tuple[object, ...]], now: float) -> int:
    there = exists().where(
        exception_desk.c.exception == row.id, exception_desk.c.device == device.c.id
    )
    asked = select(
        literal(row.id).label("exception"),
        device.c.id.label("device"),
        literal(row.control).label("control"),
        literal(now).label("since"),
        literal(row.until).label("until"),
    ).where(at_place(row.scope, row.place), device.c.status.not_in((RETIRED, PENDING)), ~there)
    names = ["exception", "device", "control", "since", "until"]
    added = insert(exception_desk).from_select(names, asked).returning(exception_desk.c.device)
    return len(connection.execute(added).all())  # PostgreSQL's rowcount is -1 after an insert


def _end(connection: Connection, id_: str, at: float, state: str, why: str) -> None:
    _set(connection, id_, state=state, ended_at=at, ended_why=why)
    going = (exception_desk.c.exception == id_) & exception_desk.c.ended_at.is_(None)
    connection.execute(
        update(exception_desk)
        .where(going, exception_desk.c.until > at)
        .values(until=at, ended_why=why)
    )


def _alone(connection: Connection, id_: str) -> Row[tuple[object, ...]]:
    row = connection.execute(
        select(exception).where(exception.c.id == id_).with_for_update()
    ).first()
    if row is None:
        raise Refused("gone")
    return row


def _set(connection: Connection, id_: str, **values: object) -> None:
    connection.execute(update(exception).where(exception.c.id == id_).values(**values))


def _act(connection: Connection, id_: str, at: float, by: str, act: str, text: str = "") -> None:
    values = {"exception": id_, "at": at, "by": by, "act": act, "text": text[:LONGEST_TEXT]}
    connection.execute(insert(exception_act).values(values))
    if by:
        audit.note(connection, at, by, f"exception.{act}", id_)
