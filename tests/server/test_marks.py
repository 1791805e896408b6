"""What many open pages cost together, and that no change is missed that is committed late."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Engine, create_engine, event, insert
from sqlalchemy.exc import OperationalError

from agentguard.server.console import streams
from agentguard.server.console.streams import OpenPage, Streams
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.engine import audit_chain
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.floor.marks import LATE, Versions, Watch
from agentguard.server.store.records import audit
from agentguard.server.store.schema.tables import device, posture_change, team
from agentguard.server.store.schema.whole import metadata
from tests.server.migrated import migrated

MANY, LOOKS = 200, 6
QUICK = Limits(stream_look=0.01, stream_beat=60.0)


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = create_engine("sqlite://")
    metadata().create_all(made)
    with made.begin() as connection:
        for number in (1, 2):
            connection.execute(insert(team).values(id=number, name=f"team {number}"))
            values = {"team": number, "label": "x", "system": "x", "enrolled_at": 0.0}
            key = {"id": f"d{number}", "public_key": bytes([number])}
            connection.execute(insert(device).values(**key, **values))
    yield made
    made.dispose()


def change(number: int, of: int) -> Any:
    """Give what writes a change of a posture under a number."""
    values = {"check": "screen-lock", "before": "pass", "after": "fail", "at": 0.0}
    return insert(posture_change).values(id=number, device=f"d{of}", **values)


def test_row_410_a_change_that_is_committed_late_is_told_and_none_is_told_twice(
    engine: Engine,
) -> None:
    watch = Watch()
    with engine.begin() as c:
        c.execute(change(10, 1))
        assert watch.look(c, 0.0) == set(), "what was there before is no news"
        c.execute(change(12, 2))
        assert watch.look(c, 1.0) == {2}
        c.execute(change(11, 1))  # it was given its number before the other one
        assert watch.look(c, 2.0) == {1}
        for at in (3.0, LATE + 3, LATE + 4):
            assert watch.look(c, at) == set()
        c.execute(change(13, 1))
        assert watch.look(c, LATE + 5) == {1}


def test_row_410_acts_are_news_for_everybody_and_looks_for_nobody(engine: Engine) -> None:
    watch = Watch()
    with engine.begin() as c:
        assert watch.look(c, 0.0) == set()
    for act, told in (("floor.seen", set()), ("device.moved", {None})):
        with engine.begin() as c:
            audit.note(c, 0.0, "sam", act)
            number(c)
        with engine.begin() as c:
            assert watch.look(c, 1.0) == told, act


def number(connection: Any) -> None:
    """Number what was noted, as every COMMIT of the endpoint does."""
    audit_chain.settle(connection)


def test_row_412_a_version_is_of_the_teams_that_are_seen() -> None:
    versions = Versions()
    teams = (None, frozenset({1}), frozenset({1, 2}), frozenset({3}))
    for changed, told in (
        ({1}, (True, True, True, False)),
        ({2, 4}, (True, False, True, False)),
        ({None}, (True, True, True, True)),
        (set(), (False, False, False, False)),
    ):
        before = [versions.of(one) for one in teams]
        versions.changed(changed)
        assert tuple(versions.of(t) != b for t, b in zip(teams, before, strict=True)) == told


class Counting:
    """A database whose looks are counted; `look` is called at each."""

    def __init__(self, database: Database, look: Callable[[int], None]) -> None:
        self._database, self._look = database, look
        self.looks = self.over = 0

    async def read(self, job: Any) -> Any:
        self.looks += 1
        self._look(self.looks)
        found = await self._database.read(job)
        self.over += 1
        return found


def streams_of(database: Counting) -> Streams:
    """Give streams that look at a database whose looks are counted: it reads as any does."""
    return Streams(cast("Database", database), QUICK, lambda: 0.0)


@pytest.mark.parametrize("many", [1, MANY])
def test_row_412_many_open_pages_ask_the_database_no_more_than_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(streams, "SUMS_EVERY", 0.0)
    monkeypatch.setattr(streams, "SHARE", 0)
    database = open_database(migrated(ServerSettings(data=tmp_path, jobs=False)))
    statements: list[str] = []
    enough = asyncio.Event()
    counting = Counting(database, lambda n: enough.set() if n > LOOKS else None)
    told = streams_of(counting)
    event.listen(database._engine, "before_cursor_execute", lambda *a: statements.append(a[2]))

    async def run() -> int:
        opened = [_stream(told, f"s{n}") for n in range(many)]
        for one in opened:
            assert (await anext(one)).startswith(b"event: beat")
        await enough.wait()
        found = len(statements)
        told.leave()
        for one in opened:
            assert [piece async for piece in one] == [b"event: over\ndata: 0\n\n"]
        await told.stop()
        return found

    found = asyncio.run(run())
    assert LOOKS <= found <= (LOOKS + 1) * 8, "eight statements a look, for all"
    database.close()


def test_row_412_where_the_database_does_not_answer_pages_ask_by_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = open_database(migrated(ServerSettings(data=tmp_path, jobs=False)))

    def fail(number: int) -> None:
        if number > 1:
            raise OperationalError("secret", {}, Exception("secret"))

    told = streams_of(Counting(database, fail))

    async def run() -> list[bytes]:
        pieces = [piece async for piece in _stream(told, "s")]
        await told.stop()
        return pieces

    assert [one.split(b"\n")[0] for one in asyncio.run(run())] == [b"event: beat", b"event: over"]
    said = "open pages are told nothing: The database's server does not answer."
    assert said in caplog.text
    assert "secret" not in caplog.text
    database.close()


def test_row_410_what_comes_after_the_first_sign_of_life_is_told(tmp_path: Path) -> None:
    database = open_database(migrated(ServerSettings(data=tmp_path, jobs=False)))
    counting = Counting(database, lambda _number: None)
    told = streams_of(counting)

    async def run() -> bytes:
        opened = _stream(told, "s")
        assert (await anext(opened)).startswith(b"event: beat")
        assert counting.over == 1, "it was looked before, so that it is known what is new"
        database.run(lambda c: audit.note(c, 0.0, "sam", "device.moved"))
        news: bytes = await anext(opened)
        await told.stop()
        return news

    assert asyncio.run(run()).startswith(b"id: 1\nevent: news\n")
    database.close()


def _stream(told: Streams, owner: str) -> Any:
    return told.told(OpenPage(owner=owner, scope=None, still=lambda _c, _n: True))
