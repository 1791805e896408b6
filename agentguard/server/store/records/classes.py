"""The classes of records that grow old, with their usual ages and what may hold a row.

Audit records and the events of journals stay twelve months at least (PCI DSS 4.0.1, 10.5.1); how
desks of single people stood is kept as short as their work needs. A part that refers to another is
named before it, since it must go first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, case, exists, false, func, or_, select

from agentguard.server.store.records import legal_holds
from agentguard.server.store.schema.floor_tables import incident_step
from agentguard.server.store.schema.history_tables import (
    legal_hold,
    org_day,
    org_hour,
    retention_run,
    team_day,
    team_hour,
)
from agentguard.server.store.schema.identity_tables import (
    batch_asset,
    batch_code,
    batch_use,
    device_key,
    device_run,
    endpoint_sign,
    tamper_item,
)
from agentguard.server.store.schema.people_tables import desk_use, person, person_opening
from agentguard.server.store.schema.phone_tables import factor_invite, phone_answer
from agentguard.server.store.schema.plan_tables import plan_decision
from agentguard.server.store.schema.sign_in_tables import (
    break_glass,
    challenge,
    desk_person,
    factor_reset,
    setup_code,
    sign_in_step,
    sso_flow,
)
from agentguard.server.store.schema.software_tables import device_program_past, program_day
from agentguard.server.store.schema.tables import (
    audit_log,
    enrol_code,
    event,
    finding,
    incident,
    lockout,
    posture_change,
    session,
)

YEAR = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A table of a record class: a row's age counts from `at`; where that is NULL it stays."""

    table: Table
    at: ColumnElement[float]
    held: ColumnElement[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record class, with its usual age and the least that may be set, in days."""

    name: str
    days: int
    least: int
    parts: tuple[Part, ...]


def _part(
    table: Table,
    at: ColumnElement[float],
    *held: ColumnElement[bool],
) -> Part:
    return Part(table=table, at=at, held=or_(false(), *held))


def _record(name: str, days: int, *parts: Part, least: int = 1) -> Record:
    return Record(name=name, days=days, least=least, parts=parts)


def _people(*columns: ColumnElement[Any]) -> tuple[ColumnElement[bool], ...]:
    return tuple(legal_holds.of_person(column) for column in columns)


_INCIDENT_HELD = (
    legal_holds.of_device(incident.c.device),
    *_people(incident.c.taken_by, incident.c.closed_by),
    incident.c.id.in_(
        select(incident_step.c.incident).where(legal_holds.of_person(incident_step.c.by))
    ),
)
_HELD_INCIDENTS = select(incident.c.id).where(or_(*_INCIDENT_HELD))
_CLOSED = (
    select(incident.c.closed_at).where(incident.c.id == incident_step.c.incident).scalar_subquery()
)
_HELD_USES = select(desk_use.c.person).where(legal_holds.of_device(desk_use.c.device))
_EXPIRED = select(batch_code.c.expires_at)
_CODE_HELD = (
    legal_holds.of_person(enrol_code.c.made_by),
    legal_holds.of_device(func.coalesce(enrol_code.c.used_by, "")),
)
_LATER = device_run.alias("later")
_NEWEST_RUN = ~(  # it stays: by it a copy of its desk is known
    exists().where(
        _LATER.c.device == device_run.c.device, _LATER.c.begun_at > device_run.c.begun_at
    )
)
_TAMPER_ENDED = func.coalesce(  # who was late and came back is shown to nobody, to be signed off
    tamper_item.c.signed_at, case((tamper_item.c.kind == "late", tamper_item.c.closed_at))
)
_AUDIT_SAYS = case(  # what it said goes; the entry stays, and what tells of the chain itself
    (audit_log.c.salt.is_not(None) & audit_log.c.act.not_like("journal.%"), audit_log.c.at)
)
_AUDIT_HELD = (
    legal_holds.of_subject(audit_log.c.actor),
    legal_holds.of_subject(audit_log.c.subject),
)

RECORDS: tuple[Record, ...] = (
    _record(
        "events",
        YEAR,
        _part(event, event.c.received_at, legal_holds.of_device(event.c.device)),
        least=YEAR,
    ),
    _record(
        "findings",
        YEAR,
        _part(finding, finding.c.closed_at, legal_holds.of_device(finding.c.device)),
    ),
    _record(
        "posture",
        90,
        _part(posture_change, posture_change.c.at, legal_holds.of_device(posture_change.c.device)),
        _part(
            desk_person,
            desk_person.c.at,
            legal_holds.of_device(desk_person.c.device),
            legal_holds.of_person(desk_person.c.user),
        ),
        _part(
            device_run,
            device_run.c.begun_at,
            legal_holds.of_device(device_run.c.device),
            _NEWEST_RUN,
        ),
    ),
    _record(
        "people",
        90,
        _part(
            desk_use,
            desk_use.c.last_at,
            legal_holds.of_device(desk_use.c.device),
            legal_holds.of_person(desk_use.c.person),
        ),
        _part(
            person_opening,
            person_opening.c.until,
            *_people(person_opening.c.person, person_opening.c.by),
        ),
        _part(
            person,
            person.c.last_at,
            legal_holds.of_person(person.c.id),
            person.c.id.in_(_HELD_USES),
        ),
    ),
    _record(
        "incidents",
        3 * YEAR,
        _part(incident_step, _CLOSED, incident_step.c.incident.in_(_HELD_INCIDENTS)),
        _part(incident, incident.c.closed_at, *_INCIDENT_HELD),
    ),
    _record(
        "tamper",
        YEAR,
        _part(
            tamper_item,
            _TAMPER_ENDED,
            legal_holds.of_device(tamper_item.c.device),
            legal_holds.of_person(tamper_item.c.signed_by),
        ),
        _part(
            endpoint_sign,
            endpoint_sign.c.signed_at,
            legal_holds.of_person(endpoint_sign.c.signed_by),
        ),
    ),
    _record(
        "audit",
        YEAR,
        _part(audit_log, _AUDIT_SAYS, *_AUDIT_HELD),
        _part(
            factor_reset,
            factor_reset.c.ruled_at,
            *_people(factor_reset.c.owner, factor_reset.c.asked_by, factor_reset.c.ruled_by),
        ),
        least=YEAR,
    ),
    _record(
        "codes",
        90,
        _part(
            enrol_code, func.coalesce(enrol_code.c.used_at, enrol_code.c.expires_at), *_CODE_HELD
        ),
        _part(batch_use, _EXPIRED.where(batch_code.c.id == batch_use.c.code).scalar_subquery()),
        _part(batch_asset, _EXPIRED.where(batch_code.c.id == batch_asset.c.code).scalar_subquery()),
        _part(
            batch_code,
            batch_code.c.expires_at,
            *_people(batch_code.c.made_by, batch_code.c.revoked_by),
        ),
        _part(setup_code, setup_code.c.until),
        _part(
            break_glass,
            break_glass.c.until,
            legal_holds.of_device(break_glass.c.device),
            *_people(break_glass.c.made_by, break_glass.c.used_by),
        ),
        _part(
            phone_answer,
            phone_answer.c.given_at,
            legal_holds.of_device(phone_answer.c.device),
            legal_holds.of_person(phone_answer.c.given_by),
        ),
        _part(
            factor_invite,
            factor_invite.c.until,
            legal_holds.of_device(factor_invite.c.device),
            *_people(factor_invite.c.owner, factor_invite.c.made_by),
        ),
        _part(device_key, device_key.c.until, legal_holds.of_device(device_key.c.device)),
    ),
    _record(
        "sessions",
        1,
        _part(session, session.c.seen_at),
        _part(challenge, challenge.c.until),
        _part(sso_flow, sso_flow.c.until),
        _part(sign_in_step, sign_in_step.c.until),
    ),
    _record("tries", 30, _part(lockout, lockout.c.last_at)),
    _record("hours", 90, _part(team_hour, team_hour.c.at), _part(org_hour, org_hour.c.at)),
    _record("days", 3 * YEAR, _part(team_day, team_day.c.at), _part(org_day, org_day.c.at)),
    _record(
        "software",
        YEAR,
        _part(
            device_program_past,
            device_program_past.c.gone_at,
            legal_holds.of_device(device_program_past.c.device),
        ),
        _part(program_day, program_day.c.at),
    ),
    _record(
        "plans",
        3 * YEAR,
        _part(plan_decision, plan_decision.c.at, *_people(plan_decision.c.by)),
        least=YEAR,
    ),
    _record(
        "retention",
        3 * YEAR,
        _part(retention_run, retention_run.c.at),
        _part(legal_hold, legal_hold.c.ended_at),
    ),
)
"""Every record class that grows old; what is not named here says how things are now."""
