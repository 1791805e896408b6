"""Entries per second of the journal beside plain SQLite inserts with the same durability.

python benchmarks/journal.py [--entries N]
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from agentguard.model.moments import Moment
from agentguard.model.records import Record
from agentguard.store.db import open_store
from agentguard.store.export import export
from agentguard.store.verify import verify_file

PAYLOAD = '{"check":"pii-files","hits":[],"message":"pii-files.found","severity":"high","n":1}'


def records(count: int) -> list[Record]:
    at = Moment(boot=1.5, wall=1_790_000_000.0)
    payload = {"check": "pii-files", "subject": "/home/a/b.csv", "severity": "high", "hits": []}
    return [Record(kind="finding.opened", at=at, payload={**payload, "n": n}) for n in range(count)]


def timed(count: int, work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return count / (time.perf_counter() - begun)


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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    count = parser.parse_args().entries
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        connection, store = plain(folder), open_store(folder)
        single = min(2000, count)
        made, few = records(1000), records(1)
        rows: list[tuple[str, float, float]] = []
        rows.append((
            "one entry a commit",
            timed(single, lambda: [store.journal.commit(few, {}) for _ in range(single)]),
            timed(single, lambda: insert(connection, single, 1)),
        ))  # fmt: skip
        rows.append((
            "1000 entries a commit",
            timed(count, lambda: [store.journal.commit(made, {}) for _ in range(count // 1000)]),
            timed(count, lambda: insert(connection, count, 1000)),
        ))  # fmt: skip
        kept = store.journal.head()[1]
        walk = timed(kept, store.journal.verify)
        written = timed(kept, lambda: export(store.journal, folder / "out.jsonl"))
        verified = timed(kept, lambda: verify_file(folder / "out.jsonl"))
        store.close()
        connection.close()
    sys.stdout.write(f"{'':24}{'journal':>12}{'plain SQLite':>14}   entries/s\n")
    for label, ours, theirs in rows:
        sys.stdout.write(f"{label:24}{ours:12,.0f}{theirs:14,.0f}\n")
    for label, speed in (
        ("verify in place", walk),
        ("export", written),
        ("verify a file", verified),
    ):
        sys.stdout.write(f"{label:24}{speed:12,.0f}{'':14}   1 million in {1e6 / speed:.1f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
