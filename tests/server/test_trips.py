"""Rows 505 to 509: a batch makes two trips to PostgreSQL, and none of it is lost or doubled."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import DBAPIError

from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine import arrays, causes, partitions, pipelines, trips
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.engine.partitions import Month, Ready
from agentguard.server.store.engine.trips import Statement
from agentguard.server.store.schema.tables import audit_log
from tests.server import pooler
from tests.server.postgresql import PostgreSQL

pytestmark = [pytest.mark.heavy, pytest.mark.posix]

SETTING = Statement(words="SELECT current_setting('enable_seqscan')")
ONE = Statement(words="SELECT 1")
NOTHING = Statement(words="UPDATE audit_head SET seq = seq WHERE id = 0")
REFUSED = Statement(words="UPDATE no_such_table SET seq = 1")
END = Statement(words="SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.fixture
def address(postgresql: PostgreSQL) -> Iterator[str]:
    made = postgresql.new()
    yield made
    postgresql.drop(made)


@pytest.fixture
def database(tmp_path: Path, address: str) -> Iterator[Database]:
    one = open_database(ServerSettings(data=tmp_path, database=address))
    yield one
    one.close()


def lived(database: Database, run: Callable[[], Awaitable[Any]]) -> Any:
    """Give what came of `run` while the database takes awaited writes."""

    async def whole() -> Any:
        database.start()
        try:
            return await run()
        finally:
            await database.stop()

    return asyncio.run(whole())


def keep(connection: Connection, asked: Sequence[str]) -> list[int]:
    """Write down what is asked, as reports are: a look, rows, and what is told with the COMMIT."""
    rows = [{"at": 1.0, "actor": "", "act": one, "subject": ""} for one in asked]
    trips.ask(connection, (ONE, ()))
    connection.execute(insert(audit_log), rows)
    trips.tell(connection, (NOTHING, ()))
    return [0 for _ in asked]


def kept(database: Database) -> dict[str, int]:
    """Count what was written down."""
    asked = select(audit_log.c.act, func.count()).group_by(audit_log.c.act)
    found = database.run(lambda c: c.execute(asked).all())
    return {act: count for act, count in found if act.startswith("kept")}


def ended(server: PostgreSQL, name: str) -> None:
    """End all sessions of a database, and wait until they are gone."""
    with server.connect() as own:
        own.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s",
            (name,),
        )


def name_of(address: str) -> str:
    return address.partition("@/")[2].partition("?")[0]


def test_a_batch_makes_two_trips(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[list[str]] = []
    trip = pipelines._trip

    def counted(pgconn: Any, lacking: Any, every: Any) -> Any:
        made.append([one.words for one, _ in every])
        return trip(pgconn, lacking, every)

    monkeypatch.setattr(pipelines, "_trip", counted)

    def job(connection: Connection, asked: Sequence[str]) -> list[str]:
        rows = trips.ask(connection, (ONE, ()), (SETTING, ()))
        trips.tell(connection, (NOTHING, ()))
        return [rows[0][0] for _ in asked]

    async def twice() -> list[str]:
        return [await database.write_together(job, "a"), await database.write_together(job, "b")]

    assert lived(database, twice) == ["off", "off"]
    first, last = made[-2:]
    assert first == ["BEGIN", pipelines._BY_KEY.words, ONE.words, SETTING.words]
    assert last == [NOTHING.words, "COMMIT"]


def test_row_539_what_is_said_twice_in_a_trip_is_prepared_once(database: Database) -> None:
    refused: list[BaseException] = []

    def job(connection: Connection, asked: Sequence[str]) -> list[int]:
        try:
            given = keep(connection, asked)
            trips.tell(connection, (NOTHING, ()))
            trips.ask(connection, (ONE, ()))
        except BaseException as error:
            refused.append(error)
            raise
        return given

    lived(database, lambda: database.write_together(job, "kept"))
    assert not refused
    assert kept(database) == {"kept": 1}


def test_statements_of_one_table_are_told_apart(database: Database) -> None:
    """What is prepared under another's name would write into the wrong columns, unseen."""
    who = arrays.change(audit_log, ["id"], "at", "actor")
    what = arrays.change(audit_log, ["id"], "at", "act")

    def job(connection: Connection, asked: Sequence[str]) -> list[int]:
        keep(connection, asked)
        (first,) = connection.scalars(
            select(audit_log.c.id).order_by(audit_log.c.id.desc()).limit(1)
        )
        arrays.say(connection, what, [(3.0, "kept otherwise", first)])
        arrays.say(connection, who, [(2.0, "somebody", first)])
        return [0 for _ in asked]

    async def once() -> None:
        await database.write_together(job, "kept")

    lived(database, once)
    assert kept(database) == {"kept otherwise": 1}


def test_row_538_what_the_quick_way_refuses_in_the_middle_goes_the_ordinary_one(
    database: Database,
) -> None:
    """As when somebody else has prepared a statement of the same name on the session."""

    def job(connection: Connection, asked: Sequence[str]) -> list[int]:
        connection.info.get(pipelines._PREPARED, set()).clear()
        return keep(connection, asked)

    async def twice() -> None:
        await database.write_together(job, "kept")
        await database.write_together(job, "kept again")

    lived(database, twice)
    assert kept(database) == {"kept": 1, "kept again": 1}


def test_row_537_a_month_that_was_undone_with_its_maker_is_made_again(database: Database) -> None:
    """The next report of an undone transaction found it there, and nobody made it any more."""
    months, at = Ready(), 4_000_000_000.0

    def undone(connection: Connection) -> None:
        months.be(connection, at)
        months.be(connection, at)
        raise ValueError

    def there(connection: Connection) -> bool:
        months.be(connection, at)
        return Month.of(at) in list(partitions.months(connection))

    with pytest.raises(ValueError):  # noqa: PT011 - our own
        database.run(undone)
    assert database.run(there)
    assert database.run(there)


def test_row_505_a_connection_that_died_between_batches_costs_no_report(
    database: Database, address: str, postgresql: PostgreSQL
) -> None:
    async def run() -> None:
        await asyncio.gather(*(database.write_together(keep, f"kept {n}") for n in range(3)))
        ended(postgresql, name_of(address))
        await asyncio.gather(*(database.write_together(keep, f"kept {n}") for n in (3, 4)))
        await database.write_together(keep, "kept 5")

    lived(database, run)
    assert kept(database) == {f"kept {n}": 1 for n in range(6)}


@pytest.mark.parametrize("count", [1, 3])
def test_row_506_one_that_dies_within_a_batch_leaves_nothing_and_the_batch_is_written_once(
    database: Database, address: str, postgresql: PostgreSQL, count: int
) -> None:
    tries: list[int] = []

    def job(connection: Connection, asked: Sequence[str]) -> list[int]:
        tries.append(len(asked))
        given = keep(connection, asked)
        if len(tries) == 1:
            ended(postgresql, name_of(address))
            trips.ask(connection, (ONE, ()))
        return given

    async def run() -> None:
        await asyncio.gather(*(database.write_together(job, f"kept {n}") for n in range(count)))

    lived(database, run)
    assert tries == [count, count]
    assert kept(database) == {f"kept {n}": 1 for n in range(count)}


def test_row_507_one_that_dies_with_its_commit_is_not_said_to_be_written(
    database: Database,
) -> None:
    def job(connection: Connection, asked: Sequence[str]) -> list[int]:
        given = keep(connection, asked)
        trips.tell(connection, (END, ()))
        return given

    async def run() -> None:
        with pytest.raises(DBAPIError) as told:
            await database.write_together(job, "kept")
        assert causes.cause(told.value) == "away"
        await database.write_together(keep, "kept after")

    lived(database, run)
    assert kept(database) == {"kept after": 1}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_row_508_what_is_refused_with_the_commit_hurts_who_told_it_alone(
    tmp_path: Path, address: str, kind: str
) -> None:
    where = address if kind == "postgresql" else ""
    database = open_database(ServerSettings(data=tmp_path, database=where))

    def job(connection: Connection, asked: Sequence[str]) -> list[int]:
        given = keep(connection, asked)
        if "kept bad" in asked:
            trips.tell(connection, (REFUSED, ()))
        return given

    async def run() -> list[Any]:
        words = ("kept 1", "kept bad", "kept 2")
        every = (database.write_together(job, one) for one in words)
        return await asyncio.gather(*every, return_exceptions=True)

    outcomes = lived(database, run)
    assert [isinstance(one, DBAPIError) for one in outcomes] == [False, True, False]
    assert kept(database) == {"kept 1": 1, "kept 2": 1}
    database.close()


def test_row_509_behind_a_pooler_nobody_inherits_how_batches_are_planned(
    tmp_path: Path, address: str
) -> None:
    def plainly(connection: Connection) -> str:
        return str(connection.exec_driver_sql(SETTING.words).scalar())

    def job(connection: Connection, asked: Sequence[str]) -> list[str]:
        keep(connection, asked)
        return [str(trips.ask(connection, (SETTING, ()))[0][0]) for _ in asked]

    async def run(database: Database) -> list[str]:
        said = []
        for n in range(8):  # the driver has prepared by then what it was given often
            said.append(await database.write_together(job, f"kept {n}"))
            said.append(await database.write(plainly))
            said.append(await database.read(plainly))
        return said

    with tempfile.TemporaryDirectory(prefix="agentguard-pooler-") as made:
        folder = Path(made)
        behind = ServerSettings(data=tmp_path, database=pooler.address(folder, address))
        with pooler.running(folder, address):
            database = open_database(behind)
            assert lived(database, lambda: run(database)) == ["off", "on", "on"] * 8
        with pooler.running(folder, address):  # who waited for a trip finds another session
            assert database.run(plainly) == "on"
            after = lived(database, lambda: database.write_together(job, "kept after"))
            again = lived(database, lambda: database.write_together(job, "kept again"))
            assert (after, again) == ("on", "off"), "the first went by the other way"
            words = (*(f"kept {n}" for n in range(8)), "kept after", "kept again")
            assert kept(database) == dict.fromkeys(words, 1)
        database.close()
