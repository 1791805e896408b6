"""Rows 553 and 554: what a batch writes in few statements is what reports write one by one."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import devices
from agentguard.server.store.engine import pipelines
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.reports.batches import Arrived
from agentguard.server.store.schema import control_tables
from agentguard.server.store.schema.tables import METADATA
from agentguard.server.tamper.watch import Watch
from agentguard.wire import v1
from tests.server.postgresql import PostgreSQL
from tools.bench_server import fleet

pytestmark = [pytest.mark.heavy, pytest.mark.posix]

NOW = 1_790_000_000.0
DESKS = 4
TOO_LARGE = 2**63
"""A number that neither database holds."""
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
STATES = st.one_of(st.sampled_from(["pass", "fail", "unknown"]), TEXTS)
NAMES = st.one_of(st.sampled_from(["firewall", "NULL", "{}", '"', "\\", ","]), TEXTS)
KINDS = st.sampled_from(["finding.opened", "finding.closed", "x"])
OF_DESKS = (
    *("device_seen", "device_standing", "posture_current", "event", "finding", "open_finding"),
    *("desk_place", "tamper_item", "device_run"),
)
LEFT_OUT = frozenset({"id", "finding", "team"})
"""Columns that each database counts by itself."""
COUNTED = text(
    "SELECT tier, SUM(many) AS many FROM team_count_change JOIN team ON team.id = team "
    "WHERE name = :name GROUP BY tier"
)
OF_NUMBERS = (
    control_tables.presence,
    control_tables.excursion,
    control_tables.judged,
    control_tables.in_force,
    control_tables.desk_locked,
)
watch = Watch(Limits())


class Way:
    """A database, and whether reports are taken in there in batches."""

    def __init__(self, settings: ServerSettings, *, together: bool) -> None:
        self.database: Database = open_database(settings)
        self.together = together
        self._runner = asyncio.Runner()  # the queue of writes belongs to one loop

    def take(self, batches: Sequence[Sequence[Arrived]]) -> list[str]:
        """Take batches in; tell what came of each report."""
        if self.together:
            return self._runner.run(self._batches(batches))
        return [self._alone(one) for batch in batches for one in batch]

    async def _batches(self, batches: Sequence[Sequence[Arrived]]) -> list[str]:
        database, told = self.database, []
        database.start()
        for batch in batches:
            every = (database.write_together(watch.take_all, one) for one in batch)
            told += await asyncio.gather(*every, return_exceptions=True)
        await database.stop()
        return [_outcome(one) for one in told]

    def close(self) -> None:
        self._runner.close()
        self.database.close()

    def _alone(self, one: Arrived) -> str:
        try:
            return _outcome(self.database.run(lambda c: watch.take_all(c, [one]))[0])
        except (DBAPIError, OverflowError) as refused:
            return _outcome(refused)


def _outcome(told: Any) -> str:
    refused = isinstance(told, DBAPIError | OverflowError)
    return "refused" if refused else type(told).__name__ if isinstance(told, Exception) else "taken"


@pytest.fixture(scope="module")
def ways(
    tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQL
) -> Iterator[tuple[Way, ...]]:
    addresses = ["", "", postgresql.new(), postgresql.new()]
    every = []
    for n, address in enumerate(addresses):
        data: Path = tmp_path_factory.mktemp(f"way{n}")
        every.append(Way(ServerSettings(data=data, database=address), together=n % 2 == 0))
    yield tuple(every)
    for one, address in zip(every, addresses, strict=True):
        one.close()
        if address:
            postgresql.drop(address)


counted = itertools.count()


def enrol(connection: Connection, ids: Sequence[str]) -> None:
    for id_ in ids:
        about = devices.About(team=team_id(connection, ids[0]), label="d", system="s")
        devices.put(connection, id_, id_.encode().rjust(32), about, NOW)


def written(connection: Connection, ids: Sequence[str]) -> dict[str, list[Any]]:
    """Return all that is held of desks; numbers by what they stand for, since each counts anew."""
    desks, checks, policies = (
        {row.number: tuple(row)[1:] for row in connection.execute(select(table))}
        for table in (
            control_tables.held_desk,
            control_tables.held_control,
            control_tables.held_policy,
        )
    )
    found: dict[str, list[Any]] = {}
    for name in OF_DESKS:
        rows = connection.execute(text(f"SELECT * FROM {name}")).mappings()  # noqa: S608 - no values
        found[name] = sorted(
            (
                [(k, v) for k, v in row.items() if k not in LEFT_OUT]
                for row in rows
                if row["device"] in ids
            ),
            key=repr,
        )
    found["held_desk"] = sorted((one for one in desks.values() if one[0] in ids), key=repr)
    changes = METADATA.tables["posture_change"].c
    columns = [changes[name] for name in ("device", "at", "check", "before", "after")]
    rows = connection.execute(select(*columns).where(changes.device.in_(ids)).order_by(changes.id))
    found["posture_change"] = sorted((tuple(row) for row in rows), key=lambda row: row[0])
    for table in OF_NUMBERS:
        named = [
            {**row, "desk": desks[row["desk"]][0], "control": checks.get(row.get("control")),
             "policy": policies.get(row.get("policy"))}
            for row in connection.execute(select(table)).mappings()
            if desks[row["desk"]][0] in ids
        ]  # fmt: skip
        found[table.name] = sorted((tuple(row.items()) for row in named), key=repr)
    sums = connection.execute(COUNTED, {"name": ids[0]})
    found["counts"] = sorted((row.tier, int(row.many)) for row in sums if row.many)
    return found


@st.composite
def said(draw: st.DrawFn) -> dict[str, Any]:
    """Give what one desk says: a first report, a heartbeat, a change, or what is refused."""
    kind = draw(st.sampled_from(["posture", "posture", "posture", "heartbeat", "large", "missing"]))
    checks = draw(st.lists(st.tuples(NAMES, STATES, NAMES), min_size=1, max_size=5))
    return {
        "desk": draw(st.integers(0, DESKS - 1)),
        "kind": kind,
        "controls": None if kind == "heartbeat" else checks,
        "words": draw(st.tuples(TEXTS, TEXTS, TEXTS)),
        "locked": draw(st.booleans()),
        "events": draw(st.lists(st.tuples(KINDS, NAMES), max_size=2)),
        "expires": draw(st.sampled_from(["", "2027-01-31"])),
        "counts": draw(st.sampled_from((None, v1.Interruptions(shown=1)))),
        "wait": draw(st.sampled_from([0, 60, 1000])),
        "run": draw(st.sampled_from(["", "r1"])),
        "goodbye": draw(st.sampled_from(["", "", "asleep"])),
    }  # fmt: skip


def arrived(ids: Sequence[str], told: dict[str, Any], seqs: dict[int, int], now: float) -> Arrived:
    desk, words = told["desk"], told["words"]
    first = seqs.get(desk, 0)
    refused = told["kind"] in {"large", "missing"}
    last = first + len(told["events"])
    if not refused:
        seqs[desk] = last
    at = "2026-09-21T10:00:00+00:00"
    controls = [
        v1.Control(check=check, measure=1, state=state, since=at, severity="high", detail=detail)
        for check, state, detail in told["controls"] or ()
    ]
    report = v1.Report(
        device=ids[desk], epoch=1, seq=TOO_LARGE if told["kind"] == "large" else last, boot=0,
        hash=words[0], agent=words[1], policy=words[2], policy_digest=words[0], overall="good",
        sent_at=at, locked=told["locked"], in_call=False, waiting=0, run=told["run"],
        goodbye=told["goodbye"] if told["run"] else "",
        controls=tuple(controls) or None, interruptions=told["counts"],
        policy_expires=told["expires"], since=last + 9 if told["kind"] == "missing" else 0,
        events=tuple(
            v1.Event(seq=first + n, kind=kind, at=at, check=check, subject="s", severity="high",
                     message=check)
            for n, (kind, check) in enumerate(told["events"], 1)
        ),
    )  # fmt: skip
    return Arrived(report=report, now=now)


@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(st.lists(said(), min_size=1, max_size=5), min_size=1, max_size=3))
def test_row_553_a_batch_leaves_the_rows_that_its_reports_leave_one_by_one(
    ways: tuple[Way, ...], given: list[list[dict[str, Any]]]
) -> None:
    example = next(counted)
    ids = [f"e{example}d{n}" for n in range(DESKS)]
    seqs: dict[int, int] = {}
    now = NOW + 5
    batches = []
    for batch in given:
        now += max(one["wait"] for one in batch)
        batches.append([arrived(ids, one, seqs, now) for one in batch])
    came: list[tuple[list[str], Any]] = []
    for way in ways:
        way.database.run(lambda c: enrol(c, ids))
        outcomes = way.take(batches)
        came.append((outcomes, way.database.run(lambda c: written(c, ids))))
    for one in came[1:]:
        assert one == came[0]


def test_row_554_first_reports_take_five_trips_however_many_desks_they_are_of(
    ways: tuple[Way, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = ways[2].database
    desks = fleet.put(database, 60, NOW)
    trips: list[int] = []
    alone: list[str] = []
    sent, catch_up = pipelines._trip, pipelines.Transaction.catch_up

    def counted(pgconn: Any, lacking: Any, every: Any) -> Any:
        trips.append(len(every))
        return sent(pgconn, lacking, every)

    def caught(self: Any) -> None:
        alone.append("a statement by itself")
        catch_up(self)

    def go(some: Sequence[fleet.Desk]) -> list[int]:
        trips.clear()
        batch = [Arrived(report=one.report(NOW + 30), now=NOW + 30) for one in some]
        with database._begun("", database._by_key) as connection:
            assert watch.take_all(connection, batch) == [True] * len(batch)
        return list(trips)

    go(desks[:4])  # so that the controls have their numbers
    monkeypatch.setattr(pipelines, "_trip", counted)
    monkeypatch.setattr(pipelines.Transaction, "catch_up", caught)
    failing, fine = desks[4:32], desks[32:]
    assert (len(go(failing[:1])), len(go(failing[1:]))) == (6, 6), "one looks at open findings"
    for one in fine:
        one.seq = 1
    assert (len(go(fine[:1])), len(go(fine[1:])), alone) == (5, 5, [])
