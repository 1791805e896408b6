"""Many writes in one transaction: each is whole or undone, whoever fails beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.records import audit
from agentguard.server.store.schema.tables import audit_log
from tests.server.migrated import migrated

BROKEN = "broken"


@pytest.fixture
def database(tmp_path: Path, address: str) -> Iterator[Database]:
    opened = open_database(migrated(ServerSettings(data=tmp_path, database=address)))
    yield opened
    opened.close()


def noted(connection: Connection, names: Sequence[str]) -> list[bool | Exception]:
    """Write each down; one of them breaks the whole when it is written with others or alone."""
    for name in names:
        audit.note(connection, 1.0, name, "tried")
    if BROKEN in names:
        raise ValueError(BROKEN)
    return [True for _ in names]


def there(database: Database) -> list[str]:
    asked = select(audit_log.c.actor).order_by(audit_log.c.id)
    return list(database.run(lambda connection: connection.scalars(asked).all()))


async def all_at_once(database: Database, names: Sequence[str]) -> list[bool | BaseException]:
    database.start()
    asked = [database.write_together(noted, name) for name in names]
    given = await asyncio.gather(*asked, return_exceptions=True)
    await database.stop()
    return given


def test_one_that_fails_among_its_like_is_undone_alone(database: Database) -> None:
    given = asyncio.run(all_at_once(database, ["first", BROKEN, "last"]))
    assert [type(one) for one in given] == [bool, ValueError, bool]
    assert there(database) == ["first", "last"]


def test_a_lone_write_that_fails_is_tried_once_and_leaves_nothing(database: Database) -> None:
    tries = []

    def job(connection: Connection) -> None:
        tries.append(1)
        noted(connection, [BROKEN])

    async def asked() -> None:
        database.start()
        with pytest.raises(ValueError, match=BROKEN):
            await database.write(job)
        await database.stop()

    asyncio.run(asked())
    assert tries == [1]
    assert there(database) == []


def test_what_fails_among_others_of_another_kind_is_undone_alone(database: Database) -> None:
    async def asked() -> list[object]:
        database.start()
        alone = database.write(lambda c: audit.note(c, 1.0, "alone", "tried"))
        broken = database.write(lambda c: noted(c, [BROKEN]))
        like = [database.write_together(noted, name) for name in ("first", "last")]
        given = await asyncio.gather(alone, broken, *like, return_exceptions=True)
        await database.stop()
        return list(given)

    assert isinstance(asyncio.run(asked())[1], ValueError)
    assert sorted(there(database)) == ["alone", "first", "last"]
