"""Finds the files to scan and has several children read them at once; a stop ends them at once.

Links are not followed, and what cannot be entered is told. Ctrl-C is a question that is asked
between two results: an exception that comes up anywhere tears the line that is being written in
two, and is lost where Python can tell nobody of it, while garbage is collected, or a library calls
back.
"""

from __future__ import annotations

import os
import signal
import stat
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path
from queue import LifoQueue
from types import FrameType, TracebackType
from typing import Self, TypeVar

from agentguard.detect.refusals import reason_of
from agentguard.detect.sandbox.client import Limits, ScanClient, Scanned
from agentguard.model.detection import Detection
from agentguard.model.outcomes import FileOutcome
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


def walk(roots: Sequence[str]) -> Iterator[str | Scanned]:
    """Yield every file below the roots once, in the order of names, or why a folder is shut."""
    seen: set[tuple[int, int]] = set()
    waiting = list(reversed(roots))
    while waiting:
        path = waiting.pop()
        try:
            found = Path(path).lstat()
            if not stat.S_ISDIR(found.st_mode):
                yield path
            elif (found.st_dev, found.st_ino) not in seen:
                seen.add((found.st_dev, found.st_ino))
                waiting += _below(path)
        except OSError as error:
            reason = reason_of(error)
            denied = "reason.denied-folder" if reason == "reason.denied" else reason
            yield Scanned(path=path, outcome=FileOutcome.UNREADABLE, reason=denied)


def _below(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted((entry.path for entry in entries), reverse=True)


class Interrupt:
    """Remembers that Ctrl-C was pressed and has what runs ended; pressed again, it interrupts."""

    def __init__(self) -> None:
        self._asked = False
        self._ends: tuple[Callable[[], None], ...] = ()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            before = signal.signal(signal.SIGINT, self._pressed)
            self._stack.callback(signal.signal, signal.SIGINT, before)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def ends(self, *ends: Callable[[], None]) -> None:
        """Call these as soon as it is pressed, wherever the program is: they must take no lock."""
        self._ends = ends
        if self._asked:
            self._end()

    def look(self) -> None:
        """Go on when it was not pressed.

        Raises:
            KeyboardInterrupt: it was.

        """
        if self._asked:
            raise KeyboardInterrupt

    def _pressed(self, _number: int, _frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        self._end()

    def _end(self) -> None:
        for end in self._ends:
            end()
