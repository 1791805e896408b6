"""Makes a backup: all tables as they were at one moment, with the endpoint's keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pyrage import x25519
from sqlalchemy import Connection

from agentguard.base.translations import load
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
