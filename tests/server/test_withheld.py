"""What a desk does not tell is not known and never fine, and nothing else is held against it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.control_history.numbers import UNKNOWN
from agentguard.server.store.desks import desk_status, devices
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.reports import batches, intake
from agentguard.server.store.reports.batches import Arrived
from agentguard.server.store.schema.control_tables import excursion, judged
from agentguard.server.store.schema.floor_tables import device_standing
from agentguard.server.store.schema.place_tables import desk_place
from agentguard.server.store.schema.tables import (
    device_seen,
    event,
    finding,
    posture_change,
    posture_current,
)
from agentguard.wire import v1
from tests.server.migrated import migrated

NOW = 1_790_000_000.0
CHECKS = ("firewall", "pii-files", "screen-lock")
TABLES = (event, finding, posture_change, posture_current, device_standing, excursion, judged)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, module_address: str) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("server")
    one = open_database(migrated(ServerSettings(data=folder, database=module_address)))

    def begin(connection: Any) -> None:
        about = devices.About(team=team_id(connection, "T"), label="d", system="s")
        devices.put(connection, "d", b"d" * 32, about, NOW)

    one.run(begin)
    yield one
    one.close()


@st.composite
def step(draw: st.DrawFn) -> tuple[str, frozenset[str] | None, tuple[tuple[str, bool], ...]]:
    """Give a release, the controls that are told if any are, and the findings of one report."""
    told = draw(st.one_of(st.none(), st.frozensets(st.sampled_from(CHECKS), min_size=1)))
    moves = st.tuples(st.sampled_from(CHECKS), st.booleans())
    return draw(st.sampled_from(("1.0", "1.1"))), told, tuple(draw(st.lists(moves, max_size=2)))


def a_report(seq: int, given_: tuple[Any, ...]) -> v1.Report:
    agent, told, moves = given_
    events = tuple(
        v1.Event(
            seq=seq + n, kind=f"finding.{'opened' if opens else 'closed'}", at="", check=check,
            subject="s", severity="high",
        )
        for n, (check, opens) in enumerate(moves)
    )  # fmt: skip
    controls = None
    if told is not None:
        controls = tuple(
            v1.Control(check=c, measure=5, state="pass", since="", severity="high")
            for c in sorted(told)
        )
    return v1.Report(
        device="d", epoch=1, seq=seq + max(len(events) - 1, 0), sent_at="", boot=0.0, hash="",
        agent=agent, policy="", policy_digest="", overall="good", locked=False, in_call=False,
        waiting=0, controls=controls, events=events, since=seq - 1,
    )  # fmt: skip


def clear(connection: Any) -> None:
    for table in (*TABLES, device_seen):
        connection.execute(delete(table))


class Known:
    """What the desk told, in the plainest words: the model."""

    def __init__(self) -> None:
        self.told: frozenset[str] | None = None
        self.agent = ""
        self.owed: frozenset[str] = frozenset()
        self.open: set[str] = set()

    def hear(self, agent: str, told: frozenset[str] | None, moves: Any) -> None:
        for check, opens in moves:
            (self.open.add if opens else self.open.discard)(check)
        if told is not None:
            before = self.owed | (self.told or frozenset()) if agent == self.agent else frozenset()
            self.told, self.owed = told, before - told
        self.agent = agent

    @property
    def lacking(self) -> frozenset[str]:
        return self.owed | (self.open - (self.told or frozenset()))


def stands(connection: Any) -> tuple[Any, ...]:
    row = connection.execute(select(posture_current.c.overall, posture_current.c.controls)).one()
    rank = connection.scalar(select(device_standing.c.rank))
    placed = connection.scalar(select(desk_place.c.rank))
    known = {c.check: c for c in intake.controls_of(row.controls)}
    unknown = {check for check, c in known.items() if c.state == "unknown"}
    spells = select(func.count()).select_from(excursion)
    open_ = connection.scalar(
        spells.where(excursion.c.until.is_(None), excursion.c.state == UNKNOWN)
    )
    return row.overall, rank, placed, unknown, open_


@settings(
    max_examples=60, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(history=st.lists(step(), min_size=1, max_size=8), alone=st.booleans())
def test_row_526_what_a_desk_leaves_out_is_not_known_and_what_it_tells_is_as_it_tells(
    database: Database, history: list[Any], *, alone: bool
) -> None:
    """Both ways: nothing that is left out is fine, and nothing that is told is doubted."""

    def live(connection: Any) -> None:
        clear(connection)
        connection.execute(batches.device.update().values(epoch=0))
        known, seq = Known(), 1
        for now, one in enumerate(history, int(NOW)):
            report = a_report(seq, one)
            if alone:
                intake.take(connection, report, now)
            else:
                batches.take_all(connection, [Arrived(report=report, now=now)])
            seq = report.seq + 1
            known.hear(*one)
            if known.told is None:
                continue
            overall, rank, placed, unknown, spells = stands(connection)
            assert unknown == known.lacking
            assert spells == len(known.lacking)
            good = not known.lacking
            assert (overall == "good") == good
            assert (rank == desk_status.GOOD) == good
            assert placed == rank

    database.run(live)


def test_row_526_the_desk_page_says_what_is_left_out_and_the_floor_does_not_count_it_as_fine(
    desk: Any, browser: Any, control: Any
) -> None:
    both = [control(), control(check="firewall", measure=5)]
    desk.send(overall="good", controls=both)
    assert "row-unknown" not in browser.get("/").text
    desk.send(overall="good", controls=both[1:])
    assert "row-unknown" in browser.get("/").text
    page = browser.get(f"/desk/{desk.id}").text
    assert "This desk does not tell of this control any more" in page
    desk.send(overall="good", controls=both)
    assert "row-unknown" not in browser.get("/").text


def test_row_526_a_finding_of_a_control_that_is_never_told_keeps_its_desk_from_green(
    desk: Any, browser: Any, control: Any
) -> None:
    opened = {"kind": "finding.opened", "check": "pii-files", "subject": "a", "severity": "high"}
    desk.send({**opened, "seq": 1, "at": ""}, overall="good", controls=[control()])
    assert "row-unknown" in browser.get("/").text
    page = browser.get(f"/desk/{desk.id}").text
    assert "the desk does not tell how the control stands" in page
    desk.send({**opened, "kind": "finding.closed", "seq": 2, "at": ""}, overall="good")
    assert "row-unknown" not in browser.get("/").text
