"""Simulated desks in a process of their own: told by lines of JSON what to do, answers in the same.

    python -m tools.bench_server.desk_process

The first line says who they are. Each further one is a stage, which begins at its moment and ends
when all desks have their receipts or the patience is over; the end of the lines is the end.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import importlib.util
import os
import ssl
import sys
import time
from collections import Counter
from collections.abc import Sequence

import msgspec

from agentguard.platforms import system_clock
from tools.bench_server import fleet
from tools.bench_server.driver import Driver, Tally
from tools.bench_server.fleet import Desk

HOST = "127.0.0.1"
FILES = 500  # descriptors that are no desk's
MOST_SOCKETS = 16_000
WAITS_IN = 1000  # of these parts of a second are answers counted


class Fleet(msgspec.Struct, frozen=True, kw_only=True):
    """Which desks a process has: `count` from `first` on, of the fleet that `seed` makes."""

    seed: bytes
    first: int
    count: int
    ca: str
    port: int


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A stage: what happens at each desk before it, from when it is, and for how long at most."""

    events: int
    begin: float
    spread: float
    patience: float


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What a stage came to: answers by status and by their milliseconds; CPU in seconds.

    `told` is the last number of each desk that has a receipt.
    """

    statuses: dict[int, int]
    waits: dict[int, int]
    end: float
    cpu: float
    told: list[int]
    unreceipted: int


def main() -> None:
    """Do what the lines say."""
    lines = sys.stdin.buffer
    who = msgspec.json.decode(lines.readline(), type=Fleet)
    desks = [_placed(fleet.made(who.seed, n), n) for n in range(who.first, who.first + who.count)]
    clock = system_clock()
    context = ssl.create_default_context(cafile=who.ca)
    gc.freeze()
    _say(msgspec.json.encode(len(desks)))
    for line in lines:
        order = msgspec.json.decode(line, type=Order)
        for desk in desks:
            desk.happens(order.events)
        driver = Driver(
            host=HOST,
            port=who.port,
            now=lambda: clock.now().wall,
            boot=lambda: clock.now().boot,
            patience=order.patience,
            tls=context,
            sockets=_sockets(),
        )
        used = time.process_time()
        tally = _run(_stage(driver, desks, order))
        _say(msgspec.json.encode(_done(tally, desks, time.process_time() - used)))


async def _stage(driver: Driver, desks: Sequence[Desk], order: Order) -> Tally:
    await asyncio.sleep(max(0.0, order.begin - driver.boot()))
    return await driver.all_report(desks, spread=order.spread)


def _done(tally: Tally, desks: Sequence[Desk], cpu: float) -> Done:
    return Done(
        statuses=dict(tally.statuses),
        waits=dict(Counter(int(wait * WAITS_IN) for wait in tally.waits)),
        end=tally.end,
        cpu=cpu,
        told=[desk.told for desk in desks],
        unreceipted=fleet.unreceipted(desks),
    )


def _placed(desk: Desk, n: int) -> Desk:
    """Give the desk an address of its own, where all of 127.0.0.0/8 is this computer."""
    if sys.platform == "linux":
        n += 1 << 16
        desk.source = f"127.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
    return desk


def _sockets() -> int:
    """Return how many may be open at once."""
    if sys.platform == "win32":
        return FILES
    import resource  # noqa: PLC0415 - it is not everywhere

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return MOST_SOCKETS if soft < 0 else max(FILES, min(MOST_SOCKETS, soft - FILES))


def _run(stage: object) -> Tally:
    """Run a stage in the quicker loop, where there is one."""
    if importlib.util.find_spec("uvloop"):
        return importlib.import_module("uvloop").run(stage)  # type: ignore[no-any-return] # no stubs
    return asyncio.run(stage)  # type: ignore[arg-type] # a coroutine


def _say(line: bytes) -> None:
    """Write all of a line: an unbuffered stream may take a part of what a pipe has no room for."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as whole:
        whole.write(line + b"\n")


if __name__ == "__main__":
    main()
