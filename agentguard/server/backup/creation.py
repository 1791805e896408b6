"""Makes a backup, all tables as at one moment with the endpoint's keys, and reads it through.

It is read as a restore would, and every sum compared, without a database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
from pyrage import x25519
from sqlalchemy import Connection

from agentguard.base.errors import StoreError
from agentguard.base.translations import Texts, load
from agentguard.server.backup import line_format, streams
from agentguard.server.listener.certificate import CA_FILE, CERTIFICATE_FILE, KEY_FILE, NEXT_FILE
from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine import causes, revisions
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.times import iso
from agentguard.server.store.schema import whole

KEYS = ("server.key", CA_FILE, CERTIFICATE_FILE, KEY_FILE, NEXT_FILE)
PASSING = frozenset(
    {"session", "challenge", "sso_flow", "sign_in_step", "job", "job_failure", "schema_least"}
)
"""Tables that are not taken: nobody is to be signed in by a restore, and work begins anew."""
_HEAD = msgspec.json.Decoder(line_format.Head)
_BEGIN = msgspec.json.Decoder(line_format.Begin)
_END = msgspec.json.Decoder(line_format.End)
_LAST = msgspec.json.Decoder(line_format.Last)


def make(
    database: Database,
    settings: ServerSettings,
    file: Path,
    recipients: Sequence[x25519.Recipient],
    now: float,
) -> tuple[int, int]:
    """Write a backup; give the rows and tables in it.

    Raises:
        UsageError: the file exists already.
        StoreError: it could not be written.

    """
    words = load(settings.language)
    counts: list[int] = []

    def job(connection: Connection) -> None:
        streams.write(file, _lines(connection, settings, now, counts), recipients, words)

    database.snapshot(job)
    return sum(counts), len(counts)


def _lines(
    connection: Connection, settings: ServerSettings, now: float, counts: list[int]
) -> Iterator[bytes]:
    revision = revisions.found(connection)
    if not revisions.known(revision):  # of what a newer release has added it would hold nothing
        raise causes.refused(revisions.Outdated())
    files = {name: settings.data / name for name in KEYS}
    there = {name: path.read_bytes() for name, path in files.items() if path.exists()}
    yield line_format.line(line_format.Head(revision=revision, made_at=iso(now), files=there))
    for table in whole.metadata().sorted_tables:
        if table.name in PASSING:
            continue
        columns = [str(column.name) for column in table.columns]
        yield line_format.line(line_format.Begin(table=str(table.name), columns=columns))
        total = line_format.Sum()
        for row in line_format.rows(connection, table, columns):
            total.add(row)
            yield row
        yield line_format.line(total.end)
        counts.append(total.rows)
    yield line_format.line(line_format.Last(tables=len(counts)))


class _Damaged(Exception):
    """What was read is no whole backup."""


class _Lines:
    """Takes a backup line by line, and keeps none of it."""

    def __init__(self) -> None:
        self._take: Callable[[bytes], None] = self._head
        self._sum = line_format.Sum()
        self.rows = self.tables = self.line = 0
        self.whole = False

    def take(self, given: bytes) -> None:
        """Take a line."""
        self.line += 1
        try:
            self._take(given)
        except (msgspec.DecodeError, ValueError) as error:
            raise _Damaged from error

    def finish(self) -> None:
        """See that nothing is missing at the end."""
        if not self.whole:
            raise _Damaged

    def _head(self, given: bytes) -> None:
        _HEAD.decode(given)
        self._take = self._table

    def _table(self, given: bytes) -> None:
        if given.startswith(b'{"tables"'):
            if _LAST.decode(given).tables != self.tables or not self.tables:
                raise ValueError
            self.whole, self._take = True, self._nothing
            return
        _BEGIN.decode(given)
        self._sum, self._take = line_format.Sum(), self._row

    def _row(self, given: bytes) -> None:
        if given[:1] != b"{":
            self._sum.add(given)
            return
        if _END.decode(given) != self._sum.end:
            raise ValueError
        self.rows += self._sum.rows
        self.tables += 1
        self._take = self._table

    def _nothing(self, _given: bytes) -> None:
        raise ValueError


def verify(file: Path, key: x25519.Identity, words: Texts) -> tuple[int, int]:
    """Decrypt a backup to its end and compare every table's sum; give the rows and tables.

    It takes the memory of a line, however large the backup is.

    Raises:
        StoreError: the backup cannot be read, is cut or was changed.

    """
    lines = _Lines()
    try:
        streams.read(file, key, lines.take, words)
        lines.finish()
    except _Damaged as error:
        params = {"file": str(file), "place": f"line {lines.line}"}
        raise StoreError(
            words.say("server.backup.damaged", **params), words.say("server.backup.damaged-advice")
        ) from error
    return lines.rows, lines.tables
