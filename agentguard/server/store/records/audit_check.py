"""Checks whether the audit log is still the chain that was signed, and that was whole before.

It is held against three things: the endpoint's signatures in the database, the head that the next
entry would go on from, and the head of the last check, which is kept outside the database. Whoever
can write the database alone cannot take entries from the end unseen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, func, select

from agentguard.base.errors import JournalBroken
from agentguard.server.store.engine import audit_chain
from agentguard.server.store.records import audit_export
from agentguard.server.store.schema.audit_tables import audit_checkpoint
from agentguard.server.store.schema.tables import audit_log
from agentguard.trust.chain.auditor_demands import Demands
from agentguard.trust.chain.verify import Verified, Verifier

TOLD_ONLY = frozenset({"clock", "header-late", "retention"})
"""What a verifier has people look at and is no break: a clock that was set back, a log that is
older than its chain, and a retention that is short."""


class Why(StrEnum):
    """Why the audit log does not hold; the ids stand in the audit log and never change meaning."""

    CHANGED = "changed"
    """An entry or its place is not what was chained: changed, put elsewhere, or cut out."""
    CUT = "cut"
    """Entries that were signed, or that the chain's head knows of, are gone from the end."""
    FORGOTTEN = "forgotten"
    """What was whole at the last check is gone, with every trace of it in the database."""
    UNSIGNED = "unsigned"
    """A signature is not the endpoint's, or all of them are gone."""
    ERASED = "erased"
    """What an entry said was taken away before its time."""
    EXPORT = "export"
    """What else keeps it from being verified as one chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the chain stood: the number of its last entry, and that one's hash in hex.

    `signed` is the number of the last entry that the endpoint has signed, 0 for none.
    """

    seq: int = 0
    hash: str = ""
    signed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found: `why` is None where the audit log holds, up to `place`.

    `entry` is the number of the first entry that is not as it was; 0 where that is not one entry.
    """

    place: Place
    why: Why | None = None
    entry: int = 0

    @property
    def about(self) -> str:
        """What is written down of it, such as `changed:17`, or `17` where it holds."""
        return str(self.place.seq) if self.why is None else f"{self.why}:{self.entry}"


class StoppedError(Exception):
    """The endpoint ends before the check has."""


def check(
    connection: Connection, key: str, kept: Place, stopped: Callable[[], bool] = lambda: False
) -> Checked:
    """Verify the audit log as it is at one moment; `key` is the endpoint's, `kept` the last place.

    Raises:
        StoppedError: `stopped` said so in between.

    """
    found = _whole(connection, key, stopped)
    if found.why is None and kept.seq and _hash(connection, kept.seq) != kept.hash:
        last = int(connection.scalar(select(func.max(audit_log.c.seq))) or 0)
        return Checked(place=found.place, why=Why.FORGOTTEN, entry=min(last + 1, kept.seq))
    if found.why is None and kept.signed and not _is_signed(connection, kept.signed):
        return Checked(place=found.place, why=Why.UNSIGNED)
    return found


def _whole(connection: Connection, key: str, stopped: Callable[[], bool]) -> Checked:
    """Check whether all that the database itself knows of is there, as one chain."""
    head = audit_chain.head(connection)
    signed = int(connection.scalar(select(func.max(audit_checkpoint.c.seq))) or 0)
    place = Place(seq=head.seq, hash=head.hash.hex(), signed=signed)
    last = int(connection.scalar(select(func.max(audit_log.c.seq))) or 0)
    if last < max(head.seq, signed):
        return Checked(place=place, why=Why.CUT, entry=last + 1)
    verifier = Verifier(Demands(key=key, least=signed))
    try:
        for line in audit_export.lines(connection):
            if stopped():
                raise StoppedError
            verifier.take(line)
        found = verifier.finish()
    except JournalBroken as error:
        why = _WHY.get(error.what, Why.EXPORT)
        return Checked(place=place, why=why, entry=error.index + 1 if why is Why.CHANGED else 0)
    except (TypeError, ValueError):  # what stands in a table is not what such a table holds
        return Checked(place=place, why=Why.EXPORT)
    if (found.last, found.head) != (place.seq, place.hash):
        return Checked(place=place, why=Why.CHANGED, entry=min(found.last, place.seq))
    return Checked(place=place, why=_open(found))


_WHY = {
    "changed": Why.CHANGED,
    "order": Why.CHANGED,
    "line": Why.CHANGED,
    "header": Why.CHANGED,
    "receipt-other": Why.CHANGED,
    "start": Why.CHANGED,
    "receipt": Why.UNSIGNED,
    "no-receipt": Why.UNSIGNED,
    "other-key": Why.UNSIGNED,
}


def _open(found: Verified) -> Why | None:
    """Return why a chain that is whole is not all that was signed; None where nothing is open."""
    ids = {note.id.removeprefix("journal-review.") for note in found.review} - TOLD_ONLY
    if not ids:
        return None
    if "erased" in ids:
        return Why.ERASED
    return Why.CUT if ids & {"receipts", "least", "numbers"} else Why.EXPORT


def _is_signed(connection: Connection, seq: int) -> bool:
    """Check whether there is a signature of an entry."""
    asked = select(audit_checkpoint.c.seq).where(audit_checkpoint.c.seq == seq)
    return connection.scalar(asked) is not None


def _hash(connection: Connection, seq: int) -> str:
    """Return the hash of an entry in hex; empty where there is none."""
    found = connection.scalar(select(audit_log.c.hash).where(audit_log.c.seq == seq))
    return "" if found is None else bytes(found).hex()
