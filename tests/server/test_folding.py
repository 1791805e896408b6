from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text

from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import devices
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.floor import pages
from agentguard.server.store.reports import findings, intake
from agentguard.server.store.schema.tables import device_seen, event, finding
from agentguard.wire import v1
from tests.server.migrated import migrated

NOW = 1_790_000_000.0
KINDS = ("finding.opened", "finding.closed", "session.locked")
FULL_SQLITE = (
    "CREATE TRIGGER filled BEFORE INSERT ON event "
    "WHEN NEW.device = '{device}' BEGIN SELECT RAISE(ABORT, 'disk full'); END"
)
GONE_SQLITE = "DROP TRIGGER filled"
FULL = (
    "CREATE FUNCTION filled() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'disk full'; END $$;;"
    "CREATE TRIGGER filled BEFORE INSERT ON event FOR EACH ROW "
    "WHEN (NEW.device = '{device}') EXECUTE FUNCTION filled()"
)
GONE = "DROP TRIGGER filled ON event"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, module_address: str) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("server")
    one = open_database(migrated(ServerSettings(data=folder, database=module_address)))

    def begin(connection: Any) -> None:
        about = devices.About(team=team_id(connection, "T"), label="d", system="s")
        devices.put(connection, "d", b"k" * 32, about, NOW)

    one.run(begin)
    yield one
    one.close()


def history(choices: list[tuple[int, int]]) -> list[v1.Event]:
    """Give a journal: (kind, subject) by place."""
    return [
        v1.Event(
            seq=n,
            kind=KINDS[kind],
            at=f"2026-09-21T10:00:{n:02}+00:00",
            check="pii-files",
            subject=str(subject),
        )
        for n, (kind, subject) in enumerate(choices, start=1)
    ]


def report(events: list[v1.Event], first: int, last: int) -> v1.Report:
    return v1.Report(
        device="d",
        epoch=1,
        seq=last,
        sent_at="",
        boot=0,
        hash="",
        agent="",
        policy="",
        policy_digest="",
        overall="good",
        locked=False,
        in_call=False,
        waiting=0,
        events=tuple(events[first:last]),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=20),
    st.lists(st.integers(0, 20), max_size=6),
    st.data(),
)
def test_reports_that_come_again_change_nothing(
    database: Database, choices: list[tuple[int, int]], cuts: list[int], data: st.DataObject
) -> None:
    """A sender goes back to any receipt it lost; the endpoint ends with the journal as it is."""
    events = history(choices)
    bounds = sorted({0, len(events), *(c for c in cuts if c < len(events))})
    sent = [report(events, a, b) for a, b in pairwise(bounds)]

    def play(connection: Any) -> None:
        for table in (event, finding, device_seen):
            connection.execute(delete(table))
        for n, one in enumerate(sent):
            intake.take(connection, one, NOW)
            again = data.draw(st.integers(0, n))
            intake.take(connection, sent[again], NOW)

    database.run(play)
    kept = database.run(lambda c: pages.newest_events(c, "d", limit=100))
    assert sorted(e.seq for e in kept) == list(range(1, len(events) + 1))
    wanted = set()
    for one in events:
        if one.kind == "finding.opened":
            wanted.add(one.subject)
        elif one.kind == "finding.closed":
            wanted.discard(one.subject)
    opened = database.run(lambda c: findings.still_open(c, "d"))
    assert len(opened) == len(wanted)


def test_what_cannot_be_written_gets_no_receipt_and_hurts_nobody_else(
    running: Any, desk: Any, new_desk: Any, event: Any
) -> None:
    other = new_desk(label="desk-2")
    full = FULL if running.settings.database else FULL_SQLITE
    for words in full.format(device=desk.id).split(";;"):
        running.admin._database.run(lambda c, words=words: c.execute(text(words)))
    answer = desk.send(event(1))
    assert (answer.status_code, answer.json()["kind"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    other.receipt(other.send(event(1)))
    running.admin._database.run(
        lambda c: c.execute(text(GONE if running.settings.database else GONE_SQLITE))
    )
    desk.receipt(desk.send(event(1)))
    assert len(running.admin.seen(desk.id).events) == 1
