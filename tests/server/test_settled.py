"""What lets a report that says nothing new cost little must never let anything be missed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, func, select, update

from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import devices
from agentguard.server.store.reports import batch_state, batches
from agentguard.server.store.reports.batches import Arrived
from agentguard.server.store.schema.identity_tables import device_run
from agentguard.server.store.schema.tables import (
    device,
    device_seen,
    posture_change,
    posture_current,
)
from agentguard.server.tamper.agent_runs import SETTLE
from agentguard.wire import v1


def do(running: Any, job: Any) -> Any:
    return running.admin._database.run(job)


def one(running: Any, column: Any) -> Any:
    return do(running, lambda c: c.scalars(select(column)).one())


def later(running: Any) -> None:
    running.time.at += SETTLE + 1


def test_a_run_is_settled_once_it_is_known_and_not_after_a_goodbye(running: Any, desk: Any) -> None:
    settled = []
    for values in ({}, {}, {"goodbye": "logoff"}, {}, {}):
        desk.receipt(desk.send(run="first", **values))
        settled.append(one(running, device_seen.c.run))
    assert settled == ["", "first", "", "first", "first"]
    desk.receipt(desk.send(run="second"))
    assert one(running, device_seen.c.run) == ""


@pytest.mark.parametrize("reports", [1, 2, 5])
def test_a_copy_is_known_whether_or_not_its_run_was_settled(
    running: Any, desk: Any, reports: int
) -> None:
    for name in ("first", "second"):
        for _ in range(reports):
            desk.receipt(desk.send(run=name))
        later(running)
    answer = desk.send(run="first")
    assert (answer.status_code, answer.json()["kind"]) == (409, "cloned")
    assert one(running, device.c.status) == devices.CLONED


def test_the_late_word_of_the_run_before_does_not_settle_it(running: Any, desk: Any) -> None:
    """It comes within the time for which a request may be under way, and changes nothing."""
    desk.receipt(desk.send(run="first"))
    desk.receipt(desk.send(run="first"))
    desk.receipt(desk.send(run="second"))
    desk.receipt(desk.send(run="first"))
    assert one(running, device_seen.c.run) == ""
    later(running)
    assert desk.send(run="first").status_code == 409


def test_a_settled_run_is_not_looked_up_again(running: Any, desk: Any) -> None:
    for _ in range(2):
        desk.receipt(desk.send(run="first"))
    do(running, lambda c: c.execute(device_run.delete()))
    desk.receipt(desk.send(run="first"))
    assert do(running, lambda c: c.scalar(select(func.count()).select_from(device_run))) == 0


def test_a_posture_that_is_told_again_is_written_once(
    running: Any, desk: Any, control: Any
) -> None:
    told = [control(state="pass"), control("firewall", state="fail")]
    desk.receipt(desk.send(controls=told))
    changed = one(running, posture_current.c.changed_at)
    running.time.at += 60
    desk.receipt(desk.send(controls=told))
    assert one(running, posture_current.c.changed_at) == changed
    told[0]["state"] = "fail"
    desk.receipt(desk.send(controls=told))
    assert one(running, posture_current.c.changed_at) == running.time.at
    counted = select(func.count()).select_from(posture_change)
    assert do(running, lambda c: c.scalar(counted)) == 3


def test_a_posture_from_before_there_were_digests_gets_one(
    running: Any, desk: Any, control: Any
) -> None:
    desk.receipt(desk.send(controls=[control()]))
    digest, changed = (one(running, posture_current.c[n]) for n in ("digest", "changed_at"))
    do(running, lambda c: c.execute(update(posture_current).values(digest=None)))
    running.time.at += 60
    desk.receipt(desk.send(controls=[control()]))
    assert one(running, posture_current.c.digest) == digest
    assert one(running, posture_current.c.changed_at) == changed


def report(number: int, seq: int) -> v1.Report:
    return v1.Report(
        device=f"d{number:02}", epoch=1, seq=seq, sent_at="", boot=0, hash="", agent="",
        policy="", policy_digest="", overall="good", locked=False, in_call=False, waiting=0,
        controls=(), events=(v1.Event(seq=seq, kind="session.locked", at=""),),
    )  # fmt: skip


def test_the_first_reports_of_a_fleet_need_no_more_statements_than_one(running: Any) -> None:
    def enrolled(connection: Any) -> None:
        about = devices.About(team=team_id(connection, "T"), label="d", system="s")
        for number in range(20):
            devices.put(connection, f"d{number:02}", bytes([number]) * 32, about, running.time.at)

    do(running, enrolled)

    def statements(connection: Any, numbers: range, seq: int) -> int:
        ran: list[str] = []
        hear = lambda *given: ran.append(given[2])  # noqa: E731 - SQLAlchemy keeps it by identity
        event.listen(connection, "before_cursor_execute", hear)
        given = [Arrived(report=report(n, seq), now=running.time.at) for n in numbers]
        assert batches.take_all(connection, given) == [True] * len(given)
        event.remove(connection, "before_cursor_execute", hear)
        return len(ran)

    for number in range(2):  # the month's table is made, and then met as there by another
        do(running, lambda c, n=number: statements(c, range(n, n + 1), 1))

    def all_of_them(connection: Any) -> None:
        assert statements(connection, range(2, 3), 1) == statements(connection, range(3, 20), 1)
        assert statements(connection, range(20), 2) <= 4
        held = batch_state.find_held(connection, [f"d{n:02}" for n in (3, 3, 19, 99)])
        assert {id_: (one.epoch, one.seq) for id_, one in held.items()} == {
            "d03": (1, 2),
            "d19": (1, 2),
        }

    do(running, all_of_them)
