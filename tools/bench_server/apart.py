"""A bench of processes: `agentguard serve` under TLS, and desks in processes beside it.

So the CPU of the endpoint and of the desks is told apart, and neither waits for the other's loop.
Each desk comes from an address of its own where the system lets it.
"""

from __future__ import annotations

import itertools
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import IO

import msgspec
import psutil

from agentguard.base.errors import CannotError
from agentguard.server.listener.certificate import CA_FILE
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.store.engine.open_database import open_database
from tools.bench_server import fleet
from tools.bench_server.desk_process import HOST, WAITS_IN, Done, Fleet, Order
from tools.bench_server.stages import (
    OUTAGE,
    QUEUED,
    RECOVERY,
    Outcome,
    Stage,
    compared,
)

FIRST_PACE = 400  # desks that report for the first time begin in a second: this is no storm
FIRST_PATIENCE = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """CPU seconds of the desks and of the endpoint in a stage, and the endpoint's bytes at its end.

    The endpoint's CPU of a storm is counted from its start on.
    """

    stage: str
    desks: float
    endpoint: float
    memory: int


@dataclass(slots=True, kw_only=True)
class Endpoint:
    """An `agentguard serve` that is started and ended; its address stays."""

    settings: ServerSettings
    port: int
    process: psutil.Popen | None = None

    def start(self) -> None:
        """Start it, and return once it answers.

        Raises:
            CannotError: it ended instead.

        """
        place = {"AGENTGUARD_DATABASE": self.settings.database} if self.settings.database else {}
        with self._log.open("ab") as log:
            self.process = psutil.Popen(
                [
                    *(sys.executable, "-m", "agentguard", "serve", "--host", HOST),
                    *("--port", str(self.port), "--data", str(self.settings.data)),
                ],
                env={**os.environ, **place},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        for line in self.process.stdout:
            if f":{self.port}" in line and "http" in line and self._answers():
                return
        self.process.communicate()
        said = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        raise CannotError("The endpoint did not start.", " ".join(said[-2:]))

    @property
    def _log(self) -> Path:
        return self.settings.data / "bench.log"

    def _answers(self) -> bool:
        with socket.socket() as one:
            return one.connect_ex((HOST, self.port)) == 0

    def stop(self) -> None:
        """End it as an operator does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.communicate()
            self.process = None

    @property
    def used(self) -> tuple[float, int]:
        """Its CPU seconds, and its memory in bytes."""
        assert self.process is not None  # noqa: S101 - asked between start and stop
        times = self.process.cpu_times()
        return times.user + times.system, self.process.memory_info().rss


class Apart:
    """Runs the stages of a bench whose desks and endpoint are processes."""

    def __init__(
        self,
        settings: ServerSettings,
        now: Now,
        boot: Now,
        *,
        processes: int,
        tell: Callable[[Stage], None] = lambda _stage: None,
        cost: Callable[[Cost], None] = lambda _cost: None,
    ) -> None:
        self._settings = settings
        self._now = now
        self._boot = boot
        self._processes = processes
        self._tell = tell
        self._cost = cost

    def run(self, count: int) -> Outcome:
        """Let `count` desks report, and then come back at once."""
        seed = secrets.token_bytes(fleet.SEED)
        database = open_database(self._settings)
        desks = fleet.put(database, count, self._now(), seed)
        database.close()
        endpoint = Endpoint(settings=self._settings, port=_free())
        with ExitStack() as stack:
            endpoint.start()
            stack.callback(endpoint.stop)
            workers = [
                stack.enter_context(_desks(one))
                for one in _shares(seed, count, self._processes, self._ca, endpoint.port)
            ]
            spread = count / FIRST_PACE
            first = self._stage("first", endpoint, workers, Order(
                events=0, begin=self._boot(), spread=spread, patience=FIRST_PATIENCE
            ))  # fmt: skip
            endpoint.stop()
            storm, done = self._storm(endpoint, workers)
        told = [seq for one in done for seq in one.told]
        for desk, seq in zip(desks, told, strict=True):
            desk.told = seq
        database = open_database(self._settings)
        lost, doubled = compared(database, desks)
        database.close()
        return Outcome(
            stages=(first, storm),
            lost=lost,
            doubled=doubled,
            unreceipted=sum(one.unreceipted for one in done),
            recovered=storm.seconds,
        )

    @property
    def _ca(self) -> str:
        return str(self._settings.data / CA_FILE)

    def _stage(
        self, name: str, endpoint: Endpoint, workers: Sequence[Worker], order: Order
    ) -> Stage:
        before = endpoint.used[0]
        for one in workers:
            one.tell(order)
        done = [one.done() for one in workers]
        used, memory = endpoint.used
        return self._told(name, done, order.begin, used - before, memory)

    def _storm(self, endpoint: Endpoint, workers: Sequence[Worker]) -> tuple[Stage, list[Done]]:
        """Let every desk ask while the endpoint is away, and then let it come back."""
        order = Order(events=QUEUED, begin=self._boot(), spread=OUTAGE, patience=RECOVERY)
        for one in workers:
            one.tell(order)
        endpoint.start()
        begun = self._boot()
        done = [one.done() for one in workers]
        used, memory = endpoint.used
        return self._told("storm", done, begun, used, memory), done

    def _told(
        self, name: str, done: Sequence[Done], begun: float, used: float, memory: int
    ) -> Stage:
        statuses: Counter[int] = sum((Counter(one.statuses) for one in done), Counter())
        waits: Counter[int] = sum((Counter(one.waits) for one in done), Counter())
        good, away = statuses[HTTPStatus.OK], statuses[HTTPStatus.TOO_MANY_REQUESTS]
        stage = Stage(
            name=name,
            reports=good,
            seconds=max(one.end for one in done) - begun,
            p50=_quantile(waits, 0.5),
            p99=_quantile(waits, 0.99),
            turned_away=away,
            failed=statuses.total() - good - away,
        )
        self._tell(stage)
        cpu = sum(one.cpu for one in done)
        self._cost(Cost(stage=name, desks=cpu, endpoint=used, memory=memory))
        return stage


@dataclass(frozen=True, slots=True)
class Worker:
    """A process of desks: what it reads and what it writes."""

    reads: IO[bytes]
    writes: IO[bytes]

    def tell(self, order: Order) -> None:
        """Have it begin a stage."""
        self.reads.write(msgspec.json.encode(order) + b"\n")
        self.reads.flush()

    def done(self) -> Done:
        """Wait for the end of a stage, and return what it came to."""
        return msgspec.json.decode(self.writes.readline(), type=Done)


@contextmanager
def _desks(who: Fleet) -> Iterator[Worker]:
    """Have a process of desks, which are ready."""
    command = [sys.executable, "-m", "tools.bench_server.desk_process"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as one:
        assert one.stdin is not None  # noqa: S101 - it was asked for
        assert one.stdout is not None  # noqa: S101 - as above
        one.stdin.write(msgspec.json.encode(who) + b"\n")
        one.stdin.flush()
        one.stdout.readline()
        yield Worker(one.stdin, one.stdout)


def _shares(seed: bytes, count: int, processes: int, ca: str, port: int) -> list[Fleet]:
    """Cut a fleet into parts of the same size, one for each process."""
    cuts = [count * n // processes for n in range(processes + 1)]
    whole = Fleet(seed=seed, first=0, count=count, ca=ca, port=port)
    return [
        msgspec.structs.replace(whole, first=first, count=end - first)
        for first, end in itertools.pairwise(cuts)
    ]


def _quantile(waits: Counter[int], share: float) -> float:
    """Return the seconds within which this share of the answers came."""
    left = share * waits.total()
    for wait in sorted(waits):
        left -= waits[wait]
        if left <= 0:
            return wait / WAITS_IN
    return 0.0


def _free() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind((HOST, 0))
        port: int = one.getsockname()[1]
        return port
