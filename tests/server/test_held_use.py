"""When desks were in use, where their teams belonged, what had expired, and who failed how long."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from agentguard.model.held import State
from agentguard.server.jobs.controls import Controls
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.control_history import day_sums, days, team_places
from agentguard.server.store.control_history.day_sums import Wanted
from agentguard.server.store.control_history.reports import last_day_over
from agentguard.server.store.engine.database import Database
from agentguard.server.store.floor import places
from agentguard.server.store.schema.control_tables import desk_locked, team_site
from agentguard.server.store.schema.floor_tables import site
from agentguard.server.store.schema.tables import posture_current
from agentguard.wire import v1
from tests.server import test_control_history
from tests.server.test_control_history import DAY, NOW, Desk, iso, told

database = test_control_history.database
MIDNIGHT = (NOW // DAY + 1) * DAY
HOUR = 3600
FIREWALL = ("firewall",)


def summed(database: Database, now: float, *, first: int = NOW, **asked: Any) -> list[Any]:
    """Make the sums of all days up to now, and read those of the firewall."""
    for day in range(days.of(first), days.of(now) + 1):
        made = database.snapshot(lambda c, d=day: days.make(c, d, now))
        database.run(lambda c, d=day, m=made: days.put(c, d, m))
    by = asked.pop("by", ())
    wanted = Wanted(days=(days.of(first), days.of(now) + 1), checks=FIREWALL, **asked)
    return database.run(lambda c: day_sums.read(c, wanted, by=by))


def watch(desk: Desk, since: int, until: int, state: str = "pass", **more: Any) -> None:
    """Have a desk report every two minutes; the last report is at `until`."""
    for at in (*range(since, until, 120), until):
        desk.send(at, ("firewall", state, since), **more)


def test_row_259_a_desk_that_is_off_is_not_in_use_and_one_that_falls_silent_is_a_gap(
    database: Database,
) -> None:
    asleep, silent = Desk(database, "a"), Desk(database, "s")
    for desk in (asleep, silent):
        watch(desk, NOW, NOW + 1200)
    asleep.send(NOW + 1200, ("firewall", "pass", NOW), goodbye="asleep")
    (one,) = summed(database, NOW + DAY)
    assert one.used == {
        "used": 2 * 1200 + 8 * HOUR,
        "used_offline": 8 * HOUR,
        "used_fail": 0,
        "used_passed": 2 * 1200,
    }
    assert one.seconds[State.OFFLINE] == 2 * (days.of(NOW + DAY) * DAY + NOW % DAY - NOW - 1200)
    assert one.seconds[State.UNKNOWN] == 0, "off at night is known to be off"


def test_row_259_who_fell_silent_was_probably_in_use_in_the_teams_hours(
    database: Database,
) -> None:
    desk = Desk(database)

    def arrange(connection: Any) -> None:
        places.put_site(connection, "Tokyo", "Asia/Tokyo")
        places.put_shift(connection, "Day", 9 * 60, 17 * 60)
        places.place(connection, team_id(connection, "T"), 1, 1, NOW)

    database.run(arrange)
    watch(desk, MIDNIGHT, MIDNIGHT + 600)  # nine in the morning in Tokyo
    (one,) = summed(database, MIDNIGHT + 2 * DAY - 1)
    assert one.used["used_offline"] == 8 * HOUR - 600 + 8 * HOUR
    assert one.used["used"] == 16 * HOUR


def test_row_259_a_locked_desk_is_not_in_use(database: Database) -> None:
    desk = Desk(database)
    watch(desk, NOW, NOW + 600)
    watch(desk, NOW + 600, NOW + 900, "fail", locked=True)
    watch(desk, NOW + 900, NOW + 1200, "fail")
    desk.send(NOW + 1200, ("firewall", "fail", NOW + 600), locked=True)
    (one,) = summed(database, NOW + 2 * HOUR)
    assert one.used == {"used": 900, "used_offline": 0, "used_fail": 300, "used_passed": 600}
    assert one.seconds[State.FAIL] == 600
    locked = database.run(lambda c: c.execute(select(desk_locked)).all())
    assert [(row.since - NOW, row.until and row.until - NOW) for row in locked] == [
        (600, 900),
        (1200, None),
    ]


def test_row_262_what_passes_under_a_policy_that_is_out_of_date_is_not_held(
    database: Database,
) -> None:
    last = datetime.fromtimestamp(MIDNIGHT - DAY, UTC).date().isoformat()
    desk = Desk(database)
    since, end = MIDNIGHT - 600, MIDNIGHT + 600
    watch(desk, since, end - 120, policy_expires=last)
    desk.send(end - 60, ("firewall", "fail", end - 60), policy_expires=last)
    found = told(database, end)
    assert {state: found[state] for state in (State.PASS, State.EXPIRED, State.FAIL)} == {
        State.PASS: 600,
        State.EXPIRED: 540,
        State.FAIL: 60,
    }
    desk.send(end, ("firewall", "pass", end), policy="baseline 2", policy_digest="d2")
    assert told(database, end + 60)[State.PASS] == 660
    (one,) = summed(database, end + 60)
    assert one.seconds[State.EXPIRED] == 540


def test_row_262_the_last_day_is_learned_of_a_policy_that_was_there_before(
    database: Database,
) -> None:
    """An agent of now that follows one of before under the same policy."""
    desk = Desk(database)
    watch(desk, NOW, NOW + 600)
    desk.send(NOW + 600, goodbye="stopped")
    desk.send(NOW + 660, run="r2", policy_expires="2020-01-01")
    assert State.PASS not in told(database, NOW + 700)


@pytest.mark.parametrize(
    ("said", "over"), [("", None), ("soon", None), ("9999-99-99", None), ("1970-01-02", 2 * DAY)]
)
def test_a_last_day_is_over_at_its_midnight(said: str, over: int | None) -> None:
    assert last_day_over(said) == over


def test_row_262_what_is_unknown_for_a_failed_sensor_is_told_apart(database: Database) -> None:
    desk = Desk(database)
    desk.send(NOW, ("firewall", "pass", NOW))
    desk.send(NOW + 60, ("firewall", "unknown", NOW + 60))
    blind = v1.Control(
        check="firewall", measure=1, state="unknown", since=iso(NOW + 90), severity="high",
        sensor="files",
    )  # fmt: skip
    desk.send(NOW + 120, control=blind)
    desk.send(NOW + 180, ("firewall", "pass", NOW + 180))
    assert told(database, NOW + 200) == {
        State.PASS: 80,
        State.UNKNOWN: 30,
        State.BLIND: 90,
    }
    assert database.run(lambda c: c.scalar(select(posture_current.c.device))) == "d"


def test_row_265_a_team_that_moves_and_a_site_that_is_renamed_leave_the_past_as_it_was(
    database: Database,
) -> None:
    desk = Desk(database)

    def move(to: int | None, now: int) -> None:
        database.run(lambda c: places.place(c, team_id(c, "T"), to, None, now))

    database.run(lambda c: (places.put_site(c, "North"), places.put_site(c, "South")))
    move(1, NOW + 60)
    watch(desk, NOW, NOW + 120)
    move(2, NOW + 120)
    watch(desk, NOW + 120, NOW + 180)
    database.run(lambda c: c.execute(update(site).where(site.c.id == 2).values(name="East")))
    Controls(database, lambda: float(NOW + 180), test_control_history.Event()).run()
    watch(desk, NOW + 180, NOW + 240)
    database.run(lambda c: places.drop(c, "site", 2, NOW + 240))
    watch(desk, NOW + 240, NOW + 300)
    names = {0: "", **database.run(team_places.names)}
    found = summed(database, NOW + 300, by=("site",))
    assert {names[one.site]: one.seconds[State.PASS] for one in found} == {
        "": 60 + 60,
        "North": 60,
        "South": 60,
        "East": 60,
    }
    (south,) = summed(database, NOW + 300, site="South")
    assert south.seconds[State.PASS] == 60
    (team,) = summed(database, NOW + 300, by=("team",))
    assert team.seconds[State.PASS] == 300
    spans = database.run(lambda c: c.execute(select(team_site)).all())
    assert len(spans) == 4


def test_a_team_placed_twice_in_a_second_is_where_it_came_to(database: Database) -> None:
    database.run(lambda c: (places.put_site(c, "North"), places.put_site(c, "South")))
    for where in (1, 2, 2):
        database.run(lambda c, w=where: places.place(c, team_id(c, "T"), w, None, NOW))
    rows = database.run(lambda c: c.execute(select(team_site.c.since, team_site.c.until)).all())
    assert [tuple(row) for row in rows] == [(NOW, None)]


def test_row_266_who_failed_most_and_longest_and_how_fast_it_was_mended(
    database: Database,
) -> None:
    one, two, far = Desk(database, "one"), Desk(database, "two"), Desk(database, "far", "U")
    for desk in (one, two, far):
        desk.send(NOW, ("firewall", "pass", NOW))
    for begin, long in ((60, 60), (180, 120), (360, 60)):  # three short ones
        one.send(NOW + begin, ("firewall", "fail", NOW + begin))
        one.send(NOW + begin + long, ("firewall", "pass", NOW + begin + long))
    two.send(NOW + 60, ("firewall", "fail", NOW + 60))
    two.send(NOW + 120, goodbye="asleep")
    two.send(NOW + 2 * DAY, ("firewall", "pass", NOW + 2 * DAY))
    far.send(NOW + 60, ("firewall", "fail", NOW + 60))
    far.send(NOW + 90, ("firewall", "partial", NOW + 90))
    now = NOW + 2 * DAY + 60
    here, there = summed(database, now, by=("team",))
    labels = database.run(lambda c: day_sums.labels(c, (here.longest[1], there.longest[1])))
    assert (here.longest[0], labels[here.longest[1]][1]) == (2 * DAY - 60, "two")
    assert sorted(here.mended) == [60, 60, 120, 2 * DAY - 60]
    assert (there.longest[0], there.mended) == (30, ()), "it became another thing, not mended"
    wanted = Wanted(days=(days.of(NOW), days.of(now) + 1), checks=FIREWALL)
    bys: tuple[day_sums.By, ...] = (("team",), (), ("site",), ("team", "site"))
    found = database.run(lambda c: day_sums.worst(c, wanted, bys))
    worst = found["team",]
    assert [(w.label, w.seconds) for w in sorted(worst, key=lambda w: w.team)] == [
        ("one", 240),
        ("far", 30),
    ]
    assert [one.label for one in (*found[()], *found["site",])] == ["one", "one"]
    assert len(found["team", "site"]) == 2
    (week,) = {w.day for w in summed(database, now, by=("week",))}
    assert datetime.fromtimestamp(week * DAY, UTC).weekday() == 0
