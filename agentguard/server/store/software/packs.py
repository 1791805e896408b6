"""The signed catalogue of software that was added here, and the one in force at the endpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import Connection, delete, insert, select

from agentguard.base.errors import PackRejected
from agentguard.server.store.schema.catalogue_tables import catalogue_pack
from agentguard.software import pack, shipped
from agentguard.software.document import Contents
from agentguard.software.match import Matcher
from agentguard.trust import signed_packs


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A catalogue that was added: its number, its digest, when (seconds since 1970) and by whom."""

    seq: int
    digest: str
    at: float
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """The catalogue that is in force at the endpoint, ready to be asked.

    `added` tells of the pack that is newest here; `shipped` says that the one that came with the
    program is in force, as that is newer or the pack cannot be read by this program.
    """

    contents: Contents
    matcher: Matcher
    shipped: bool
    added: Added | None = None

    @property
    def seq(self) -> int:
        """Its number."""
        return self.contents.seq


@dataclass(frozen=True, slots=True)
class _Body:
    """A pack by its digest, read when it is asked for."""

    digest: str
    read: Callable[[], bytes] = field(compare=False)


def newest(connection: Connection) -> Added | None:
    """Return the newest catalogue that was added, None where none was."""
    table = catalogue_pack.c
    row = connection.execute(
        select(table.seq, table.digest, table.added_at, table.added_by)
        .order_by(table.seq.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return Added(seq=row.seq, digest=row.digest, at=row.added_at, by=row.added_by)


def body(connection: Connection, seq: int) -> bytes | None:
    """Return the envelope of a catalogue as it was added."""
    return connection.scalar(select(catalogue_pack.c.body).where(catalogue_pack.c.seq == seq))


def put(connection: Connection, added: Added, raw: bytes) -> None:
    """Keep a catalogue in the place of those before it, which no desk would take any more."""
    connection.execute(delete(catalogue_pack))
    connection.execute(
        insert(catalogue_pack).values(
            seq=added.seq,
            digest=added.digest,
            added_at=added.at,
            added_by=added.by[:100],
            body=raw,
        )
    )


def in_force(connection: Connection) -> Present:
    """Return the newer one of the pack that was added and of the catalogue that ships.

    Raises:
        CannotError: none was added, and a file of the shipped catalogue is damaged.

    """
    added = newest(connection)
    if added is not None and added.seq > shipped.seq():
        seq = added.seq
        ready = _ready(_Body(added.digest, lambda: body(connection, seq) or b""))
        if ready is not None:
            return Present(contents=ready[0], matcher=ready[1], shipped=False, added=added)
    known, matcher = shipped.known(), shipped.matcher()
    return Present(contents=known, matcher=matcher, shipped=True, added=added)


@lru_cache(maxsize=2)
def _ready(asked: _Body) -> tuple[Contents, Matcher] | None:
    """Read a pack, which was verified when it was added; None where this program cannot."""
    try:
        made = pack.opened(signed_packs.read(asked.read()).payload)
    except PackRejected:
        return None
    return made, Matcher(made.catalogue)
