"""What desks asked attention for is added up by a job, and read by teams, never by desks."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import pytest
from sqlalchemy import event, select, update

from agentguard.server.console import filters, trends
from agentguard.server.jobs.attention import EVERY, NAME, Attention
from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import devices
from agentguard.server.store.engine import job_failures, leadership
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.reports import intake, interruption_sums, interruptions
from agentguard.server.store.schema.history_tables import attention_sum
from agentguard.server.store.schema.tables import device, device_seen, posture_current
from agentguard.wire import v1
from tests.server.migrated import migrated
from tests.server.test_interruptions import NOW, report, told

TEAMS = ("Billing", "Sales", "Support")
CHECKS = ("wireless", "clipboard", "screen-lock")


@pytest.fixture
def database(tmp_path: Path, address: str) -> Iterator[Database]:
    one = open_database(migrated(ServerSettings(data=tmp_path, database=address)))
    yield one
    one.close()


def enrol(connection: Any, id_: str, team: str) -> None:
    about = devices.About(team=team_id(connection, team), label=id_, system="s")
    devices.put(connection, id_, id_.encode().ljust(32, b"-")[:32], about, NOW)


def add_up(database: Database, now: float = NOW) -> None:
    database.run(lambda c: leadership.note(c, NAME, now - EVERY))
    Attention(database, lambda: now, Event()).run()


def slowly(connection: Any, teams: frozenset[int] | None) -> Counter[str]:
    """Count one by one: desks that may report and did so lately."""
    found: Counter[str] = Counter()
    rows = connection.execute(
        select(posture_current.c.interruptions, device.c.team, device.c.status)
        .join(device, device.c.id == posture_current.c.device)
        .join(device_seen, device_seen.c.device == device.c.id)
        .where(device_seen.c.last_seen >= NOW - interruption_sums.LATEST)
    )
    for words, team, status in rows:
        mine = teams is None or team in teams
        if not (words and mine and status in {"active", "conflict"}):
            continue
        one = msgspec.json.decode(words, type=v1.Interruptions)
        found["desks"] += 1
        found["shown"] += one.shown
        for each in one.checks:
            found[f"{each.check} desks"] += 1
            found[f"{each.check} shown"] += each.shown
            found[f"{each.check} dismissed"] += each.dismissed
    return +found


def kept(connection: Any, teams: frozenset[int] | None) -> Counter[str]:
    asked = interruptions.added_up(connection, teams)
    found = Counter({"desks": asked.desks, "shown": asked.shown})
    for one in asked.checks:
        found[f"{one.check} desks"] += one.desks
        found[f"{one.check} shown"] += one.shown
        found[f"{one.check} dismissed"] += one.dismissed
    return +found


def step(connection: Any, chance: random.Random, ids: list[str], seq: int) -> None:
    """Have something happen to one desk."""
    id_ = chance.choice(ids)
    what = chance.choice(("tells", "tells", "moves", "leaves", "back", "old"))
    one = device.c.id == id_
    if what == "tells":
        said = told(chance.randrange(20), chance.randrange(5), chance.choice(CHECKS))
        intake.take(connection, report(id_, seq, said), NOW)
    elif what == "moves":
        team = team_id(connection, chance.choice(TEAMS))
        connection.execute(update(device).where(one).values(team=team))
    elif what == "old":
        gone = update(device_seen).where(device_seen.c.device == id_)
        connection.execute(gone.values(last_seen=NOW - interruption_sums.LATEST - 1))
    else:
        status = "retired" if what == "leaves" else "active"
        connection.execute(update(device).where(one).values(status=status))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happened_the_sums_are_those_of_the_desks_one_by_one(
    database: Database, seed: int
) -> None:
    chance, ids = random.Random(seed), [f"d{n}" for n in range(12)]
    for number, id_ in enumerate(ids):
        database.run(lambda c, i=id_, t=TEAMS[number % 3]: enrol(c, i, t))
    teams = [database.run(lambda c, t=team: team_id(c, t)) for team in TEAMS]
    for id_ in ids:
        database.run(lambda c, i=id_: intake.take(c, report(i, 0, None), NOW))
    for round_ in range(6):
        for number in range(8):
            seq = 1 + round_ * 8 + number
            database.run(lambda c, s=seq: step(c, chance, ids, s))
        add_up(database)
        for scope in (None, frozenset(teams[:1]), frozenset(teams[1:]), frozenset[int]()):
            assert database.run(lambda c, s=scope: kept(c, s)) == database.run(
                lambda c, s=scope: slowly(c, s)
            ), (round_, scope)


def test_only_what_changed_is_written_and_what_is_gone_goes(database: Database) -> None:
    for id_, team in (("a", "Billing"), ("b", "Sales")):
        database.run(lambda c, i=id_, t=team: enrol(c, i, t))
        database.run(lambda c, i=id_: intake.take(c, report(i, 0, told(3, 1)), NOW))

    def again() -> int:
        sums: dict[int, interruption_sums.Sum] = {}
        for some in database.run(lambda c: list(interruption_sums.read(c, NOW))):
            interruption_sums.add(sums, some)
        return database.run(lambda c: interruption_sums.put(c, sums, NOW))

    assert (again(), again()) == (3, 0)
    database.run(lambda c: intake.take(c, report("a", 1, told(4, 1)), NOW))
    assert again() == 2, "its team and everybody"
    database.run(lambda c: c.execute(update(device).values(status="retired")))
    assert again() == 3
    assert database.run(lambda c: c.execute(select(attention_sum)).all()) == []


def test_a_desk_whose_words_cannot_be_read_takes_no_other_along(database: Database) -> None:
    for id_ in ("a", "b", "c"):
        database.run(lambda c, i=id_: enrol(c, i, "Billing"))
        database.run(lambda c, i=id_: intake.take(c, report(i, 0, told(3, 1)), NOW))
    for id_, words in (("a", "{"), ("b", '{"shown": "many"}')):
        one = update(posture_current).where(posture_current.c.device == id_)
        database.run(lambda c, o=one, w=words: c.execute(o.values(interruptions=w)))
    add_up(database)
    assert database.run(lambda c: interruptions.added_up(c, None)).shown == 3


def test_names_that_one_desk_makes_up_displace_none_that_many_have(database: Database) -> None:
    for id_ in ("a", "b", "rogue"):
        database.run(lambda c, i=id_: enrol(c, i, "Billing"))
    for id_ in ("a", "b"):
        database.run(lambda c, i=id_: intake.take(c, report(i, 0, told(12, 9)), NOW))
    for turn in range(3):
        many = tuple(v1.Nagging(check=f"x{n}-{turn}", shown=99, dismissed=0) for n in range(150))
        said = v1.Interruptions(checks=many)
        database.run(lambda c, s=turn, w=said: intake.take(c, report("rogue", s, w), NOW))
    add_up(database)
    kept_now = database.run(lambda c: interruption_sums.kept(c, None))
    assert len(kept_now.checks) <= interruption_sums.NAMED
    assert database.run(lambda c: interruptions.added_up(c, None)).checks[0].check == "wireless"


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Note what the database is asked."""
    heard: list[str] = []

    def hear(_c: Any, _cursor: Any, words: str, *_: Any) -> None:
        heard.append(words)

    event.listen(database._engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(database._engine, "before_cursor_execute", hear)


@pytest.mark.parametrize("days", [2, 30])
def test_trends_read_no_row_of_a_desk_however_many_there_are(database: Database, days: int) -> None:
    """Of ten times the desks the page reads the same statements, and the same rows."""
    wish = filters.Filter(
        path="/trends", team=None, site=None, shift=None, kind="", text="", page=1
    )
    given: list[tuple[list[str], Any]] = []
    for first, last in ((0, 4), (4, 40)):
        for number in range(first, last):
            id_ = f"d{number}"
            database.run(lambda c, i=id_, t=TEAMS[number % 3]: enrol(c, i, t))
            database.run(lambda c, i=id_: intake.take(c, report(i, 0, told(3, 1)), NOW))
        add_up(database)
        with statements(database) as heard:
            read = database.run(
                lambda c: trends._read(c, wish=wish, scope=None, days=days, now=NOW)
            )
        assert read.attention.desks == last
        given.append((heard, database.run(lambda c: len(c.execute(select(attention_sum)).all()))))
    (few, rows), (many, rows_of_many) = given
    assert few == many
    assert rows == rows_of_many == len(TEAMS) + 1
    for words in many:
        for table in ("device", "posture_current", "device_seen", "finding", "desk_place"):
            assert f" {table}" not in words.replace('"', ""), words


def test_the_sums_are_made_again_when_they_are_due(
    database: Database,
) -> None:
    database.run(lambda c: enrol(c, "a", "Billing"))
    database.run(lambda c: intake.take(c, report("a", 0, told(3, 1)), NOW))
    at = NOW
    job = Attention(database, lambda: at, Event())
    job.run()
    database.run(lambda c: intake.take(c, report("a", 1, told(5, 1)), NOW))
    at += EVERY - 1
    job.run()
    assert database.run(lambda c: interruptions.added_up(c, None)).shown == 3
    at += 1
    job.run()
    assert database.run(lambda c: interruptions.added_up(c, None)).shown == 5
    assert database.run(interruption_sums.counted_at) == at
    assert database.run(job_failures.all_of) == []
