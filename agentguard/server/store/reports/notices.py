"""What waits for a console user, counted, and who wants to be told of it by mail.

Counts and numbers alone: what was written, found or used stays in the console.

A finding is overdue once its moment has passed, and due now within the day before that.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, case, delete, exists, func, insert, select, update

from agentguard.model.exceptions import SECOND_PERSON
from agentguard.server.roles import BOUND, Right, Scope, may
from agentguard.server.store.accounts.members import Member, list_members
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.reports import (
    care,
    containments,
    incident_looks,
    incident_queue,
    incident_sight,
)
from agentguard.server.store.reports.exceptions import ASKED
from agentguard.server.store.reports.incident_queue import View, Wanted
from agentguard.server.store.reports.incidents import CLOSED, OPEN
from agentguard.server.store.schema.care_tables import finding_care
from agentguard.server.store.schema.exception_tables import exception, exception_act
from agentguard.server.store.schema.response_tables import (
    containment,
    incident_look,
    notice_wish,
)
from agentguard.server.store.schema.tables import device, finding, incident

MAIL = re.compile(r"[^@\s<>\"',;:\\()\[\]]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,180}[A-Za-z0-9])?")
MINUTES = (15, 60, 240, 1440)
"""How often at most somebody is told."""
DAY = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What waits for somebody: how many of each, and the numbers of those past their time.

    `exceptions` are those to decide on; `today` and `overdue` are findings given to the person.
    """

    fresh: int
    mine: int
    late: tuple[int, ...]
    unsigned: int
    grants: int
    looks: int
    exceptions: int = 0
    today: int = 0
    overdue: int = 0

    @property
    def any(self) -> bool:
        """Whether anything does."""
        return any((*self._counts, self.late, self.overdue))

    @property
    def passed(self) -> bool:
        """Whether the time of something has passed."""
        return bool(self.late or self.overdue)

    @property
    def _counts(self) -> tuple[int, ...]:
        incidents = (self.fresh, self.mine, self.unsigned, self.grants, self.looks)
        return (*incidents, self.exceptions, self.today)

    def mark(self) -> str:
        """Return what tells whether it is the same as the last time; times that passed apart."""
        return hashlib.sha256(repr(self._counts).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Where somebody is told, how often at most, and in which language, where one was chosen."""

    user: str
    mail: str
    minutes: int
    sent_at: float | None = None
    told: str = ""
    language: str = ""


def waits(connection: Connection, by: Visitor, now: float, since: float = 0.0) -> Waits:
    """Count what waits for somebody; of times that passed, those that did after `since`."""
    seen, open_ = incident_sight.of(by), incident.c.state != CLOSED
    asked = select(func.count()).select_from(incident)
    late = select(incident.c.id).where(seen, open_, _due() < now, _due() >= since)
    dues = of(connection, by, now, since)
    wanted = Wanted(view=View.UNSIGNED, teams=by.scope, inside=incident_sight.inside(by))
    grants = (
        select(func.count())
        .select_from(containment)
        .join(incident, incident.c.id == containment.c.incident)
        .where(seen, containment.c.state == containments.ASKED, containment.c.asked_by != by.name)
    )
    looks = select(func.count()).where(
        incident_look.c.state == incident_looks.ASKED, incident_look.c.asked_by != by.name
    )
    return Waits(
        fresh=int(connection.scalar(asked.where(seen, incident.c.state == OPEN)) or 0),
        mine=int(
            connection.scalar(asked.where(seen, open_, incident.c.assigned_to == by.name)) or 0
        ),
        late=tuple(connection.scalars(late.order_by(incident.c.id).limit(50))),
        unsigned=incident_queue.count(connection, wanted),
        grants=int(connection.scalar(grants) or 0),
        looks=int(connection.scalar(looks) or 0) if incident_sight.inside(by) else 0,
        exceptions=dues.exceptions,
        today=dues.today,
        overdue=dues.overdue,
    )


def _due() -> ColumnElement[float]:
    """Return by when the next thing of an incident is due."""
    contained = case(
        (incident.c.contained_at.is_(None), incident.c.contain_due), else_=incident.c.close_due
    )
    return case((incident.c.state == OPEN, incident.c.take_due), else_=contained)


def wish(connection: Connection, user: str) -> Wish | None:
    """Return where a user is told; None where nowhere."""
    row = connection.execute(select(notice_wish).where(notice_wish.c.user == user)).first()
    return None if row is None else Wish(**row._asdict())


def put(connection: Connection, user: str, mail: str, minutes: int) -> bool:
    """Say where a user is told; an empty address ends it. False for what is no address."""
    if mail and (not MAIL.fullmatch(mail) or minutes not in MINUTES):
        return False
    connection.execute(delete(notice_wish).where(notice_wish.c.user == user))
    if mail:
        connection.execute(insert(notice_wish).values(user=user, mail=mail, minutes=minutes))
    return True


def due(connection: Connection, now: float) -> list[tuple[Wish, Waits]]:
    """Return who is to be told now, of what: something waits that was not told yet.

    That a time has passed is told once: in the first letter after that.
    """
    asked = [Wish(**row._asdict()) for row in connection.execute(select(notice_wish))]
    known = {one.name: one for one in list_members(connection)}
    found = []
    for one in asked:
        member = known.get(one.user)
        early = one.sent_at is not None and 0 <= now - one.sent_at < one.minutes * 60
        if member is None or member.disabled or not may(member.role, Right.CARE) or early:
            continue
        waiting = waits(connection, _visitor(member), now, one.sent_at or 0.0)
        if waiting.any and (waiting.passed or waiting.mark() != one.told):
            found.append((replace(one, language=member.language), waiting))
    return found


def sent(connection: Connection, users: Iterable[tuple[str, str]], now: float) -> None:
    """Write down who was told of what, by the mark of it."""
    for user, mark in users:
        mine = update(notice_wish).where(notice_wish.c.user == user)
        connection.execute(mine.values(sent_at=now, told=mark))


def _visitor(member: Member) -> Visitor:
    scope: Scope = member.teams if member.role in BOUND else None
    return Visitor(name=member.name, role=member.role, token="", scope=scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dues:
    """How many exceptions somebody may decide, and how many own findings have which day."""

    exceptions: int
    today: int
    overdue: int


def of(connection: Connection, by: Visitor, now: float, since: float = 0.0) -> Dues:
    """Count them; `overdue` are those whose moment passed after `since`."""
    return Dues(
        exceptions=_exceptions(connection, by, now),
        today=_findings(connection, by, finding_care.c.due_at >= now, now + DAY),
        overdue=_findings(connection, by, finding_care.c.due_at >= since, now),
    )


def _exceptions(connection: Connection, by: Visitor, now: float) -> int:
    """Count what waits, without what somebody asked for and may not approve alone."""
    if not may(by.role, Right.EXCEPT):
        return 0
    own = exists().where(
        exception_act.c.exception == exception.c.id,
        exception_act.c.act == "asked",
        exception_act.c.by == by.name,
    )
    alone = own & (exception.c.until - now > SECOND_PERSON)
    waits = (exception.c.state == ASKED) & (exception.c.until > now) & ~alone
    return int(connection.scalar(select(func.count()).select_from(exception).where(waits)) or 0)


def _findings(connection: Connection, by: Visitor, which: ColumnElement[bool], until: float) -> int:
    """Count findings that are seen, open and given to somebody, whose day is before `until`."""
    asked = (
        select(func.count())
        .select_from(finding_care)
        .join(finding, finding.c.id == finding_care.c.finding)
        .join(device, device.c.id == finding.c.device)
        .where(
            finding_care.c.assignee == by.name,
            finding_care.c.state.in_((care.OPEN, care.WORKING)),
            finding.c.closed_at.is_(None),
            finding_care.c.due_at < until,
            which,
        )
    )
    if by.scope is not None:
        asked = asked.where(device.c.team.in_(by.scope))
    return int(connection.scalar(asked) or 0)
