"""How often desks interrupt their persons: kept with the posture, added up, and named by check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from agentguard.server.jobs import attention
from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import devices
from agentguard.server.store.engine import leadership
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.reports import intake, interruptions
from agentguard.wire import v1
from tests.server.migrated import migrated

NOW = 1_790_000_000.0


@pytest.fixture
def database(tmp_path: Path, address: str) -> Iterator[Database]:
    one = open_database(migrated(ServerSettings(data=tmp_path, database=address)))
    one.run(begin)
    yield one
    one.close()


def begin(connection: Any) -> None:
    """Enrol two desks of one team and one of another."""
    for id_, team in (("a", "T"), ("b", "T"), ("c", "U")):
        about = devices.About(team=team_id(connection, team), label=id_, system="s")
        devices.put(connection, id_, id_.encode() * 32, about, NOW)


def report(device: str, seq: int, told: v1.Interruptions | None) -> v1.Report:
    firewall = v1.Control(check="firewall", measure=5, state="pass", since="", severity="high")
    return v1.Report(
        device=device,
        epoch=1,
        seq=seq,
        sent_at="",
        boot=0,
        hash=str(seq),
        agent="",
        policy="",
        policy_digest="",
        overall="good",
        locked=False,
        in_call=False,
        waiting=0,
        controls=(firewall,) if seq == 0 else None,
        interruptions=told,
    )


def told(shown: int, dismissed: int, check: str = "wireless") -> v1.Interruptions:
    return v1.Interruptions(
        shown=shown,
        later=1,
        dismissed_under_2s=dismissed,
        held_by={"call": 2, "typing": 1},
        checks=(v1.Nagging(check=check, shown=shown, dismissed=dismissed),),
    )


def add_up(database: Database, now: float) -> None:
    """Have the job do its work, whenever it did it last."""
    database.run(lambda c: leadership.note(c, attention.NAME, now - attention.EVERY))
    attention.Attention(database, lambda: now, Event()).run()


def take(database: Database, *reports: v1.Report) -> None:
    for one in reports:
        database.run(lambda connection, one=one: intake.take(connection, one, NOW))


def asked(database: Database, teams: Any = None) -> interruptions.Asked:
    """Give what stands after the sums were made again."""
    add_up(database, NOW)
    return database.run(lambda connection: interruptions.added_up(connection, teams))


def test_row_221_a_check_of_which_half_goes_unread_is_named(database: Database) -> None:
    take(
        database,
        report("a", 0, told(6, 4)),
        report("b", 0, told(6, 2)),
        report("c", 0, told(30, 1, "clipboard")),
    )
    first, second = asked(database).checks
    assert (first.check, first.desks, first.shown, first.dismissed) == ("wireless", 2, 12, 6)
    assert first.nags
    assert (second.check, second.nags) == ("clipboard", False)
    assert asked(database).held_by == (("call", 6), ("typing", 3))


def test_nothing_is_said_of_a_few_cards(database: Database) -> None:
    take(database, report("a", 0, told(9, 9)))
    assert [one.nags for one in asked(database).checks] == [False]


def test_what_is_unchanged_stays_and_what_comes_new_takes_its_place(database: Database) -> None:
    take(database, report("a", 0, told(2, 0)), report("a", 1, None))
    assert asked(database).shown == 2
    take(database, report("a", 2, told(3, 1)))
    assert (asked(database).shown, asked(database).dismissed) == (3, 1)


def test_a_team_sees_its_own_desks_alone(database: Database) -> None:
    take(database, report("a", 0, told(2, 0)), report("c", 0, told(4, 0)))
    mine = database.run(lambda connection: team_id(connection, "U"))
    assert asked(database, frozenset({mine})).shown == 4


def test_row_221_trends_names_the_check_that_asks_too_much(running: Any, browser: Any) -> None:
    def put(connection: Any) -> None:
        begin(connection)
        for device in ("a", "b"):
            intake.take(connection, report(device, 0, told(8, 5)), NOW)

    running.admin._database.run(put)
    assert "asks too much" not in browser.get("/trends").text, "nothing was added up"
    add_up(running.admin._database, NOW)
    page = browser.get("/trends").text
    said = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert "One check asks too much" in said
    assert "62 %" in said
    assert "Asks too much" in said
    assert "a call: 4" in said
