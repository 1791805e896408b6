"""Writes the audit log for `agentguard journal verify`; see docs/journal-format.md."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from sqlalchemy import Connection, Row, select

from agentguard.server.store.engine import audit_chain
from agentguard.server.store.schema.audit_tables import audit_checkpoint
from agentguard.server.store.schema.tables import audit_log
from agentguard.trust.chain import file_format, links

BATCH = 5000


def lines(connection: Connection) -> Iterator[bytes]:
    """Yield the lines of the file, as all of it was at one moment."""
    digest = hashlib.sha256()
    count, head = 0, links.GENESIS
    for line in _vouchers(connection):
        digest.update(line)
        yield line
    for row in _entries(connection):
        line = file_format.entry_line(row)
        digest.update(line)
        count, head = count + 1, row.hash
        yield line
    yield file_format.spelled({"closing": count, "head": head.hex(), "file": digest.hexdigest()})


def _vouchers(connection: Connection) -> Iterator[bytes]:
    yield file_format.spelled(json.loads(audit_chain.head(connection).header))
    for row in connection.execute(select(audit_checkpoint).order_by(audit_checkpoint.c.seq)):
        yield file_format.spelled({"receipt": row.receipt, "signature": row.signature})


def _entries(connection: Connection) -> Iterator[links.Row]:
    after = 0
    asked = select(audit_log).order_by(audit_log.c.seq).limit(BATCH)
    while batch := connection.execute(asked.where(audit_log.c.seq > after)).all():
        yield from map(_entry, batch)
        after = batch[-1].seq


def _entry(row: Row[tuple[object, ...]]) -> links.Row:
    said = audit_chain.record_of(row)
    return links.Row(
        epoch=audit_chain.EPOCH,
        seq=row.seq,
        boot=said.at.boot,
        wall=float(said.at.wall),
        kind=said.kind,
        payload=None if row.salt is None else links.canonical(said.payload),
        salt=None if row.salt is None else bytes(row.salt),
        commitment=bytes(row.commitment),
        previous=bytes(row.previous),
        hash=bytes(row.hash),
    )
