"""A journal whose entries are sealed, and the place of its key, which can be closed or lose it."""

from __future__ import annotations

from pathlib import Path

from agentguard.base.errors import SecretError
from agentguard.platforms.simulated import FakeClock
from agentguard.store.agent_store import Store, open_store
from agentguard.store.entry_box import Box
from agentguard.store.sqlite_file import Database
from tests.unit.store.exported import receipted, record

ENTRIES = 120
NEEDLE = "needle-in-the-payload"


class Place:
    """A place of keys that can be closed, and lose its key; `file` outlives the process."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self.secret = file.read_bytes() if file is not None and file.exists() else None
        self.closed = False
        self.asked = 0

    def load(self) -> bytes | None:
        self.asked += 1
        if self.closed:
            raise SecretError("locked", "secret-service")
        return self.secret

    def save(self, secret: bytes) -> None:
        if self.closed:
            raise SecretError("locked", "secret-service")
        self.secret = secret
        if self.file is not None:
            self.file.write_bytes(secret)


def opened(folder: Path, place: Place) -> Store:
    return open_store(folder, FakeClock(), box=Box(place))


def needles(folder: Path) -> int:
    files = [path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")]
    return sum(raw.count(NEEDLE.encode()) for raw in files)


def write(store: Store, *numbers: int) -> None:
    for number in numbers:
        one = record(number)
        payload = {**one.payload, "path": f"/home/a/{NEEDLE}-{number}.csv"}
        store.journal.commit([type(one)(kind=one.kind, at=one.at, payload=payload)], {})


def numbers(store: Store) -> list[object]:
    entries = store.journal.read(0, 10_000)
    return [e.record.payload.get("n") for e in entries if e.record.kind == "finding.opened"]


def old_database(folder: Path) -> Path:
    """Give a folder with a database as the first version wrote it, all its entries clear."""
    folder.mkdir()
    store = open_store(folder)
    for start in range(0, ENTRIES, 40):
        write(store, *range(start, start + 40))
    receipted(store)
    store.journal.commit([], {"finding/a": 1})
    store.close()
    database = Database(folder / "journal.db")
    with database.transaction():
        for table in ("gaps", "seals", "opening", "keys"):
            database.rows(f"DROP TABLE {table}")
        database.rows("ALTER TABLE entries DROP COLUMN sealed")
        database.rows("ALTER TABLE entries DROP COLUMN key")
        before_days(database)
        database.rows("PRAGMA user_version=1")
    database.close()
    return folder


def before_days(database: Database) -> None:
    """Bring the tables to what they were before receipts had days, and a journal a header."""
    database.rows("DROP TABLE header")
    database.rows("DROP INDEX receipts_by_day")
    database.rows("ALTER TABLE receipts DROP COLUMN day")


def check(folder: Path, place: Place) -> None:
    """Open what became of an old database, and hold it to what was in it."""
    store = opened(folder, place)
    assert numbers(store) == list(range(ENTRIES))
    assert store.journal.verify() == (ENTRIES, True)
    assert store.outbox.cursor() == ENTRIES
    assert store.journal.memory("") == {"finding/a": 1}
    store.close()
    assert needles(folder) == 0
    assert not list(folder.glob("journal.db.v*")), "no clear copy is left"
