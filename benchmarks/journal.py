"""Entries per second of the journal beside plain SQLite inserts with the same durability.

python benchmarks/journal.py [--entries N]

Writing waits for the disk, so it is measured by the clock; reading and verifying by the processor's
time, so that what else runs on the machine does not count. The file that is verified has a receipt,
and seals over what came after it. The bars are one million entries in 20 s, and half of the commits
a second that plain SQLite makes durable with one entry each.
"""

from __future__ import annotations

import argparse
import base64
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agentguard.model.moments import Moment
from agentguard.model.records import Record
from agentguard.ports.secrets import Places
from agentguard.runtime import stores
from agentguard.store.agent_store import Store, open_store
from agentguard.store.export import export
from agentguard.store.outbox_lanes import Bounds
from agentguard.trust.chain.auditor_demands import Demands
from agentguard.trust.chain.headers import Origin
from agentguard.trust.chain.verify import verify_file

MOST_SECONDS = 20.0
LEAST_COMMITS = 0.5  # of plain SQLite's
PAYLOAD = '{"check":"pii-files","hits":[],"message":"pii-files.found","severity":"high","n":1}'
ENDPOINT = Ed25519PrivateKey.from_private_bytes(b"e" * 32)
KEY = base64.b64encode(ENDPOINT.public_key().public_bytes_raw()).decode()
ORIGIN = Origin(device="bench", receipt_key=KEY)
ROUNDS = 8
SEALED = 100  # commits after the receipt


def records(count: int) -> list[Record]:
    at = Moment(boot=1.5, wall=1_790_000_000.0)
    payload = {"check": "pii-files", "subject": "/home/a/b.csv", "severity": "high", "hits": []}
    return [Record(kind="finding.opened", at=at, payload={**payload, "n": n}) for n in range(count)]


def timed(
    count: int, work: Callable[[], object], clock: Callable[[], float] = time.perf_counter
) -> float:
    begun = clock()
    work()
    return count / (clock() - begun)


def plain(folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / "plain.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE entries (seq INTEGER PRIMARY KEY, kind TEXT, payload TEXT)")
    return connection


def insert(connection: sqlite3.Connection, count: int, batch: int) -> None:
    rows = [("finding.opened", PAYLOAD)] * batch
    for _ in range(count // batch):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO entries (kind, payload) VALUES (?, ?)", rows)
        connection.execute("COMMIT")


def sealed_store(folder: Path, entries: int) -> Store:
    """Open a store as an enrolled computer does, whose bounds are out of the way."""
    (folder / stores.ENROLMENT).write_text("{}")
    return open_store(
        folder,
        sealer=stores.sealer(folder),
        box=stores.box(folder, Places()),
        bounds=Bounds(entries=2 * entries, size=1 << 40),
    )


def confirm(store: Store) -> None:
    epoch, seq, digest = store.journal.head()
    said = {"device": "bench", "epoch": epoch, "seq": seq, "hash": digest.hex(), "at": "now"}
    text = json.dumps({**said, "seal": store.journal.next_seal(seq).hex()})
    signature = base64.b64encode(ENDPOINT.sign(text.encode())).decode()
    store.outbox.advance(seq, json.dumps({"receipt": text, "signature": signature}).encode())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    count = parser.parse_args().entries
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        connection, store = plain(folder), sealed_store(folder, count)
        written = write(store, connection, count)
        confirm(store)
        for _ in range(SEALED):
            store.journal.commit(records(1), {})
        read = verify(store, folder / "out.jsonl")
        store.close()
        connection.close()
    sys.stdout.write(f"{'':24}{'journal':>12}{'plain SQLite':>14}   entries/s\n")
    for label, ours, theirs in written:
        sys.stdout.write(f"{label:24}{ours:12,.0f}{theirs:14,.0f}\n")
    for label, speed in read:
        seconds = 1e6 / speed
        sys.stdout.write(f"{label:24}{speed:12,.0f}{'':14}   1 million in {seconds:.1f} s of CPU\n")
    good = 1e6 / read[-1][1] <= MOST_SECONDS
    sys.stdout.write(f"verify a file: {'within' if good else 'OVER'} {MOST_SECONDS:.0f} s\n")
    share = written[0][1] / written[0][2]
    fast = share >= LEAST_COMMITS
    sys.stdout.write(
        f"durable commits: {share:.2f} of plain SQLite's, {'held' if fast else 'MISSED'}"
        f" (at least {LEAST_COMMITS})\n"
    )
    return 0 if good and fast else 1


def write(
    store: Store, connection: sqlite3.Connection, count: int
) -> list[tuple[str, float, float]]:
    single, made, few = min(400, count), records(1000), records(1)
    rounds = [  # by turns, so that both meet the same minutes of the disk; the best of each counts
        (
            timed(single, lambda: [store.journal.commit(few, {}) for _ in range(single)]),
            timed(single, lambda: insert(connection, single, 1)),
        )
        for _ in range(ROUNDS)
    ]
    return [
        ("one entry a commit", *map(max, zip(*rounds, strict=True))),
        (
            "1000 entries a commit",
            timed(count, lambda: [store.journal.commit(made, {}) for _ in range(count // 1000)]),
            timed(count, lambda: insert(connection, count, 1000)),
        ),
    ]


def verify(store: Store, file: Path) -> list[tuple[str, float]]:
    kept = store.journal.head()[1]
    clock = time.process_time
    return [
        ("verify in place", timed(kept, store.journal.verify, clock)),
        ("export", timed(kept, lambda: export(store.journal, file, store.outbox, ORIGIN), clock)),
        ("verify a file", timed(kept, lambda: verify_file(file, Demands(key=KEY)), clock)),
    ]


if __name__ == "__main__":
    sys.exit(main())
