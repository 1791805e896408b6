"""The classes of records that grow old, with their usual ages and what may hold a row.

Audit records and the events of journals stay twelve months at least (PCI DSS 4.0.1, 10.5.1); how
desks of single people stood is kept as short as their work needs. A part that refers to another is
named before it, since it must go first.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, case, exists, func, or_, select

from agentguard.server.store.records import legal_holds
from agentguard.server.store.records.record_class import (
    Part,
    Record,
    of_spells,
    part,
    people,
    record,
)
from agentguard.server.store.schema.care_tables import finding_care, finding_note
from agentguard.server.store.schema.control_tables import (
    desk_locked,
    desk_team,
    excursion,
    held_day,
    held_failed,
    held_org_day,
    in_force,
    presence,
    team_site,
)
from agentguard.server.store.schema.drill_tables import drill_asked, drill_run
from agentguard.server.store.schema.exception_tables import (
    exception,
    exception_act,
    exception_desk,
)
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
from agentguard.server.store.schema.kiosk_tables import kiosk, kiosk_team
from agentguard.server.store.schema.lesson_tables import (
    coaching_seen,
    lesson_done,
    person_lesson,
)
from agentguard.server.store.schema.people_tables import desk_use, person, person_opening
from agentguard.server.store.schema.phone_tables import factor_invite, phone_answer
from agentguard.server.store.schema.plan_tables import plan_decision
from agentguard.server.store.schema.response_tables import (
    containment,
    incident_look,
    incident_task,
)
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
from agentguard.server.store.schema.token_tables import read_token

YEAR = 365
PROOF = 400
"""Days that an evidence pack of a year, made some weeks later, needs."""


_INCIDENT_HELD = (
    legal_holds.of_device(func.coalesce(incident.c.device, "")),
    *people(
        incident.c.taken_by, incident.c.closed_by, incident.c.assigned_to, incident.c.opened_by
    ),
    *(
        incident.c.id.in_(select(column.table.c.incident).where(legal_holds.of_person(column)))
        for column in (
            incident_step.c.by,
            incident_task.c.done_by,
            containment.c.asked_by,
            containment.c.ruled_by,
            incident_look.c.asked_by,
            incident_look.c.ruled_by,
        )
    ),
)
_HELD_INCIDENTS = select(incident.c.id).where(or_(*_INCIDENT_HELD))


def _of_incident(table: Table, *held: ColumnElement[bool]) -> Part:
    """Return what goes with its incident, once that is closed."""
    closed = select(incident.c.closed_at).where(incident.c.id == table.c.incident)
    kept = table.c.incident.in_(_HELD_INCIDENTS)
    return part(table, closed.scalar_subquery(), kept, *held)


_HELD_USES = select(desk_use.c.person).where(legal_holds.of_device(desk_use.c.device))
_EXPIRED = select(batch_code.c.expires_at)
_MENDED = select(finding.c.closed_at)
_NOTES_HELD = select(finding_note.c.finding).where(legal_holds.of_person(finding_note.c.by))
_CARE_HELD = select(finding_care.c.finding).where(legal_holds.of_person(finding_care.c.assignee))
_FINDING_HELD = select(finding.c.id).where(legal_holds.of_device(finding.c.device))
_EXCEPTION_OVER = case((exception.c.state.not_in(("asked", "running")), exception.c.ended_at))
_DESK_OVER = (
    select(_EXCEPTION_OVER).where(exception.c.id == exception_desk.c.exception).scalar_subquery()
)
_ACT_OVER = select(_EXCEPTION_OVER).where(exception.c.id == exception_act.c.exception)
_EXCEPTION_HELD = select(exception_desk.c.exception).where(
    legal_holds.of_device(exception_desk.c.device)
)
_CODE_HELD = (
    legal_holds.of_person(enrol_code.c.made_by),
    legal_holds.of_device(func.coalesce(enrol_code.c.used_by, "")),
)
_KIOSK_HELD = people(kiosk.c.made_by, kiosk.c.ended_by)
_KIOSK_OVER = func.coalesce(  # what no screen took up is over as well
    kiosk.c.ended_at, case((kiosk.c.taken_at.is_(None), kiosk.c.made_at))
)
_TOKEN_OVER = func.coalesce(read_token.c.ended_at, read_token.c.until)
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
    record(
        "events",
        YEAR,
        part(event, event.c.received_at, legal_holds.of_device(event.c.device)),
        least=YEAR,
    ),
    record(
        "findings",
        YEAR,
        part(
            finding_note,
            _MENDED.where(finding.c.id == finding_note.c.finding).scalar_subquery(),
            finding_note.c.finding.in_(_FINDING_HELD),
            *people(finding_note.c.by),
        ),
        part(
            finding_care,
            _MENDED.where(finding.c.id == finding_care.c.finding).scalar_subquery(),
            finding_care.c.finding.in_(_FINDING_HELD),
            finding_care.c.finding.in_(_NOTES_HELD),
            *people(finding_care.c.assignee),
        ),
        part(
            finding,
            finding.c.closed_at,
            legal_holds.of_device(finding.c.device),
            finding.c.id.in_(_NOTES_HELD),
            finding.c.id.in_(_CARE_HELD),
        ),
    ),
    record(
        "posture",
        90,
        part(posture_change, posture_change.c.at, legal_holds.of_device(posture_change.c.device)),
        part(
            desk_person,
            desk_person.c.at,
            legal_holds.of_device(desk_person.c.device),
            legal_holds.of_person(desk_person.c.user),
        ),
        part(
            device_run,
            device_run.c.begun_at,
            legal_holds.of_device(device_run.c.device),
            _NEWEST_RUN,
        ),
    ),
    record(
        "people",
        90,
        of_spells(desk_locked),
        part(
            desk_use,
            desk_use.c.last_at,
            legal_holds.of_device(desk_use.c.device),
            legal_holds.of_person(desk_use.c.person),
        ),
        part(
            person_opening,
            person_opening.c.until,
            *people(person_opening.c.person, person_opening.c.by),
        ),
        part(
            person,
            person.c.last_at,
            legal_holds.of_person(person.c.id),
            person.c.id.in_(_HELD_USES),
        ),
    ),
    record(
        "training",
        3 * YEAR,
        part(
            lesson_done,
            lesson_done.c.at,
            legal_holds.of_device(lesson_done.c.device),
            legal_holds.of_person(lesson_done.c.person),
        ),
        part(
            person_lesson,
            person_lesson.c.told_at,
            legal_holds.of_device(person_lesson.c.device),
            legal_holds.of_person(person_lesson.c.person),
        ),
        part(
            coaching_seen,
            coaching_seen.c.told_at,
            legal_holds.of_device(coaching_seen.c.device),
            legal_holds.of_person(coaching_seen.c.person),
        ),
        least=YEAR,
    ),
    record(
        "incidents",
        3 * YEAR,
        _of_incident(incident_step),
        _of_incident(incident_task),
        _of_incident(containment),
        _of_incident(incident_look),
        part(incident, incident.c.closed_at, *_INCIDENT_HELD),
    ),
    record(
        "exceptions",
        PROOF,
        part(exception_desk, _DESK_OVER, exception_desk.c.exception.in_(_EXCEPTION_HELD)),
        part(exception, _EXCEPTION_OVER, exception.c.id.in_(_EXCEPTION_HELD)),
    ),
    record(
        "drills",
        PROOF,
        part(drill_run, drill_run.c.began_at, legal_holds.of_device(drill_run.c.device)),
        part(
            drill_asked,
            drill_asked.c.asked_at,
            legal_holds.of_device(drill_asked.c.device),
            legal_holds.of_person(drill_asked.c.asked_by),
        ),
        least=YEAR,
    ),
    record(
        "tamper",
        YEAR,
        part(
            tamper_item,
            _TAMPER_ENDED,
            legal_holds.of_device(tamper_item.c.device),
            legal_holds.of_person(tamper_item.c.signed_by),
        ),
        part(
            endpoint_sign,
            endpoint_sign.c.signed_at,
            legal_holds.of_person(endpoint_sign.c.signed_by),
        ),
    ),
    record(
        "audit",
        YEAR,
        part(audit_log, _AUDIT_SAYS, *_AUDIT_HELD),
        part(
            exception_act,
            _ACT_OVER.scalar_subquery(),
            exception_act.c.exception.in_(_EXCEPTION_HELD),
            *people(exception_act.c.by),
        ),
        part(
            factor_reset,
            factor_reset.c.ruled_at,
            *people(factor_reset.c.owner, factor_reset.c.asked_by, factor_reset.c.ruled_by),
        ),
        least=YEAR,
    ),
    record(
        "codes",
        90,
        part(enrol_code, func.coalesce(enrol_code.c.used_at, enrol_code.c.expires_at), *_CODE_HELD),
        part(batch_use, _EXPIRED.where(batch_code.c.id == batch_use.c.code).scalar_subquery()),
        part(batch_asset, _EXPIRED.where(batch_code.c.id == batch_asset.c.code).scalar_subquery()),
        part(
            batch_code,
            batch_code.c.expires_at,
            *people(batch_code.c.made_by, batch_code.c.revoked_by),
        ),
        part(setup_code, setup_code.c.until),
        part(
            break_glass,
            break_glass.c.until,
            legal_holds.of_device(break_glass.c.device),
            *people(break_glass.c.made_by, break_glass.c.used_by),
        ),
        part(
            phone_answer,
            phone_answer.c.given_at,
            legal_holds.of_device(phone_answer.c.device),
            legal_holds.of_person(phone_answer.c.given_by),
        ),
        part(
            factor_invite,
            factor_invite.c.until,
            legal_holds.of_device(factor_invite.c.device),
            *people(factor_invite.c.owner, factor_invite.c.made_by),
        ),
        part(
            kiosk_team,
            select(_KIOSK_OVER).where(kiosk.c.id == kiosk_team.c.kiosk).scalar_subquery(),
            kiosk_team.c.kiosk.in_(select(kiosk.c.id).where(or_(*_KIOSK_HELD))),
        ),
        part(kiosk, _KIOSK_OVER, *_KIOSK_HELD),
        part(read_token, _TOKEN_OVER, *people(read_token.c.made_by, read_token.c.ended_by)),
        part(device_key, device_key.c.until, legal_holds.of_device(device_key.c.device)),
    ),
    record(
        "sessions",
        1,
        part(session, session.c.seen_at),
        part(challenge, challenge.c.until),
        part(sso_flow, sso_flow.c.until),
        part(sign_in_step, sign_in_step.c.until),
    ),
    record("tries", 30, part(lockout, lockout.c.last_at)),
    record("hours", 90, part(team_hour, team_hour.c.at), part(org_hour, org_hour.c.at)),
    record("days", 3 * YEAR, part(team_day, team_day.c.at), part(org_day, org_day.c.at)),
    record(
        "held",
        PROOF,
        *map(of_spells, (presence, excursion, in_force, desk_team)),
        part(team_site, team_site.c.until),
        *(part(table, table.c.day * 86400.0) for table in (held_day, held_org_day, held_failed)),
    ),
    record(
        "software",
        YEAR,
        part(
            device_program_past,
            device_program_past.c.gone_at,
            legal_holds.of_device(device_program_past.c.device),
        ),
        part(program_day, program_day.c.at),
    ),
    record(
        "plans",
        3 * YEAR,
        part(plan_decision, plan_decision.c.at, *people(plan_decision.c.by)),
        least=YEAR,
    ),
    record(
        "retention",
        3 * YEAR,
        part(retention_run, retention_run.c.at),
        part(legal_hold, legal_hold.c.ended_at),
    ),
)
"""Every record class that grows old; what is not named here says how things are now."""
