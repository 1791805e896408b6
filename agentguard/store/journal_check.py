"""Checks the journal where it lies, by the rules by which an exported one is verified."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from agentguard.store.sqlite_file import Database
from agentguard.trust.chain import file_format
from agentguard.trust.chain.erasure import DAYS, Erasures, Seen, day_of, said_at
from agentguard.trust.chain.headers import Header, Headers, Origin, reasons_fit
from agentguard.trust.chain.links import Epoch, Row
from agentguard.trust.chain.walk import Walk


class Check:
    """Takes row after row and remembers whether all of them held."""

    def __init__(
        self,
        walk: Walk,
        header: Header | None,
        epochs: Mapping[int, Epoch],
        receipts: list[Seen],
    ) -> None:
        """Check by a walk, the newest header, the epochs that are known, and what was confirmed."""
        every = tuple(epochs[number] for number in sorted(epochs))
        self._walk = walk
        self._headers = Headers(
            Header(format=file_format.OLD_FORMAT, origin=Origin(), epochs=every)
            if header is None
            else replace(header, epochs=every)
        )
        self._erasures = Erasures(receipts, confirmed=False)
        self._held = header is None or reasons_fit(every)
        self._any = False

    def take(self, row: Row) -> None:
        """Take the next row."""
        self._any = True
        good = self._walk.step(row) and self._headers.take(row)
        begun = bool(self._headers.begun)
        self._erasures.take(row, begun=begun, retention=self._headers.retention or DAYS)
        self._held = self._held and good

    @property
    def whole(self) -> bool:
        """Whether all of it held, and nothing is missing at the end."""
        erased = self._erasures.unproved(self._headers.retention or DAYS)
        fits = self._headers.fits or not self._any
        return self._held and self._walk.complete and fits and not erased


def proved(database: Database, receipt_key: str) -> list[Seen]:
    """Return the receipts' clock; with the endpoint's key, of those alone that it signed.

    Raises:
        StoreError: the database could not be read.

    """
    found = []
    for _, kept in database.rows("SELECT seq, receipt FROM receipts ORDER BY seq"):
        seen = _seen(kept, receipt_key) if isinstance(kept, bytes) else None
        if seen is not None:
            found.append(seen)
    return found


def _seen(kept: bytes, receipt_key: str) -> Seen | None:
    try:
        both = json.loads(kept)
        text, signature = str(both["receipt"]), str(both.get("signature", ""))
        said = json.loads(text)
        seq, at = said["seq"], said_at(said.get("at"))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    if (
        type(seq) is not int
        or not at
        or (receipt_key and not _signed(receipt_key, text, signature))
    ):
        return None
    return Seen(seq=seq, day=day_of(at))


def _signed(key: str, text: str, signature: str) -> bool:
    # Its library costs memory, and is there where there are receipts.
    from agentguard.trust.chain.file_format import unbase64  # noqa: PLC0415 - see above
    from agentguard.trust.curves import signed  # noqa: PLC0415 - as above

    return signed(unbase64(key), text.encode(), unbase64(signature))
