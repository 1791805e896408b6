"""Reports taken in together must leave what reports taken in one by one leave."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import devices
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.reports import batches, intake
from agentguard.server.store.reports.batches import Arrived
from agentguard.server.store.reports.intake import Forked
from agentguard.server.store.schema.tables import (
    device,
    device_seen,
    event,
    finding,
    incident,
    posture_change,
    posture_current,
)
from agentguard.wire import v1
from tests.server.migrated import migrated

NOW = 1_790_000_000.0
DEVICES = ("a", "b", "c")
KINDS = ("finding.opened", "finding.closed", "incident.reported", "session.locked")
FOLDED = (device_seen, event, finding, incident, posture_change, posture_current)

CALM = v1.Interruptions(shown=1)
BUSY = v1.Interruptions(shown=4, later=1, held_by={"call": 3})


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, module_address: str) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("server")
    one = open_database(migrated(ServerSettings(data=folder, database=module_address)))

    def begin(connection: Any) -> None:
        about = devices.About(team=team_id(connection, "T"), label="d", system="s")
        for id_ in DEVICES:
            devices.put(connection, id_, id_.encode() * 32, about, NOW)

    one.run(begin)
    yield one
    one.close()


def told(epoch: int, seq: int, *, twisted: bool) -> v1.Event:
    """Give the event at a place of an epoch; a twisted history tells another one there."""
    kind = KINDS[(seq + epoch) % len(KINDS)]
    place = "elsewhere" if twisted else "here"
    at = f"2026-09-21T10:00:{seq:02}+00:00"
    return v1.Event(seq=seq, kind=kind, at=at, check="pii-files", subject=str(seq % 3), place=place)


def controls(which: int) -> tuple[v1.Control, ...] | None:
    if which == 0:
        return None
    state = "fail" if which == 1 else "pass"
    return (v1.Control(check="firewall", measure=5, state=state, since="", severity="high"),)


@st.composite
def arrived(draw: st.DrawFn) -> Arrived:
    epoch, first = draw(st.integers(1, 2)), draw(st.integers(1, 8))
    count = draw(st.integers(0, 3))
    twisted = draw(st.integers(0, 9)) == 0
    events = [told(epoch, first + n, twisted=twisted) for n in range(count)]
    if draw(st.booleans()):
        events.reverse()
    return Arrived(
        now=NOW + draw(st.integers(0, 3)),
        report=v1.Report(
            device=draw(st.sampled_from(DEVICES)),
            epoch=epoch,
            seq=first + count,
            sent_at="",
            boot=0,
            hash=str(first),
            agent="",
            policy="",
            policy_digest="",
            overall="good",
            locked=False,
            in_call=draw(st.booleans()),
            waiting=0,
            controls=controls(draw(st.integers(0, 2))),
            interruptions=draw(st.sampled_from((None, CALM, BUSY))),
            events=tuple(events),
        ),
    )


def clear(connection: Any) -> None:
    for table in FOLDED:
        connection.execute(delete(table))
    connection.execute(device.update().values(epoch=0))


def everything(connection: Any) -> dict[str, list[tuple[Any, ...]]]:
    """Give all that is held, without the numbers that rows get."""
    kept = {}
    for table in (*FOLDED, device):
        columns = [c for c in table.c if c.name != "id" or table is device]
        rows = connection.execute(select(*columns))
        kept[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return kept


def one_by_one(connection: Any, given: list[Arrived]) -> list[bool | str]:
    outcomes: list[bool | str] = []
    for one in given:
        try:
            with connection.begin_nested():
                outcomes.append(intake.take(connection, one.report, one.now))
        except Forked:
            outcomes.append("forked")
    return outcomes


def in_the_order_of_batches(given: list[Arrived], sizes: list[int]) -> list[list[Arrived]]:
    cut, start = [], 0
    for size in [*sizes, len(given)]:
        cut.append(given[start : start + size])
        start += size
    return [one for one in cut if one]


@pytest.mark.heavy
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(arrived(), max_size=14), st.lists(st.integers(1, 5), max_size=5))
def test_together_is_the_same_as_one_by_one(
    database: Database, given: list[Arrived], sizes: list[int]
) -> None:
    cut = in_the_order_of_batches(given, sizes)

    def together(connection: Any) -> tuple[list[bool | str], Any, list[Arrived]]:
        clear(connection)
        outcomes: list[bool | str] = []
        for batch in cut:
            taken = batches.take_all(connection, batch)
            outcomes += ["forked" if isinstance(o, Forked) else o for o in taken]
        return outcomes, everything(connection), given

    def alone(connection: Any) -> tuple[list[bool | str], Any, list[Arrived]]:
        clear(connection)
        return one_by_one(connection, given), everything(connection), given

    assert database.run(together)[:2] == database.run(alone)[:2]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(arrived(), max_size=10))
def test_nothing_is_told_twice_and_a_fork_leaves_no_trace(
    database: Database, given: list[Arrived]
) -> None:
    def play(connection: Any) -> None:
        clear(connection)
        batches.take_all(connection, given)
        before = everything(connection)
        again = batches.take_all(connection, given)
        after = everything(connection)
        for name in ("event", "incident"):
            assert after[name] == before[name]
        assert len(again) == len(given)

    database.run(play)
