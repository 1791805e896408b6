"""What held at each desk is written as reports come, and read with every second accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

from agentguard.model.held import Period, State, added
from agentguard.server.jobs.controls import Controls
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.control_history import beginnings, day_sums, days, histories, numbers
from agentguard.server.store.control_history.day_sums import Wanted
from agentguard.server.store.control_history.numbers import Kind
from agentguard.server.store.desks import devices, identities, keepers
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.reports.batches import Arrived
from agentguard.server.store.schema.exception_tables import exception, exception_desk
from agentguard.server.store.schema.tables import METADATA, device, posture_current, team
from agentguard.server.tamper.watch import Watch, mark_clone
from agentguard.wire import v1
from tests.server.migrated import migrated

NOW = 1_790_000_000
DAY = 86400
TABLES = ("presence", "excursion", "judged", "in_force", "desk_team", "held_desk")


@pytest.fixture
def database(tmp_path: Path, address: str) -> Iterator[Database]:
    one = open_database(migrated(ServerSettings(data=tmp_path, database=address)))
    yield one
    one.close()


class Desk:
    """A desk that was enrolled at NOW, whose reports are taken in as the endpoint takes them."""

    def __init__(self, database: Database, id_: str = "d", team: str = "T") -> None:
        self.database, self.id, self.seq = database, id_, 0
        self.enrol(team, NOW)

    def enrol(self, team: str, now: float, state: str = devices.ACTIVE) -> None:
        def put(connection: Any) -> None:
            about = devices.About(team=team_id(connection, team), label=self.id, system="s")
            devices.put(connection, self.id, self.id.encode() * 32, about, now, state)

        self.database.run(put)

    def send(
        self,
        now: float,
        *told: tuple[str, str, float],
        control: v1.Control | None = None,
        **more: Any,
    ) -> None:
        """Report at a time; what is told are controls with their state, and since when it is so."""
        controls = tuple(
            v1.Control(check=check, measure=1, state=state, since=iso(at), severity="high")
            for check, state, at in told
        )
        controls += () if control is None else (control,)
        self.seq += 1
        words: dict[str, Any] = {
            "run": "r1",
            "sent_at": iso(now),
            "policy": "baseline 1",
            "policy_digest": "d1",
            "since": self.seq - 1,
            "locked": False,
            "agent": "",
            **more,
        }
        report = v1.Report(
            device=self.id,
            epoch=1,
            seq=self.seq,
            boot=0,
            hash="",
            overall="good",
            in_call=False,
            waiting=0,
            controls=controls or None,
            **words,
        )
        arrived = Arrived(report=report, now=now)
        (outcome,) = self.database.run(lambda c: Watch(Limits()).take_all(c, [arrived]))
        assert not isinstance(outcome, Exception), outcome

    def keep(self, since: float, until: float) -> float:
        """Report each minute without anything new; give when it did so last."""
        last = since
        for at in range(int(since), int(until) + 1, 60):
            self.send(at)
            last = at
        return last


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def read(database: Database, until: int, since: int = NOW, **how: Any) -> list[Any]:
    period = Period(since=since, until=until)
    return database.run(lambda c: list(histories.read(c, period, until, **how)))


def told(database: Database, until: int, check: str = "firewall", **how: Any) -> dict[State, int]:
    (one,) = read(database, until, **how)
    sums = one.presence().sums(one.control(check))
    assert sum(sums.values()) == one.period.seconds
    return {state: seconds for state, seconds in sums.items() if seconds}


def kinds(database: Database, until: int) -> list[tuple[Kind, int]]:
    (one,) = read(database, until)
    assert sum(spell.until - spell.since for spell in one.spells) == until - NOW
    return [(spell.kind, spell.until - spell.since) for spell in one.spells]


def test_row_283_watching_ends_at_the_last_report_and_not_when_it_is_missed(
    database: Database,
) -> None:
    desk = Desk(database)
    desk.send(NOW + 100, ("firewall", "pass", NOW))
    last = desk.keep(NOW + 160, NOW + 700)
    assert kinds(database, NOW + 750) == [(Kind.SILENT, 100), (Kind.WATCHED, 650)]
    assert kinds(database, NOW + 5000) == [
        (Kind.SILENT, 100),
        (Kind.WATCHED, last - NOW - 100),
        (Kind.SILENT, NOW + 5000 - last),
    ]
    desk.send(NOW + 5000)
    assert kinds(database, NOW + 5000)[-1] == (Kind.SILENT, NOW + 5000 - last)
    assert told(database, NOW + 5100) == {
        State.OFFLINE: 100 + NOW + 5000 - last,
        State.PASS: last - NOW,
    }


def test_row_283_a_report_with_nothing_new_writes_no_row(database: Database) -> None:
    desk = Desk(database)
    desk.send(NOW + 10, ("firewall", "fail", NOW))
    desk.send(NOW + 60)
    before = database.run(rows)
    desk.keep(NOW + 120, NOW + 600)
    assert database.run(rows) == before


def rows(connection: Any) -> dict[str, list[Any]]:
    """Return all that is written down of what held."""
    return {
        name: [tuple(row) for row in connection.execute(select(METADATA.tables[name]))]
        for name in TABLES
    }


def test_row_283_a_state_begins_when_the_desk_says_but_not_before_the_report_before(
    database: Database,
) -> None:
    desk = Desk(database)
    desk.send(NOW + 10, ("firewall", "pass", NOW))
    desk.send(NOW + 70, ("firewall", "fail", NOW + 40))  # within the minute
    desk.send(NOW + 130, ("firewall", "partial", NOW - DAY))  # a clock that cannot be right
    desk.send(NOW + 190, ("firewall", "paused", NOW + DAY))
    desk.send(NOW + 250, ("firewall", "pass", NOW + 240))
    assert told(database, NOW + 300) == {
        State.OFFLINE: 10,
        State.FAIL: 30,
        State.PARTIAL: 120,
        State.PAUSED: 50,
        State.PASS: 90,
    }


def test_the_desks_clock_is_held_against_the_endpoints(database: Database) -> None:
    desk = Desk(database)
    desk.send(NOW, ("firewall", "pass", NOW))
    ahead = 50
    desk.send(NOW + 60, ("firewall", "fail", NOW + 30 + ahead), sent_at=iso(NOW + 60 + ahead))
    assert told(database, NOW + 90) == {State.PASS: 30, State.FAIL: 60}


def test_a_control_that_is_not_asked_for_is_not_in_the_policy(database: Database) -> None:
    desk = Desk(database)
    desk.send(NOW, ("firewall", "pass", NOW))
    desk.send(NOW + 60, ("firewall", "pass", NOW), ("backup", "fail", NOW))
    desk.send(NOW + 120, ("backup", "fail", NOW), agent="2.0")
    desk.send(NOW + 180, ("backup", "fail", NOW), ("firewall", "odd", NOW + 180), agent="2.0")
    assert told(database, NOW + 200, "backup") == {State.NOT_IN_POLICY: 60, State.FAIL: 140}
    assert told(database, NOW + 200) == {
        State.PASS: 120,
        State.NOT_IN_POLICY: 60,
        State.UNKNOWN: 20,
    }
    assert told(database, NOW + 200, "never-heard-of") == {State.NOT_IN_POLICY: 200}


def test_row_526_a_control_that_the_same_release_leaves_out_is_not_known(
    database: Database,
) -> None:
    desk = Desk(database)
    desk.send(NOW, ("firewall", "pass", NOW), ("backup", "pass", NOW))
    desk.send(NOW + 60, ("backup", "pass", NOW))
    desk.send(NOW + 110, ("backup", "pass", NOW))
    desk.send(NOW + 120, ("backup", "pass", NOW), ("firewall", "pass", NOW + 115))
    assert told(database, NOW + 200) == {State.PASS: 145, State.UNKNOWN: 55}
    assert told(database, NOW + 200, "backup") == {State.PASS: 200}


@pytest.mark.parametrize(
    ("word", "kind"),
    [("asleep", Kind.ASLEEP), ("session-ended", Kind.ENDED), ("stopped", Kind.CLAIMED)],
)
def test_a_goodbye_is_worth_what_it_is_believed(database: Database, word: str, kind: Kind) -> None:
    desk = Desk(database)
    desk.send(NOW)
    desk.send(NOW + 60, goodbye=word)
    assert kinds(database, NOW + 5000) == [(Kind.WATCHED, 60), (kind, 4940)]
    desk.send(NOW + 5000)
    assert kinds(database, NOW + 5010)[-2:] == [(kind, 4940), (Kind.WATCHED, 10)]


def test_row_284_that_an_agent_stopped_is_believed_once_its_keeper_says_so(
    database: Database,
) -> None:
    keeper = Desk(database, "k")
    desk = Desk(database, "d")
    desk.send(NOW, keeper="k")
    desk.send(NOW + 60, goodbye="stopped", keeper="k")
    seats = v1.Seats(on=0)

    def note(connection: Any) -> None:
        keepers.note(connection, "k", well=True, seats=seats, now=NOW + 90)

    database.run(note)
    one = next(one for one in read(database, NOW + 300) if one.device == desk.id)
    assert [spell.kind for spell in one.spells] == [Kind.WATCHED, Kind.STOPPED]
    assert keeper.id == "k"


def test_row_281_a_desk_counts_in_the_team_where_it_was(database: Database) -> None:
    desk = Desk(database, team="T")
    desk.send(NOW, ("firewall", "fail", NOW))
    desk.enrol("U", NOW + 100)
    desk.send(NOW + 150)
    (one,) = read(database, NOW + 200)
    number = database.run(lambda c: {name: team_id(c, name) for name in ("T", "U")})
    assert [(m.team, m.since - NOW, m.until - NOW) for m in one.teams] == [
        (number["T"], 0, 100),
        (number["U"], 100, 200),
    ]
    before = Period(since=NOW, until=NOW + 100)
    assert one.presence(before).sums(one.control("firewall"))[State.FAIL] == 100
    assert [o.device for o in read(database, NOW + 200, teams=[number["T"]])] == ["d"]
    assert read(database, NOW + 200, since=NOW + 150, teams=[number["T"]]) == []
    assert read(database, NOW + 200, devices=["x"]) == []
    period = Period(since=NOW, until=NOW + 200)
    assert database.run(lambda c: histories.count(c, period)) == 1


def test_the_policy_in_force_is_known_of_each_moment(database: Database) -> None:
    desk = Desk(database)
    desk.send(NOW + 10)
    desk.send(NOW + 60, policy="baseline 2", policy_digest="d2")
    (one,) = read(database, NOW + 100)
    assert [(p.name, p.digest, p.since - NOW, p.until - NOW) for p in one.policies] == [
        ("baseline 1", "d1", 10, 60),
        ("baseline 2", "d2", 60, 100),
    ]


def test_a_desk_that_waits_is_turned_away_or_is_two_is_told_apart(database: Database) -> None:
    desk = Desk(database)
    desk.enrol("T", NOW + 10, devices.PENDING)
    by = Visitor(name="ada", role="administrator", scope=None, token="")
    database.run(lambda c: identities.confirm(c, "d", by, NOW + 20))
    desk.send(NOW + 30, ("firewall", "pass", NOW))
    database.run(lambda c: mark_clone(c, "d", NOW + 60))
    desk.enrol("T", NOW + 100)
    desk.send(NOW + 110)
    database.run(lambda c: identities.turn_away(c, "d", by, NOW + 500))
    assert kinds(database, NOW + 600) == [
        (Kind.SILENT, 10),
        (Kind.PENDING, 10),
        (Kind.SILENT, 10),
        (Kind.WATCHED, 30),
        (Kind.CLONED, 40),
        (Kind.SILENT, 10),
        (Kind.SILENT, 390),
        (Kind.RETIRED, 100),
    ]
    assert told(database, NOW + 600) == {
        State.NOT_ENROLLED: 110,
        State.OFFLINE: 460,
        State.PASS: 30,
    }


def test_row_285_what_was_before_this_was_written_down_is_unknown(database: Database) -> None:
    """A desk of a release before: it has a posture, and nothing else."""
    desk = Desk(database)
    desk.send(NOW, ("firewall", "fail", NOW), ("backup", "pass", NOW))
    desk.send(NOW + 1)

    def forget(connection: Any) -> None:
        for name in TABLES:
            connection.execute(delete(METADATA.tables[name]))
        connection.execute(update(device).values(enrolled_at=NOW - DAY))

    database.run(forget)
    desk.send(NOW + 30)
    assert read(database, NOW + 40) == [], "nothing new is told of it"
    assert database.run(lambda c: beginnings.of_before(c, NOW + 60)) == 1
    assert database.run(lambda c: beginnings.of_before(c, NOW + 60)) == 0
    desk.send(NOW + 90)
    (one,) = read(database, NOW + 100, since=NOW - 2 * DAY)
    assert one.presence().sums(one.control("firewall")) == {
        **dict.fromkeys(State, 0),
        State.NOT_ENROLLED: DAY,
        State.UNKNOWN: DAY + 60,
        State.FAIL: 40,
    }
    assert one.presence().sums(one.control("backup"))[State.PASS] == 40
    assert [policy.name for policy in one.policies] == ["baseline 1"]
    held = database.run(lambda c: c.scalar(select(func.count()).select_from(posture_current)))
    assert held == 1


def test_a_clock_that_is_set_back_makes_no_second_count_twice(database: Database) -> None:
    desk = Desk(database)
    desk.send(NOW + 100, ("firewall", "fail", NOW))
    desk.send(NOW + 40, ("firewall", "pass", NOW))
    desk.send(NOW + 45, ("firewall", "fail", NOW), policy_digest="d2")
    desk.send(NOW + 50, ("firewall", "pass", NOW), goodbye="asleep")
    desk.send(NOW + 200, ("firewall", "fail", NOW + 200))
    told(database, NOW + 300)
    (one,) = read(database, NOW + 300)
    parts = one.presence().partition(one.control("firewall"))
    assert sum(part.seconds for part in parts) == 300


def test_an_exception_is_neither_held_nor_failed(database: Database) -> None:
    desk = Desk(database)
    desk.send(NOW, ("firewall", "fail", NOW))
    excepted = {("d", "firewall"): [(NOW + 20, NOW + 50)]}
    assert told(database, NOW + 100, excepted=excepted) == {State.FAIL: 70, State.EXCEPTED: 30}


def test_many_desks_are_read_in_their_order(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "AT_ONCE", 2)
    for n in range(5):
        Desk(database, f"d{n}").send(NOW, ("firewall", "fail", NOW))
    every = read(database, NOW + 10)
    assert [one.label for one in every] == [f"d{n}" for n in range(5)]
    assert all(one.control("firewall").spans for one in every)


def test_the_words_of_other_rooms_are_theirs() -> None:
    assert set(beginnings.NOT_HEARD) == devices.SILENCED
    assert Limits().silent_after == beginnings.QUIET
    assert numbers.number("nobody knows this") == numbers.number("unknown")
    assert set(numbers.HIDDEN) == set(Kind) - {Kind.WATCHED}


def sums(database: Database, now: float) -> dict[tuple[str, str], Any]:
    """Make today's sums; give them by team and check."""
    day = days.of(NOW)
    rows = database.snapshot(lambda c: days.make(c, day, now))
    database.run(lambda c: days.put(c, day, rows))
    wanted = Wanted(days=(day, day + 1), checks=("firewall", "backup"))
    found = database.run(lambda c: day_sums.read(c, wanted))
    names = database.run(lambda c: dict(c.execute(select(team.c.id, team.c.name)).all()))
    return {(names[one.team], one.check): one for one in found}


def test_row_281_teams_sum_to_the_site_by_day(database: Database) -> None:
    one, other = Desk(database, "a", "T"), Desk(database, "b", "T")
    third = Desk(database, "c", "U")
    one.send(NOW + 10, ("firewall", "fail", NOW), ("backup", "pass", NOW))
    other.send(NOW + 20, ("firewall", "pass", NOW))
    third.send(NOW + 30, ("firewall", "pass", NOW))
    other.enrol("U", NOW + 100)
    end = NOW + 150
    found = sums(database, end)
    assert sums(database, end) == found, "made again it is the same"
    assert found["T", "firewall"].seconds[State.FAIL] == 140
    assert found["T", "firewall"].seconds[State.PASS] == 80
    assert found["U", "firewall"].seconds[State.PASS] == 50 + 120
    assert (found["T", "firewall"].desks, found["T", "firewall"].failing) == (2, 1)
    assert found["T", "backup"].seconds[State.NOT_IN_POLICY] == 80
    for team_name, seconds in (("T", 150 + 100), ("U", 150 + 50)):
        own = found[team_name, "firewall"].seconds
        assert sum(own.values()) - own[State.NOT_ENROLLED] == seconds
    site: dict[State, int] = {}
    for desk in read(database, end):
        for state, seconds in desk.presence().sums(desk.control("firewall")).items():
            site[state] = site.get(state, 0) + seconds
    teams = [found[name, "firewall"].seconds for name in ("T", "U")]
    assert added(teams) == site


def test_row_286_a_day_of_which_something_is_learned_late_is_summed_again(
    database: Database,
) -> None:
    desk = Desk(database)
    desk.send(NOW, ("firewall", "pass", NOW))
    desk.send(NOW + 5 * DAY, ("firewall", "pass", NOW), ("backup", "pass", NOW))
    late = database.run(lambda c: list(days.touched(c, NOW + 5 * DAY)))
    assert late == list(range(days.of(NOW), days.of(NOW) + 4))
    assert database.run(lambda c: list(days.touched(c, NOW + 5 * DAY))) == []


def test_the_job_sums_today_and_for_an_hour_yesterday(database: Database) -> None:
    clock = [float(NOW)]
    job = Controls(database, lambda: clock[0], Event())
    desk = Desk(database)
    desk.send(NOW, ("firewall", "fail", NOW))
    clock[0] = NOW + 120
    job.run()
    midnight = (days.of(NOW) + 1) * DAY
    clock[0] = midnight + 900
    job.run()
    job.run()
    wanted = Wanted(days=(days.of(NOW), days.of(NOW) + 2), checks=("firewall",))
    rows = database.run(lambda c: day_sums.read(c, wanted))
    assert {one.day - days.of(NOW): sum(one.seconds.values()) for one in rows} == {
        0: DAY - NOW % DAY,
        1: 900,
    }
    assert all(one.seconds[State.FAIL] == 0 for one in rows), "it was heard of for no second"


def test_an_exception_in_force_at_a_desk_is_told_apart_in_the_sums(database: Database) -> None:
    desk = Desk(database)
    desk.send(NOW, ("firewall", "fail", NOW))

    def put(connection: Any) -> None:
        connection.execute(insert(exception).values(id="x", asked_at=NOW, until=NOW + DAY))
        mine = {"exception": "x", "device": "d", "control": "firewall"}
        times = {"since": NOW + 20.0, "until": float(NOW + DAY), "ended_at": NOW + 50.0}
        connection.execute(insert(exception_desk).values(**mine, **times))

    database.run(put)
    found = sums(database, NOW + 100)["T", "firewall"].seconds
    assert (found[State.EXCEPTED], found[State.FAIL]) == (30, 70)
