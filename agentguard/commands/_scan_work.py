"""Has files read by several children at once; what was stopped half-way ends them at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from queue import LifoQueue
from typing import TypeVar

from agentguard.commands._scan_stop import Interrupt
from agentguard.commands._scan_walk import walk
from agentguard.detect.sandbox.client import Limits, ScanClient, Scanned
from agentguard.model.detection import Detection
from agentguard.platforms import cage, child_starter, leash, system_clock

MOST_JOBS = 64
_AHEAD = 4

T = TypeVar("T")
U = TypeVar("U")


def cores() -> int:
    """Return how many files this process may read at once with profit."""
    if hasattr(os, "sched_getaffinity"):
        return min(MOST_JOBS, len(os.sched_getaffinity(0)))
    return min(MOST_JOBS, os.cpu_count() or 1)


def results(
    paths: Sequence[str],
    jobs: int,
    child: Callable[[], ScanClient],
    ask: Callable[[ScanClient, str], T],
    interrupt: Interrupt,
) -> Generator[T | Scanned, None, None]:
    """Yield what `ask` says to each of `jobs` children of a file, and why folders are shut.

    The children end with the iteration: when it is closed early, in the middle of their work.
    KeyboardInterrupt is raised between two results, never elsewhere.
    """
    with ExitStack() as stack:
        every = [child() for _ in range(jobs)]
        clients: LifoQueue[ScanClient] = LifoQueue()  # one that has started goes first
        for client in reversed(every):
            clients.put(stack.enter_context(client))
        pool = stack.enter_context(ThreadPoolExecutor(jobs, thread_name_prefix="scan"))
        stack.callback(_stop, pool, every)
        interrupt.ends(*(client.abort for client in every))
        scan = _by_any(clients, ask)
        found = _until(interrupt, walk(paths))
        running: set[Future[T]] = set()
        while batch := list(islice(found, max(1, jobs * _AHEAD - len(running)))):
            yield from (item for item in batch if isinstance(item, Scanned))
            running |= {pool.submit(scan, item) for item in batch if isinstance(item, str)}
            if len(running) >= jobs * _AHEAD:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from _until(interrupt, (future.result() for future in done))
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from _until(interrupt, (future.result() for future in done))


def child(detection: Detection, file_mib: int) -> ScanClient:
    """Return who reads files to their end, and up to so many MiB of those that are sampled."""
    return ScanClient(
        replace(Limits(), file_mib=file_mib),
        system_clock(),
        detection=detection,
        cage=cage(),
        leash=leash,
        start=child_starter(),
        to_the_end=True,
    )


def _by_any(
    clients: LifoQueue[ScanClient], ask: Callable[[ScanClient, str], T]
) -> Callable[[str], T]:
    """Ask of a file whoever is free."""

    def scan(path: str) -> T:
        client = clients.get()
        try:
            return ask(client, path)
        finally:
            clients.put(client)

    return scan


def _until(interrupt: Interrupt, every: Iterable[U]) -> Iterator[U]:
    """Yield what comes until Ctrl-C: an answer of a child that was ended for it is none."""
    for one in every:
        interrupt.look()
        yield one
    interrupt.look()


def _stop(pool: ThreadPoolExecutor, clients: Sequence[ScanClient]) -> None:
    """Begin nothing more, and end what is still being read."""
    pool.shutdown(wait=False, cancel_futures=True)
    for client in clients:
        client.abort()
