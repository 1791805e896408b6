"""What is too old goes, what is held stays, and each run says what it did."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from agentguard.server.jobs.retention import Retention, runs
from agentguard.server.store.engine import audit_chain, partitions, times
from agentguard.server.store.records import ages, audit, legal_holds
from agentguard.server.store.records.classes import RECORDS
from agentguard.server.store.records.legal_holds import Asked
from agentguard.server.store.schema.floor_tables import incident_step
from agentguard.server.store.schema.history_tables import retention_run
from agentguard.server.store.schema.identity_tables import device_run, tamper_item
from agentguard.server.store.schema.phone_tables import factor_invite, phone_answer
from agentguard.server.store.schema.sign_in_tables import break_glass, desk_person
from agentguard.server.store.schema.tables import (
    METADATA,
    audit_log,
    event,
    finding,
    incident,
    lockout,
)

DAY = 86400.0
YEAR = 365 * DAY


def do(running: Any, job: Any) -> Any:
    return running.admin._database.run(job)


def count(running: Any, table: Any) -> int:
    return int(do(running, lambda c: c.scalar(select(func.count()).select_from(table))))


def run(running: Any, *, dry: bool = False) -> dict[str, tuple[int, int]]:
    outcomes = Retention(running.admin._database, running.time()).run(dry=dry)
    return {one.record: (one.deleted, one.held) for one in outcomes if one.deleted or one.held}


@pytest.fixture
def told(running: Any, desk: Any, event: Any, control: Any) -> Any:
    """A desk that reported something more than a year ago, and something yesterday."""
    names = {"check": "firewall", "severity": "high"}
    now = running.time()
    running.time.at = now - YEAR - 40 * DAY
    desk.send(
        event(1, subject="a", at=iso(running), **names), controls=[control("firewall", "fail")]
    )
    desk.send(event(2, "finding.closed", subject="a", at=iso(running), **names))
    desk.send(event(3, "finding.opened", subject="open", at=iso(running), **names))
    running.time.at = now - DAY
    desk.send(event(4, subject="b", at=iso(running), **names), controls=[control("firewall")])
    running.time.at = now
    return desk


def signed(running: Any, at: float) -> None:
    """Have the endpoint sign its audit log at a time, and now: what lies between is proved."""
    keys = running.admin._keys
    do(running, lambda c: audit_chain.sign(c, keys, at))
    do(running, lambda c: audit.note(c, running.time(), "ada", "desk.read"))
    do(running, lambda c: audit_chain.sign(c, keys, running.time()))


def said(running: Any) -> int:
    """Count the acts that still say something, but for what the chain says of itself."""
    asked = select(func.count()).where(
        audit_log.c.salt.is_not(None), audit_log.c.actor != "endpoint"
    )
    return int(do(running, lambda c: c.scalar(asked)))


def iso(running: Any) -> str:
    return times.iso(running.time())


def test_what_is_too_old_goes_and_what_is_open_or_young_stays(running: Any, told: Any) -> None:
    do(running, lambda c: audit.note(c, running.time() - 2 * YEAR, "sam", "sign-in"))
    signed(running, running.time() - 2 * YEAR)
    young = said(running) - 1
    assert run(running) == {
        "events": (3, 0),
        "findings": (1, 0),
        "posture": (1, 0),
        "audit": (1, 0),
    }
    assert do(running, lambda c: list(c.scalars(select(event.c.seq)))) == [4]
    assert sorted(do(running, lambda c: list(c.scalars(select(finding.c.subject))))) == [
        "b",
        "open",
    ]
    assert said(running) == young
    assert run(running) == {}


def test_a_sign_that_waits_for_nobody_goes_and_one_that_waits_stays(
    running: Any, desk: Any
) -> None:
    """Who was late and came back is on no list; of a large fleet there are thousands a day."""
    old = running.time() - 2 * YEAR
    told = (
        ("late", old, None),
        ("late", running.time() - DAY, None),
        ("missing", old, None),
        ("fork", old, old),
        ("clone", None, None),
    )
    rows = [
        {
            "device": desk.id,
            "kind": kind,
            "params": "{}",
            "since": old,
            "opened_at": old,
            "closed_at": closed,
            "signed_at": signed,
        }
        for kind, closed, signed in told
    ]
    do(running, lambda c: c.execute(insert(tamper_item), rows))
    assert run(running) == {"tamper": (2, 0)}
    left = do(running, lambda c: sorted(c.scalars(select(tamper_item.c.kind))))
    assert left == ["clone", "late", "missing"]


def test_a_dry_run_counts_and_deletes_nothing(running: Any, told: Any) -> None:
    would = run(running, dry=True)
    assert would["events"] == (3, 0)
    assert count(running, event) == 4
    assert run(running) == would
    newest = do(running, runs)
    assert [one.dry for one in newest].count(True) == len(RECORDS)
    (done,) = (one for one in newest if one.record == "events" and not one.dry)
    assert (done.deleted, done.held, done.at) == (3, 0, running.time())
    assert done.cutoff == running.time() - YEAR


@pytest.mark.parametrize("kind", ["device", "team"])
def test_what_is_held_stays_until_the_hold_ends(
    running: Any, told: Any, new_desk: Any, kind: str
) -> None:
    other = new_desk(team="Sales", label="sales-1")
    now = running.time()
    running.time.at = now - YEAR - 40 * DAY
    other.send({"seq": 1, "kind": "session.locked", "at": iso(running)})
    running.time.at = now
    subject = told.id if kind == "device" else "Billing"
    asked = Asked(kind=kind, subject=subject, reason="inquiry 7")
    number = do(running, lambda c: legal_holds.place(c, asked, "ada", now))
    assert run(running)["events"] == (1, 3)
    kept = do(running, lambda c: list(c.scalars(select(event.c.device).distinct())))
    assert kept == [told.id]
    assert do(running, lambda c: legal_holds.end(c, number, "ada", now + 1))
    assert not do(running, lambda c: legal_holds.end(c, number, "ada", now + 2))
    assert run(running)["events"] == (3, 0)
    (hold,) = do(running, lambda c: legal_holds.list_holds(c, ended=True))
    assert (hold.reason, hold.placed_by, hold.ended_by) == ("inquiry 7", "ada", "ada")
    acts = do(running, lambda c: list(c.scalars(select(audit_log.c.act))))
    assert {"hold.placed", "hold.ended", "retention.run"} <= set(acts)


def test_a_hold_on_a_person_keeps_what_names_them(running: Any) -> None:
    old = running.time() - 2 * YEAR
    for actor, subject in (("sam", ""), ("ada", "sam"), ("ada", "bob")):
        do(running, lambda c, a=actor, s=subject: audit.note(c, old, a, "desk.read", s))
    signed(running, old)
    asked = Asked(kind="person", subject="Sam", reason="inquiry")
    do(running, lambda c: legal_holds.place(c, asked, "ada", running.time()))
    assert run(running) == {"audit": (1, 2)}


OPENED = {"hash": b"", "reason": "r", "until": 1.0}
NAMED: tuple[tuple[Any, str, dict[str, Any]], ...] = (
    (desk_person, "user", {}),
    (break_glass, "used_by", {**OPENED, "made_by": "ada"}),
    (break_glass, "made_by", OPENED),
    (factor_invite, "owner", {"hash": "", "made_by": "ada", "until": 1.0}),
    (factor_invite, "made_by", {"hash": "", "owner": "ada", "until": 1.0}),
    (phone_answer, "given_by", {"challenge": "c", "reason": "r"}),
    (tamper_item, "signed_by", {"kind": "fork", "params": "{}", "since": 1.0}),
)


@pytest.mark.parametrize("name", ["sam", "Sam", "Özlem.Groß"])
@pytest.mark.parametrize(("table", "column", "values"), NAMED)
def test_a_hold_on_a_person_keeps_what_names_them_of_desks_and_codes(
    running: Any, desk: Any, table: Any, column: str, values: dict[str, Any], name: str
) -> None:
    """Names stand there as the desk wrote them, in capitals or not."""
    old = {one.name: 1.0 for one in table.c if one.name.endswith("at")} | values

    def put(connection: Any) -> None:
        connection.execute(insert(table).values(device=desk.id, **{**old, column: name}))
        connection.execute(insert(table).values(device=desk.id, **{**old, column: "somebody"}))

    do(running, put)
    asked = Asked(kind="person", subject=name, reason="inquiry")
    do(running, lambda c: legal_holds.place(c, asked, "ada", running.time()))
    (counted,) = run(running).values()
    assert counted == (1, 1)
    assert do(running, lambda c: list(c.scalars(select(table.c[column])))) == [name]


def test_a_hold_on_a_person_keeps_what_the_audit_log_says_of_a_name_in_capitals(
    running: Any,
) -> None:
    old = running.time() - 2 * YEAR
    for subject in ("Maria.Billing", "Jan.Billing"):
        do(running, lambda c, s=subject: audit.note(c, old, "device:x", "factor.locked", s))
    signed(running, old)
    asked = Asked(kind="person", subject="maria.billing", reason="inquiry")
    do(running, lambda c: legal_holds.place(c, asked, "ada", running.time()))
    assert run(running) == {"audit": (1, 1)}


def test_a_hold_on_a_person_keeps_the_incidents_to_which_they_wrote(
    running: Any, desk: Any, event: Any
) -> None:
    old = running.time() - 4 * YEAR
    desk.send(event(1, "incident.reported"), event(2, "incident.reported"))
    for number, by in ((1, "ada"), (2, "ben")):
        values = {"incident": number, "at": old, "by": by, "kind": "note", "text": "x"}
        do(running, lambda c, v=values: c.execute(insert(incident_step).values(v)))
    do(running, lambda c: c.execute(update(incident).values(closed_at=old, closed_by="sam")))
    asked = Asked(kind="person", subject="ada", reason="inquiry")
    do(running, lambda c: legal_holds.place(c, asked, "sam", running.time()))
    assert run(running)["incidents"] == (2, 2)
    assert do(running, lambda c: list(c.scalars(select(incident.c.id)))) == [1]


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        (Asked(kind="desk", subject="x", reason="r"), "kind"),
        (Asked(kind="device", subject="not there", reason="r"), "subject"),
        (Asked(kind="team", subject="not there", reason="r"), "subject"),
        (Asked(kind="person", subject=" ", reason="r"), "subject"),
        (Asked(kind="person", subject="sam", reason="  "), "reason"),
        (Asked(kind="person", subject="sam", reason="x" * 501), "reason"),
    ],
)
def test_a_hold_needs_something_to_hold_and_a_reason(running: Any, asked: Asked, kind: str) -> None:
    with pytest.raises(legal_holds.HoldRefused) as refused:
        do(running, lambda c: legal_holds.place(c, asked, "ada", 1.0))
    assert refused.value.kind == kind


def test_ages_are_set_within_what_the_rules_allow(running: Any, told: Any) -> None:
    def put(record: str, days: int) -> None:
        do(running, lambda c: ages.put(c, record, days, "ada", 5.0))

    for record, days, kind in (
        ("audit", 364, "least"),
        ("posture", 9999, "most"),
        ("x", 1, "record"),
    ):
        with pytest.raises(ages.AgeRefused) as refused:
            put(record, days)
        assert refused.value.kind == kind
    put("events", 500)
    put("events", 600)
    assert run(running)["findings"] == (1, 0)
    assert count(running, event) == 4
    (set_,) = (age for age in do(running, ages.list_ages) if age.set_by)
    assert (set_.record, set_.days, set_.set_by, set_.set_at) == ("events", 600, "ada", 5.0)


def test_many_rows_go_in_slices(running: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agentguard.server.jobs.retention.SLICE", 10)
    rows = [{"key": f"k{n}", "failures": 1, "last_at": 1.0, "until": 1.0} for n in range(25)]
    do(running, lambda c: c.execute(insert(lockout), rows))
    assert run(running) == {"tries": (25, 0)}
    assert count(running, lockout) == 0


def test_an_endpoint_that_stops_does_not_wait_until_all_is_deleted(
    running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentguard.server.jobs.retention.SLICE", 10)
    rows = [{"key": f"k{n}", "failures": 1, "last_at": 1.0, "until": 1.0} for n in range(25)]
    do(running, lambda c: c.execute(insert(lockout), rows))
    stopped = threading.Event()
    stopped.set()
    outcomes = Retention(running.admin._database, running.time(), stopped).run()
    assert [one.deleted for one in outcomes if one.deleted] == [10]
    assert run(running) == {"tries": (15, 0)}, "the rest goes the next time"


def test_whole_months_are_dropped_on_postgresql(running: Any, told: Any) -> None:
    def months(connection: Any) -> list[str]:
        return [month.name for month in partitions.months(connection)]

    before = do(running, months)
    run(running)
    after = do(running, months)
    if running.settings.database:
        assert len(before) == 2
        assert after == before[1:]
    else:
        assert before == after == []


def test_a_month_whose_end_was_cut_short_is_dropped_the_next_time(running: Any, told: Any) -> None:
    if not running.settings.database:
        return
    (old, _) = do(running, lambda c: list(partitions.months(c)))
    running.admin._database.apart(lambda c: partitions.detach(c, old))
    assert do(running, lambda c: list(partitions.leftovers(c))) == [old]
    run(running)
    assert do(running, lambda c: list(partitions.leftovers(c))) == []


NOW = frozenset({  # how things are now; each goes with what it belongs to, or by a job of its own
    "attention_sum", "audit_checkpoint", "audit_head", "catalogue_pack",
    "device", "device_identity", "device_inventory", "device_program", "device_seen",
    "device_standing", "feed_outbox",
    "feed_state", "held_control", "held_desk", "held_policy", "held_site",
    "job", "job_failure", "judged", "keeper", "keeper_agent", "notice_wish", "passkey",
    "phone_set", "playbook_text", "policy_bundle",
    "policy_root", "product_count", "product_plan", "program", "program_count", "schema_least",
    "posture_current", "recovery_code", "retention_age", "saved_view", "shift", "site",
    "sso_user", "team",
    "program_vendor", "team_place", "team_summary", "totp", "user_account", "user_team", "vendor",
    "vendor_reminder",
})  # fmt: skip


def test_every_table_has_an_age_or_says_how_things_are_now(running: Any) -> None:
    aged = {part.table.name for record in RECORDS for part in record.parts}
    assert aged | NOW == set(METADATA.tables)
    assert not aged & NOW


def test_what_belongs_to_an_incident_goes_with_it_and_is_held_with_it(
    running: Any, desk: Any, event: Any
) -> None:
    old = running.time() - 4 * YEAR
    desk.send(event(1, "incident.reported"), event(2, "incident.reported"))
    for number in (1, 2):
        values = {"incident": number, "at": old, "by": "ada", "kind": "note", "text": "x"}
        do(running, lambda c, v=values: c.execute(insert(incident_step).values(v)))
    closed = update(incident).where(incident.c.id == 1).values(closed_at=old, closed_by="ada")
    do(running, lambda c: c.execute(closed))
    asked = Asked(kind="person", subject="ada", reason="inquiry")
    hold = do(running, lambda c: legal_holds.place(c, asked, "sam", running.time()))
    assert run(running)["incidents"] == (0, 2)
    do(running, lambda c: legal_holds.end(c, hold, "sam", running.time()))
    assert run(running)["incidents"] == (2, 0)
    assert do(running, lambda c: list(c.scalars(select(incident_step.c.incident)))) == [2]


def test_the_record_of_runs_grows_old_itself(running: Any) -> None:
    run(running)
    first = count(running, retention_run)
    running.time.at += 4 * YEAR
    assert run(running)["retention"] == (first, 0)


def test_when_a_desk_was_started_grows_old_but_for_the_last_time(running: Any, desk: Any) -> None:
    """Runs tell when somebody was at work; the newest one is needed to know a copy by."""
    for name in ("first", "second", "third"):
        desk.receipt(desk.send(run=name))
        running.time.at += YEAR
    assert run(running)["posture"] == (2, 1)
    assert do(running, lambda c: list(c.scalars(select(device_run.c.run)))) == ["third"]
    desk.receipt(desk.send(run="third"))
