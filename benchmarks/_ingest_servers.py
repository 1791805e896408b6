"""The endpoint that is measured, and the bare stacks that are its ceilings, each on a core.

A bare stack is the same server and the same kind of database doing nothing but decode and insert;
`signed` also verifies each request and signs a receipt, which the protocol asks of every endpoint.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import uvicorn
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy import select

from agentguard.server.run import LocalServer, collect_seldom
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.engine.open_database import connect
from agentguard.server.store.schema.tables import device
from agentguard.wire import httpsig, v1

HOST = "127.0.0.1"
Rows = list[tuple[str, int, float]]


def pin(core: int) -> None:
    """Stay on one core where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        every = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {every[core % len(every)]})


def serve_endpoint(data: Path, address: str) -> None:
    limits = Limits(waiting_writes=5000)
    settings = ServerSettings(data=data, database=address, secure=False, limits=limits)
    server = LocalServer(settings, time.time, start)
    server.start()
    collect_seldom()  # as `agentguard serve` does
    print(server.port, flush=True)
    threading.Event().wait()


def start(name: str, run: Any) -> None:
    threading.Thread(target=run, name=name, daemon=True).start()


class InSqlite:
    """Keeps what was seen in a file."""

    def __init__(self, file: Path) -> None:
        self.base = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self.base.execute(f"PRAGMA {pragma}")
        self.base.execute("CREATE TABLE seen (device TEXT PRIMARY KEY, seq INTEGER, at REAL)")

    def commit(self, rows: Rows) -> None:
        """Write rows in one transaction."""
        self.base.execute("BEGIN IMMEDIATE")
        self.base.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", rows)
        self.base.execute("COMMIT")


class InPostgresql:
    """Keeps what was seen in a database on the same server as the endpoint's."""

    def __init__(self, address: str) -> None:
        self.base = psycopg.connect(address.replace("+psycopg", ""), autocommit=True)
        self.base.execute("CREATE TABLE seen (device TEXT PRIMARY KEY, seq BIGINT, at FLOAT8)")

    def commit(self, rows: Rows) -> None:
        """Write rows in one statement; of a device that is there twice, the last counts."""
        once = list({row[0]: row for row in rows}.values())
        self.base.execute(
            "INSERT INTO seen SELECT * FROM unnest(%s::text[], %s::bigint[], %s::float8[]) "
            "ON CONFLICT (device) DO UPDATE SET seq = EXCLUDED.seq, at = EXCLUDED.at",
            [list(column) for column in zip(*once, strict=True)],
        )


class Bare:
    """Decodes and inserts, many in one transaction, answers after the COMMIT; nothing else."""

    def __init__(self, kept: InSqlite | InPostgresql) -> None:
        self.kept = kept
        self.queue: asyncio.Queue[tuple[v1.Report, asyncio.Future[None]]] = asyncio.Queue()
        self.decoder = msgspec.json.Decoder(v1.Report)
        self.keys: dict[str, VerifyKey] = {}
        self.signer = SigningKey.generate()
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
        body = b"".join(parts)
        if self.keys:
            self.verify(scope, body)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.queue.put_nowait((self.decoder.decode(body), done))
        await done
        answer = self.signer.sign(body[:200]).signature.hex().encode() if self.keys else b"{}"
        length = str(len(answer)).encode()
        head = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": answer})

    def verify(self, scope: Any, body: bytes) -> None:
        """Verify a request's digest and signature."""
        headers = {k.decode(): v.decode() for k, v in scope["headers"]}
        digest = httpsig.content_digest(body)
        assert digest == headers["content-digest"]
        parsed = httpsig.parse(headers["signature-input"], headers["signature"])
        assert parsed is not None
        target = httpsig.Target(method="POST", authority=headers["host"], path=scope["path"])
        base = httpsig.signature_base(target, digest, parsed[0])
        self.keys[parsed[0].keyid].verify(base, parsed[1])

    async def write(self) -> None:
        """Write what waits, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            batch = [await self.queue.get()]
            while len(batch) < 256 and not self.queue.empty():
                batch.append(self.queue.get_nowait())
            rows = [(r.device, r.seq, time.time()) for r, _ in batch]
            await loop.run_in_executor(None, self.kept.commit, rows)
            for _, done in batch:
                done.set_result(None)


def kept(data: Path, name: str, address: str) -> InSqlite | InPostgresql:
    return InPostgresql(address) if address else InSqlite(data / f"{name}.db")


def keys(data: Path, address: str) -> dict[str, VerifyKey]:
    """Give the keys of the endpoint's devices."""
    database = connect(ServerSettings(data=data, database=address))
    rows = database.run(lambda c: c.execute(select(device.c.id, device.c.public_key)).all())
    database.close()
    return {row.id: VerifyKey(bytes(row.public_key)) for row in rows}


def serve(bare: Bare) -> None:
    config = uvicorn.Config(
        bare,
        host=HOST,
        port=0,
        loop="uvloop",
        http="httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    listening = config.bind_socket()
    collect_seldom()
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(config).run(sockets=[listening])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("endpoint", "bare", "signed"))
    parser.add_argument("data", type=Path)
    parser.add_argument("--endpoints", default="", help="the endpoint's database, if not SQLite")
    parser.add_argument("--own", default="", help="a bare stack's database, if not SQLite")
    given = parser.parse_args()
    pin(0)
    if given.kind == "endpoint":
        serve_endpoint(given.data, given.endpoints)
        return
    bare = Bare(kept(given.data, given.kind, given.own))
    if given.kind == "signed":
        bare.keys = keys(given.data, given.endpoints)
    serve(bare)


if __name__ == "__main__":
    main()
