"""Signed reports per second of the endpoint on one core, beside the bare stack in the same run.

The endpoint is a process of its own, pinned to one core; this process is the desks: it signs every
request beforehand, each with a fresh seq and nonce, and keeps its connections. The bare stack is
the same server and the same database doing nothing but decode and insert, without signatures.
At the end the endpoint is killed under load, and everything that it had receipted must be there.

python benchmarks/ingest.py [--reports N] [--connections N]     exit code 1 when a bar is missed
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import psutil
import uvicorn
import uvloop
from nacl.signing import SigningKey

from agentguard.server.run import LocalServer
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store import codes, devices
from agentguard.server.store.opening import open_database
from agentguard.wire import httpsig, v1

LEAST = 1000  # reports per second
MOST_P99 = 150  # milliseconds
DEVICES = 2000
CHECKS = 14
HOST = "127.0.0.1"


def pin(core: int) -> None:
    """Stay on one core where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        every = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {every[core % len(every)]})


def serve_endpoint(data: Path) -> None:
    settings = ServerSettings(data=data, secure=False, limits=Limits(waiting_writes=5000))
    server = LocalServer(settings, time.time, start)
    server.start()
    print(server.port, flush=True)
    threading.Event().wait()


def start(name: str, run: Any) -> None:
    threading.Thread(target=run, name=name, daemon=True).start()


class Bare:
    """Decodes and inserts, many in one transaction, answers after the COMMIT; nothing else."""

    def __init__(self, file: Path) -> None:
        self.base = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self.base.execute(f"PRAGMA {pragma}")
        self.base.execute("CREATE TABLE seen (device TEXT PRIMARY KEY, seq INTEGER, at REAL)")
        self.queue: asyncio.Queue[tuple[v1.Report, asyncio.Future[None]]] = asyncio.Queue()
        self.decoder = msgspec.json.Decoder(v1.Report)
        self.task: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Take one report."""
        if scope["type"] != "http":
            return
        self.task = self.task or asyncio.create_task(self.write())
        parts = []
        while True:
            message = await receive()
            parts.append(message["body"])
            if not message.get("more_body"):
                break
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.queue.put_nowait((self.decoder.decode(b"".join(parts)), done))
        await done
        head = [(b"content-type", b"application/json"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b"{}"})

    async def write(self) -> None:
        """Write what waits, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            batch = [await self.queue.get()]
            while len(batch) < 256 and not self.queue.empty():
                batch.append(self.queue.get_nowait())
            rows = [(r.device, r.seq, time.time()) for r, _ in batch]
            await loop.run_in_executor(None, self.commit, rows)
            for _, done in batch:
                done.set_result(None)

    def commit(self, rows: list[tuple[str, int, float]]) -> None:
        """Write rows in one transaction."""
        self.base.execute("BEGIN IMMEDIATE")
        self.base.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", rows)
        self.base.execute("COMMIT")


def serve_bare(data: Path) -> None:
    config = uvicorn.Config(
        Bare(data / "bare.db"),
        host=HOST,
        port=0,
        loop="uvloop",
        http="httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    listening = config.bind_socket()
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def process(kind: str, data: Path) -> Iterator[tuple[psutil.Process, int]]:
    words = [sys.executable, __file__, "--serve", kind, "--data", str(data)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as one:
        try:
            assert one.stdout is not None
            yield psutil.Process(one.pid), int(one.stdout.readline())
        finally:
            one.send_signal(signal.SIGKILL)


@dataclass
class Fleet:
    """Enrolled desks that sign requests."""

    ids: list[str]
    keys: list[SigningKey]
    seqs: list[int]
    authority: str = ""

    @classmethod
    def enrol(cls, data: Path) -> Fleet:
        """Put the desks into the endpoint's database."""
        keys = [SigningKey.generate() for _ in range(DEVICES)]
        ids = [f"d{n:023}" for n in range(DEVICES)]
        database = open_database(ServerSettings(data=data))

        def put(connection: Any) -> None:
            about = devices.About(team=codes.team_id(connection, "Billing"), label="d", system="s")
            for id_, key in zip(ids, keys, strict=True):
                devices.put(connection, id_, key.verify_key.encode(), about, time.time())

        database.run(put)
        database.close()
        return cls(ids, keys, [0] * DEVICES)

    def request(self, n: int, *, whole: bool) -> bytes:
        """Sign a report of desk `n % DEVICES`; every twentieth carries an event."""
        at = n % DEVICES
        self.seqs[at] += 1
        body = msgspec.json.encode(self.report(at, whole=whole, told=n % 20 == 0))
        named = httpsig.Parameters(
            created=int(time.time()), nonce=secrets.token_urlsafe(18), keyid=self.ids[at]
        )
        digest = httpsig.content_digest(body)
        target = httpsig.Target(method="POST", authority=self.authority, path=v1.REPORTS)
        base = httpsig.signature_base(target, digest, named)
        headers = httpsig.headers(digest, named, self.keys[at].sign(base).signature)
        lines = [f"POST {v1.REPORTS} HTTP/1.1", f"host: {self.authority}"]
        lines += [f"{key}: {value}" for key, value in headers.items()]
        lines += ["content-type: application/json", f"content-length: {len(body)}", "", ""]
        return "\r\n".join(lines).encode() + body

    def report(self, at: int, *, whole: bool, told: bool) -> v1.Report:
        """Make a report."""
        seq = self.seqs[at]
        now = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
        event = v1.Event(seq=seq, kind="session.locked", at=now)
        states = ["fail" if seq % 50 == 0 and n == 0 else "pass" for n in range(CHECKS)]
        controls = tuple(
            v1.Control(
                check=f"check-{n}",
                measure=4,
                state=state,
                since="2026-11-25T00:00:00+00:00",
                severity="high",
                detail=f"check-{n}.fine",
            )
            for n, state in enumerate(states)
        )
        return v1.Report(
            device=self.ids[at],
            epoch=1,
            seq=seq,
            sent_at=now,
            boot=1.0,
            hash="ab" * 32,
            agent="0.1.0",
            policy="baseline 1",
            policy_digest="cd" * 32,
            overall="good",
            locked=False,
            in_call=False,
            waiting=0,
            controls=controls if whole else None,
            events=(event,) if told else (),
        )


@dataclass
class Load:
    """The requests to send, and how each was answered."""

    requests: list[bytes]
    taken: int = 0
    answered: int = 0
    waits: list[float] = field(default_factory=list)
    wrong: list[bytes] = field(default_factory=list)
    receipted: set[int] = field(default_factory=set)
    kill: tuple[int, int] = (0, 0)  # (process, after how many answers)

    def receipt(self, place: int) -> None:
        """Write down an answer; kill the endpoint when it is time."""
        self.answered += 1
        self.receipted.add(place)
        process, after = self.kill
        if process and self.answered == after:
            os.kill(process, signal.SIGKILL)


class Desk(asyncio.Protocol):
    """A kept connection with one request in flight."""

    def __init__(self, load: Load, done: asyncio.Future[None]) -> None:
        self.load, self.done = load, done
        self.buffer = b""

    def connection_made(self, transport: Any) -> None:
        """Begin."""
        self.transport = transport
        self.send()

    def send(self) -> None:
        """Send the next request, or end."""
        load = self.load
        if load.taken == len(load.requests):
            self.transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self.place, request = load.taken, load.requests[load.taken]
        load.taken += 1
        self.at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Read an answer."""
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        if len(body) < length:
            return
        self.load.waits.append(time.perf_counter() - self.at)
        self.load.receipt(self.place)
        if not head.startswith(b"HTTP/1.1 200"):
            self.load.wrong.append(head.split(b"\r\n")[0] + b" " + body)
        self.buffer = b""
        self.send()

    def connection_lost(self, _error: Exception | None) -> None:
        """End, in disorder when nobody killed the endpoint."""
        if self.done.done():
            return
        if self.load.kill[0]:
            self.done.set_result(None)
        else:
            self.done.set_exception(ConnectionError("the endpoint hung up"))


async def drive(load: Load, port: int, connections: int) -> float:
    loop = asyncio.get_running_loop()
    ends = [loop.create_future() for _ in range(connections)]
    begun = time.perf_counter()
    opening = [loop.create_connection(lambda e=e: Desk(load, e), HOST, port) for e in ends]
    await asyncio.gather(*opening)
    await asyncio.gather(*ends)
    return time.perf_counter() - begun


def measure(name: str, one: psutil.Process, port: int, load: Load, connections: int) -> Result:
    before = one.cpu_times()
    seconds = uvloop.run(drive(load, port, connections))
    after = one.cpu_times()
    if load.wrong:
        sys.exit(f"{name}: {len(load.wrong)} wrong answers, such as {load.wrong[0]!r}")
    cpu = (after.user + after.system - before.user - before.system) / load.answered * 1e6
    cuts = statistics.quantiles(load.waits, n=100)
    done = Result(rate=load.answered / seconds, p50=cuts[49] * 1e3, p99=cuts[98] * 1e3, cpu=cpu)
    print(
        f"{name:34} {done.rate:8.0f} reports/s   p50 {done.p50:6.1f} ms   p99 {done.p99:6.1f} ms"
        f"   {done.cpu:6.0f} us CPU/report",
        flush=True,
    )
    return done


@dataclass(frozen=True, kw_only=True)
class Result:
    """One measurement."""

    rate: float
    p50: float
    p99: float
    cpu: float


def killed(one: psutil.Process, port: int, data: Path, fleet: Fleet, given: Any) -> int:
    """Kill the endpoint under load; count the desks of which a receipted report is not there."""
    seqs: list[tuple[str, int]] = []
    requests = []
    for n in range(given.reports):
        requests.append(fleet.request(n, whole=False))
        seqs.append((fleet.ids[n % DEVICES], fleet.seqs[n % DEVICES]))
    load = Load(requests, kill=(one.pid, given.reports // 2))
    uvloop.run(drive(load, port, given.connections))
    one.wait(10)
    with sqlite3.connect(data / "server.db") as base:
        held = dict(base.execute("SELECT device, seq FROM device_seen"))
    return sum(held.get(id_, 0) < seq for id_, seq in (seqs[n] for n in load.receipted))


def run(given: argparse.Namespace, folder: Path) -> bool:
    data = folder / "endpoint"
    data.mkdir()
    fleet = Fleet.enrol(data)
    results = []
    with process("endpoint", data) as (one, port):
        fleet.authority = f"{HOST}:{port}"
        warm = Load([fleet.request(n, whole=True) for n in range(DEVICES)])
        measure("first reports (not judged)", one, port, warm, given.connections)
        for name, whole in (("every report with its posture", True), ("posture unchanged", False)):
            load = Load([fleet.request(n, whole=whole) for n in range(given.reports)])
            results.append(measure(name, one, port, load, given.connections))
        missing = killed(one, port, data, fleet, given)
    with process("bare", folder) as (one, port):
        load = Load([fleet.request(n, whole=True) for n in range(given.reports)])
        bare = measure("bare stack: decode and insert", one, port, load, given.connections)
    worst = min(results, key=lambda r: r.rate)
    ratio = worst.cpu / bare.cpu
    print(f"ratio to the bare stack: {bare.rate / worst.rate:.2f} in reports/s, {ratio:.2f} in CPU")
    print(f"receipted reports lost by kill -9 under load: {missing}")
    return worst.rate >= LEAST and worst.p99 < MOST_P99 and not missing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=8000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--serve", choices=("endpoint", "bare"), help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        pin(0)
        {"endpoint": serve_endpoint, "bare": serve_bare}[given.serve](given.data)
        return 0
    pin(1)
    with tempfile.TemporaryDirectory(prefix="agentguard-ingest-") as folder:
        return 0 if run(given, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
