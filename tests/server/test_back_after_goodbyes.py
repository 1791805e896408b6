"""Rows 555 and 556: a desk that said goodbye is watched again, however its next report is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.control_history.numbers import Kind
from agentguard.server.store.desks import devices
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.reports.batches import Arrived
from agentguard.server.store.reports.intake import Missing
from agentguard.server.store.schema.control_tables import presence
from agentguard.server.store.schema.tables import device_seen
from agentguard.server.tamper.watch import Outcome, Watch
from agentguard.wire import v1
from tests.server.migrated import migrated

NOW = 1_790_000_000
EVENT = v1.Event(
    seq=1, kind="x", at="2026-09-21T10:00:00+00:00", check="", subject="", severity="", message=""
)


@pytest.fixture
def database(tmp_path: Path, address: str) -> Iterator[Database]:
    one = open_database(migrated(ServerSettings(data=tmp_path, database=address)))

    def enrol(connection: Any) -> None:
        about = devices.About(team=team_id(connection, "T"), label="d", system="s")
        devices.put(connection, "d", b"d" * 32, about, NOW)

    one.run(enrol)
    yield one
    one.close()


def said(now: int, goodbye: str = "", **more: Any) -> Arrived:
    words: dict[str, Any] = {"epoch": 1, "seq": 1, "run": "r1", **more}
    report = v1.Report(
        device="d", boot=0, hash="", agent="", policy="p", policy_digest="d", overall="good",
        sent_at="", locked=False, in_call=False, waiting=0, goodbye=goodbye, **words,
    )  # fmt: skip
    return Arrived(report=report, now=now)


def take(database: Database, *batch: Arrived) -> list[Outcome]:
    return database.run(lambda c: Watch(Limits()).take_all(c, batch))


def kinds(database: Database) -> list[tuple[int, Kind]]:
    """Return when each spell began, and what it was."""
    asked = select(presence.c.since, presence.c.kind).order_by(presence.c.since)
    return [
        (since - NOW, Kind(kind)) for since, kind in database.run(lambda c: list(c.execute(asked)))
    ]


def run(database: Database) -> Any:
    """Return the run that needs no second look."""
    return database.run(lambda c: c.scalar(select(device_seen.c.run)))


FIRST = said(NOW, events=(EVENT,))
BACK = {
    "in order": [said(NOW + 9)],
    "with an event that is held": [said(NOW + 9, events=(EVENT,))],
    "in a second epoch": [said(NOW + 9, epoch=2)],
    "after one that was refused": [said(NOW + 8, since=7), said(NOW + 9)],
}


@pytest.mark.parametrize("back", BACK.values(), ids=BACK)
def test_row_555_a_desk_that_is_back_is_watched_however_its_report_is_taken(
    database: Database, back: Sequence[Arrived]
) -> None:
    take(database, FIRST)
    take(database, said(NOW + 5, "asleep"))
    outcomes = [take(database, one)[0] for one in back]
    assert [isinstance(one, Missing) for one in outcomes] == [*[True] * (len(back) - 1), False]
    assert kinds(database) == [(0, Kind.WATCHED), (5, Kind.ASLEEP), (9, Kind.WATCHED)]
    take(database, said(NOW + 10, epoch=back[-1].report.epoch))
    assert run(database) == "r1"


@pytest.mark.parametrize("back", BACK.values(), ids=BACK)
def test_row_556_a_goodbye_and_what_follows_it_in_one_batch_are_as_one_by_one(
    database: Database, back: Sequence[Arrived]
) -> None:
    assert take(database, FIRST, said(NOW + 5, "asleep"), *back)[:2] == [False, False]
    assert kinds(database) == [(0, Kind.WATCHED), (5, Kind.ASLEEP), (9, Kind.WATCHED)]
    assert run(database) == "r1"


def test_row_556_a_goodbye_is_believed_if_a_later_report_of_its_batch_is_refused(
    database: Database,
) -> None:
    take(database, FIRST)
    *_, refused = take(database, said(NOW + 5, "asleep"), said(NOW + 9, since=7))
    assert isinstance(refused, Missing)
    assert kinds(database) == [(0, Kind.WATCHED), (5, Kind.ASLEEP)]
