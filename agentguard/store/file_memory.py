"""The memory of files that were looked at, in a database of its own that may be lost at any time.

A row is two keyed hashes, two days, and what was found as kinds and counts; no path, no value, no
mask. A lost or damaged file is begun anew: everything is read once more, and nothing else happens.
Rows are written in batches, so that a kill costs at most the reading of one batch.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

from agentguard.model.hits import Hit
from agentguard.model.outcomes import FileOutcome
from agentguard.ports.clock import Clock
from agentguard.ports.file_memory import Kept, Looked
from agentguard.store.lossy_database import LossyDatabase, number
from agentguard.store.sqlite_file import Database, Value, spoilt

FILE = "seen.db"
LIMIT = 2_000_000
"""The greatest number of files that are kept; the others are read at every sweep."""
BATCH = 2_000
SECONDS = 5.0
"""A batch is written when it has so many rows, or is so old."""
STALE = 3
"""Days after which a row that a whole sweep did not meet is forgotten."""
DAY = 86_400.0

_VERSION = 1
_TABLES = (
    "CREATE TABLE secret (key BLOB NOT NULL) STRICT",
    """
    CREATE TABLE seen (
      name INTEGER PRIMARY KEY,
      state INTEGER NOT NULL,
      day INTEGER NOT NULL,
      met INTEGER NOT NULL,
      word TEXT
    ) STRICT
    """,
    """
    CREATE TABLE strikes (
      name INTEGER PRIMARY KEY, count INTEGER NOT NULL, wall REAL NOT NULL
    ) STRICT
    """,
)
_NUMBERS = 3
"""What a word has at its end: test cards, the byte at which reading goes on, and the size."""
_CLEAN = Looked(outcome=FileOutcome.READ)

Row = tuple[Kept, int]


class SeenDatabase:
    """Implements `ports.file_memory.SeenFiles` and `Strikes`; none raises. Safe for threads."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._clock = clock
        self._guard = threading.RLock()
        self._secret = secrets.token_bytes(16)
        self._database = LossyDatabase(
            folder / FILE, clock, _VERSION, self._prepare, self._take_secret
        )
        self._waiting: dict[int, Row] = {}
        self._since = 0.0
        self._day: int | None = None
        self._room = LIMIT
        self._pruned = -1

    @property
    def secret(self) -> bytes:
        """The key of the hashes; made with the file, and so another one after a loss."""
        if not self._database.is_open:
            self._database.use(_nothing, None)  # opens the file, whose key it is
        return self._secret

    def last(self, name: int) -> Kept | None:
        """Return the last reading of a file, and note that the file is still met."""
        with self._guard:
            row = self._waiting.get(name) or self._database.use(lambda d: _row(d, name), None)
            if row is None:
                return None
            kept, met = row
            if self._day is not None and not self._day - STALE < met <= self._day:
                self._wait(name, (kept, self._day))
            return kept

    def remember(self, name: int, kept: Kept) -> None:
        """Keep a reading in place of the one before; with the next batch on the disk."""
        with self._guard:
            self._wait(name, (kept, self._today()))

    def forget(self, name: int) -> None:
        """Keep nothing of a file any more."""
        with self._guard:
            self._waiting.pop(name, None)
            self._run("DELETE FROM seen WHERE name = ?", (name,))

    def sweep_begins(self) -> None:
        """Begin a sweep: what it does not meet grows old."""
        with self._guard:
            self._day = self._today()
            count = self._database.use(lambda d: number(d, "SELECT count(*) FROM seen"), 0)
            self._room = LIMIT - count - len(self._waiting)

    def sweep_ended(self) -> None:
        """Forget what no sweep met for some days; looked for once a day."""
        with self._guard:
            self.save()
            day, self._day = self._day, None
            if day is None or day == self._pruned:
                return
            self._run("DELETE FROM seen WHERE met <= ?", (day - STALE,))
            self._pruned = day

    def save(self) -> None:
        """Write the batch; what cannot be written is read again one day."""
        with self._guard:
            rows, self._waiting = sorted(self._waiting.items()), {}
            if rows:
                self._database.use(lambda d: _write(d, rows), None)

    def add(self, path: str, size: int, changed: int) -> None:
        """Note that reading a file failed in a way that cost the child its life."""
        sql = """
            INSERT INTO strikes VALUES (?, 1, ?)
            ON CONFLICT (name) DO UPDATE SET count = count + 1, wall = excluded.wall
        """
        self._run(sql, (self._struck(path, size, changed), self._clock.now().wall))

    def count(self, path: str, size: int, changed: int, seconds: float) -> int:
        """Return how often, 0 when the last time is more than `seconds` ago, or in the future."""
        name, wall = self._struck(path, size, changed), self._clock.now().wall
        old = "DELETE FROM strikes WHERE wall <= ? OR wall > ?"

        def ask(database: Database) -> int:
            if not number(database, "SELECT count(*) FROM strikes"):
                return 0
            database.rows(old, (wall - seconds, wall))
            return number(database, "SELECT count FROM strikes WHERE name = ?", (name,))

        return self._database.use(ask, 0)

    def close(self) -> None:
        """Write what waits and close the file; a later use opens it again."""
        with self._guard:
            self.save()
            self._database.close()

    def _run(self, sql: str, values: Sequence[Value]) -> None:
        def run(database: Database) -> None:
            database.rows(sql, values)

        self._database.use(run, None)

    def _prepare(self, database: Database) -> None:
        for sql in _TABLES:
            database.rows(sql)
        database.rows("INSERT INTO secret VALUES (?)", (secrets.token_bytes(16),))

    def _take_secret(self, database: Database) -> None:
        rows = database.rows("SELECT key FROM secret")
        key = rows[0][0] if rows else None
        if not isinstance(key, bytes) or not key:
            raise spoilt(database.path)
        if key != self._secret:
            self._secret = key
            self._waiting.clear()  # its names were made with another key

    def _today(self) -> int:
        return int(self._clock.now().wall // DAY)

    def _struck(self, path: str, size: int, changed: int) -> int:
        text = f"{size}|{changed}|{path}".encode(errors="surrogateescape")
        digest = blake2b(text, digest_size=8, key=self.secret).digest()
        return int.from_bytes(digest, "big", signed=True)

    def _wait(self, name: int, row: Row) -> None:
        now = self._clock.now().boot
        if name not in self._waiting:
            if self._room <= 0:
                return
            self._room -= 1
        if not self._waiting:
            self._since = now
        self._waiting[name] = row
        if len(self._waiting) >= BATCH or now - self._since >= SECONDS:
            self.save()


def _nothing(_database: Database) -> None:
    """Ask for nothing."""


def _row(database: Database, name: int) -> Row | None:
    values = database.row("SELECT state, day, met, word FROM seen WHERE name = ?", (name,))
    match values:
        case None:
            return None
        case (int() as state, int() as day, int() as met, None):
            return Kept(state=state, day=day, looked=_CLEAN), met
        case (int() as state, int() as day, int() as met, str() as word):
            looked = _looked(word)
            return (Kept(state=state, day=day, looked=looked), met) if looked else None
        case _:
            raise spoilt(database.path)


def _write(database: Database, rows: Sequence[tuple[int, Row]]) -> None:
    with database.transaction():
        database.many(
            "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?)",
            [(name, k.state, k.day, met, _word(k.looked)) for name, (k, met) in rows],
        )


def _word(looked: Looked) -> Value:
    if looked == _CLEAN:
        return None
    hits = {hit.kind: hit.count for hit in looked.hits}
    said = [looked.outcome.value, looked.reason, hits, looked.test_cards]
    if looked.left:
        said += [looked.left, looked.size]
    return json.dumps(said, separators=(",", ":"))


def _looked(word: str) -> Looked | None:
    """Read what was found; None for what no program wrote, so that the file is read again."""
    try:
        outcome, reason, counts, *more = json.loads(word)
        hits = tuple(Hit(kind=str(kind), count=int(n)) for kind, n in counts.items())
        tests, left, size = map(int, (*more, 0, 0, 0)[:_NUMBERS])  # older rows have fewer
        return Looked(
            outcome=FileOutcome(outcome),
            hits=hits,
            reason=str(reason),
            test_cards=tests,
            left=left,
            size=size,
        )
    except (ValueError, TypeError, AttributeError):
        return None
