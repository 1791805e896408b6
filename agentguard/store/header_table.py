"""Writes down in the chain what the first line of an exported file will say."""

from __future__ import annotations

import json
from collections.abc import Mapping

from agentguard.model.moments import Moment
from agentguard.model.records import Record
from agentguard.store.sqlite_file import Database
from agentguard.trust.chain import file_format
from agentguard.trust.chain.erasure import DAYS
from agentguard.trust.chain.headers import HEADER_KIND, Header, Origin, header_of
from agentguard.trust.chain.links import Epoch

_THERE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'header'"
_KEEP = "INSERT OR REPLACE INTO header VALUES (1, ?)"


class HeaderTable:
    """Has a header written with the first commit, and with the next one once it changed.

    The newest one stands clear in a table of its own as well: what the entry says may be sealed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._origin: Origin | None = None
        self._said = False

    @property
    def said(self) -> bool:
        """Whether the chain says it as it is now."""
        return self._said

    def identify(self, origin: Origin) -> None:
        """Take up whose journal it is; the next commit says so, if it did not before."""
        self._origin, self._said = origin, False

    def again(self) -> None:
        """Look again with the next commit, since this one was not written or began an epoch."""
        self._said = False

    def known(self) -> Header | None:
        """Return the newest header that was written, None for none."""
        if not self._database.rows(_THERE):  # of an older version that is only read
            return None
        for (value,) in self._database.rows("SELECT value FROM header"):
            try:
                return header_of(json.loads(str(value)))
            except ValueError:
                return None
        return None

    def due(self, epochs: Mapping[int, Epoch], at: Moment) -> list[Record]:
        """Return the header as a record if it changed; within the transaction that writes it."""
        known = self.known()
        header = Header(
            format=file_format.FORMAT,
            origin=self._origin or (known.origin if known is not None else Origin()),
            epochs=tuple(epochs[number] for number in sorted(epochs)),
            retention=DAYS,
        )
        self._said = True
        if header == known:
            return []
        value = header.value()
        self._database.rows(_KEEP, (json.dumps(value, separators=(",", ":")),))
        return [Record(kind=HEADER_KIND, at=at, payload=value)]
