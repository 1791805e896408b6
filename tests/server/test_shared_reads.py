"""Row 249: what is read for all reports is read once, however many wait for it."""

from __future__ import annotations

import asyncio

import pytest

from agentguard.server.ingest.shared_reads import SharedRead

SECONDS = 5.0
MANY = 64


class Source:
    """Counts how often it is read; gives a number once it may go on."""

    def __init__(self) -> None:
        self.reads = 0
        self.may = asyncio.Event()
        self.wrong: Exception | None = None

    async def __call__(self, _now: float) -> int:
        self.reads += 1
        mine = self.reads
        await self.may.wait()
        if self.wrong is not None:
            raise self.wrong
        return mine


def test_row_249_all_who_ask_while_it_is_read_wait_for_one_read() -> None:
    async def lived() -> None:
        source = Source()
        shared = SharedRead(source, SECONDS)
        waiting = [asyncio.create_task(shared.get(100.0 + n / MANY)) for n in range(MANY)]
        await asyncio.sleep(0)
        waiting[0].cancel()  # who began it goes away, and takes nothing from the others
        source.may.set()
        given = await asyncio.gather(*waiting, return_exceptions=True)
        assert isinstance(given[0], asyncio.CancelledError)
        assert given[1:] == [1] * (MANY - 1)
        assert [await shared.get(at) for at in (100.0, 104.9)] == [1, 1]
        assert source.reads == 1

    asyncio.run(lived())


@pytest.mark.parametrize("at", [105.0, 99.9], ids=["old", "set-back"])
def test_what_is_old_or_of_a_clock_that_was_set_back_is_read_anew(at: float) -> None:
    async def lived() -> None:
        source = Source()
        source.may.set()
        shared = SharedRead(source, SECONDS)
        assert [await shared.get(100.0), await shared.get(at)] == [1, 2]

    asyncio.run(lived())


def test_a_read_that_failed_is_told_to_all_and_not_believed() -> None:
    async def lived() -> None:
        source = Source()
        source.wrong = ValueError()
        shared = SharedRead(source, SECONDS)
        waiting = [asyncio.create_task(shared.get(100.0)) for _ in range(3)]
        await asyncio.sleep(0)
        source.may.set()
        given = await asyncio.gather(*waiting, return_exceptions=True)
        assert given == [source.wrong] * 3
        source.wrong = None
        assert await shared.get(100.0) == 2

    asyncio.run(lived())


def test_who_forgets_gets_what_was_read_afterwards() -> None:
    async def lived() -> None:
        source = Source()
        shared = SharedRead(source, SECONDS)
        before = asyncio.create_task(shared.get(100.0))
        await asyncio.sleep(0)
        shared.forget()
        after = asyncio.create_task(shared.get(100.0))
        await asyncio.sleep(0)
        source.may.set()
        assert [await before, await after] == [1, 2]

    asyncio.run(lived())
