from __future__ import annotations

from typing import Any

from agentguard.server.store.floor import trends
from tests.server.summed import summaries

HOUR, DAY = 3600.0, 86400.0
SILENT = 180.0


def sweep(running: Any, at: float | None = None) -> None:
    now = running.time() if at is None else at
    running.admin._database.run(lambda c: trends.sweep(c, now, SILENT))


def test_a_summary_counts_desks_by_tier_and_what_waits(
    running: Any, new_desk: Any, event: Any, control: Any
) -> None:
    bad = [control(state="fail")]
    good, ill, dumb, blind = (new_desk(label=f"desk-{n}") for n in range(4))
    other = new_desk(team="Sales", label="sales-1")
    new_desk(team="Sales", label="sales-2")  # enrolled, never heard of
    for desk in (good, other):
        desk.send(controls=[control()])
    ill.send(
        event(1, check="firewall", severity="high", message="firewall.off"),
        event(2, "incident.reported"),
        overall="act",
        controls=bad,
    )
    dumb.send(overall="good", controls=[control()])
    blind.send(overall="blind", controls=[control(state="unknown")])
    running.time.at += SILENT + 1
    for desk in (good, ill, blind, other):
        desk.send()
    sweep(running)
    given = running.admin._database.run(summaries)
    assert [(s.team, s.desks) for s in given] == [("Billing", 4), ("Sales", 2)]
    billing, sales = given
    assert (billing.ok, billing.attention, billing.failing, billing.silent) == (1, 1, 1, 1)
    assert (billing.findings, billing.incidents) == (1, 1)
    assert (sales.ok, sales.silent) == (1, 1)
    assert billing.as_of == running.time()


def test_a_desk_that_said_goodbye_is_not_missed_and_counts_nowhere(
    running: Any, new_desk: Any
) -> None:
    sleeps, lost = new_desk(label="sleeps"), new_desk(label="lost")
    sleeps.send(controls=[], run="a", goodbye="asleep")
    lost.send(controls=[], run="b")
    running.time.at += SILENT + 1
    sweep(running)
    (given,) = running.admin._database.run(summaries)
    assert (given.silent, given.desks) == (1, 1)
    sleeps.send(controls=[], run="c")
    running.time.at += SILENT + 1
    sweep(running)
    (given,) = running.admin._database.run(summaries)
    assert given.silent == 2, "it woke, and then fell silent without a word"


def test_a_posture_that_changed_is_counted_before_the_next_sweep(
    running: Any, desk: Any, new_desk: Any, control: Any
) -> None:
    new_desk(team="Sales").send(controls=[control()])
    desk.send(controls=[control()])
    sweep(running)
    before = running.time()
    running.time.at += 70
    desk.send(overall="act", controls=[control(state="fail")])
    changed = running.admin._database.run(
        lambda c: trends.refresh(c, before + 65, running.time(), SILENT)
    )
    billing, sales = running.admin._database.run(summaries)
    assert changed == 1
    assert (billing.failing, billing.as_of) == (1, running.time())
    assert sales.as_of == before


def test_a_team_without_desks_is_no_line(running: Any, desk: Any, control: Any) -> None:
    desk.send(controls=[control()])
    sweep(running)
    running.admin._database.run(lambda c: c.exec_driver_sql("UPDATE device SET status = 'retired'"))
    running.time.at += 60
    sweep(running)
    assert running.admin._database.run(summaries) == []


def test_a_trend_gives_the_mean_of_every_hour_and_day(
    running: Any, desk: Any, new_desk: Any, event: Any, control: Any
) -> None:
    sales = new_desk(team="Sales")
    begin = running.time.at = running.time() // DAY * DAY + 9 * HOUR
    for _ in range(3):
        desk.send(controls=[control()], overall="good")
        sales.send(controls=[control(state="fail")], overall="act")
        sweep(running)
        running.time.at += 60
    sales.send(controls=[control()], overall="good")
    desk.send()
    sweep(running)
    running.time.at = begin + HOUR
    running.admin._database.run(lambda c: trends.roll_days(c, running.time()))
    running.admin._database.run(lambda c: trends.roll_days(c, running.time()))

    def trend(scope: Any, days: int) -> Any:
        return running.admin._database.run(lambda c: trends.trend(c, scope, days, running.time()))

    (whole,) = trend(None, 1)
    assert (whole.at, whole.ok, whole.failing) == (begin, 1.25, 0.75)
    of = {name: id_ for id_, name in running.admin._database.run(_teams)}
    (point,) = trend(frozenset({of["Sales"]}), 1)
    assert (point.ok, point.failing, point.silent) == (0.25, 0.75, 0.0)
    (day,) = trend(None, 30)
    assert (day.at, day.ok, day.failing) == (begin - 9 * HOUR, 1.25, 0.75)
    (day,) = trend(frozenset(of.values()), 30)
    assert (day.ok, day.failing) == (1.25, 0.75)
    assert trend(frozenset(), 30) == []


def _teams(connection: Any) -> Any:
    return connection.exec_driver_sql("SELECT id, name FROM team").all()


def test_a_day_counts_what_was_opened_closed_and_reported(
    running: Any, desk: Any, event: Any, control: Any
) -> None:
    day = running.time() // DAY * DAY
    at = "2026-09-21T10:00:00+00:00"
    names = {"check": "firewall", "severity": "high", "at": at}
    desk.send(
        event(1, subject="a", **names),
        event(2, subject="b", **names),
        event(3, "finding.closed", subject="a", **names),
        event(4, "incident.reported", at=at),
        controls=[control()],
    )
    sweep(running)
    running.admin._database.run(lambda c: trends.roll_days(c, running.time()))
    (point,) = running.admin._database.run(lambda c: trends.trend(c, None, 7, running.time()))
    assert point.at == day
    assert (point.opened, point.closed, point.incidents) == (2, 1, 1)
