"""Rows 248 and 268: what a batch of reports asks of PostgreSQL goes by keys, whatever is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine import trips
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.reports import batch_state
from agentguard.server.store.reports.batch_state import Row
from agentguard.server.store.schema.tables import device_seen
from tools.bench_server import fleet

pytestmark = [pytest.mark.heavy, pytest.mark.posix]

NOW = 1_790_000_000.0
DESKS = 400
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=50)


def said(*, hash_: str = "", agent: str = "a", policy: str = "p", digest: str = "") -> Row:
    return (7, hash_, NOW, -0.25, True, False, 3, agent, policy, digest, 1e-9)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, postgresql: Any) -> Iterator[Database]:
    """Desks of which the database has counted none."""
    address = postgresql.new()
    data: Path = tmp_path_factory.mktemp("by-key")
    one = open_database(ServerSettings(data=data, database=address))
    yield one
    one.close()
    postgresql.drop(address)


@pytest.fixture(scope="module")
def desks(database: Database) -> list[str]:
    ids = [one.id for one in fleet.put(database, DESKS, NOW)]
    database.run(lambda c: batch_state.add(c, [(id_, said()) for id_ in ids]))
    return ids


def together(database: Database, job: Any, asked: Any) -> Any:
    """Have it written as a report is."""

    async def lived() -> Any:
        database.start()
        try:
            return await database.write_together(job, asked)
        finally:
            await database.stop()

    return asyncio.run(lived())


class Asked:
    """Hears what would be sent, and sends nothing."""

    def __init__(self) -> None:
        self.every: list[trips.Asked] = []

    def ask(self, asked: Sequence[trips.Asked]) -> Sequence[Any]:
        self.every += asked
        return ()

    tell = ask


def plans(connection: Connection, asked: Sequence[str]) -> list[str]:
    """Give the plans of what is asked for a batch."""
    heard, real = Asked(), connection.info[trips.OPEN]
    connection.info[trips.OPEN] = heard
    batch_state.find_held(connection, asked)
    batch_state.put(connection, [(id_, said()) for id_ in asked])
    connection.info[trips.OPEN] = real
    assert len(heard.every) == 3
    lines = (
        connection.exec_driver_sql(f"EXPLAIN {one.words}", given).scalars()
        for one, given in heard.every
    )
    return ["\n".join(every) for every in lines]


@pytest.mark.parametrize("counted", [False, True])
def test_row_248_a_batch_walks_no_table_whatever_was_counted(
    database: Database, desks: list[str], *, counted: bool
) -> None:
    if counted:
        database.apart(lambda c: c.exec_driver_sql("ANALYZE"))
    every = together(database, lambda c, asked: [plans(c, asked[0])], desks[:28])
    assert not [one for one in every if "Seq Scan" in one or "Hash Join" in one], every


def test_other_writes_are_planned_as_ever(database: Database) -> None:
    def asked(connection: Connection, given: Sequence[str]) -> list[Any]:
        return [connection.exec_driver_sql(f"SHOW {given[0]}").scalar()]

    async def plainly() -> Any:
        database.start()
        try:
            return await database.write(lambda c: asked(c, ["enable_seqscan"])[0])
        finally:
            await database.stop()

    for _ in range(8):  # the driver has prepared by then what it was given often
        assert together(database, asked, "enable_seqscan") == "off"
    assert database._by_key is not None
    with database._by_key._engine.connect() as connection:
        assert asked(connection, ["enable_seqscan"]) == ["on"], "nothing is left of it behind"
    assert asyncio.run(plainly()) == "on"
    assert database.run(lambda c: asked(c, ["plan_cache_mode"])) == ["auto"]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS), min_size=1, max_size=4))
def test_row_268_what_desks_call_themselves_is_kept_to_the_sign(
    database: Database, desks: list[str], told: list[tuple[str, str, str, str]]
) -> None:
    names = dict(zip(desks, told, strict=False))
    rows = {
        id_: said(hash_=one, agent=two, policy=three, digest=four)
        for id_, (one, two, three, four) in names.items()
    }
    seen = device_seen.c
    asked = select(seen.device, *(seen[name] for name in batch_state.COLUMNS))

    def job(connection: Connection) -> dict[str, Any]:
        batch_state.put(connection, list(rows.items()))
        found = connection.execute(asked.where(seen.device.in_(rows)))
        return {one[0]: tuple(one[1:]) for one in found}

    assert database.run(job) == rows
