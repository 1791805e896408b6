"""The tables beside the entries, which change with them in one transaction.

The header is what the first line of an exported file will say, and stands in the chain. A seal
follows each commit until the endpoint has confirmed it. The memory is what the agent remembers by
key: with `names` keys and values are sealed, and what an older version wrote clear is read all the
same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from agentguard.model.moments import Moment
from agentguard.model.records import Json, Record
from agentguard.ports.storage import Memory
from agentguard.store.entries import ADD_SEAL, SEALS, seal_of, values_of_seal
from agentguard.store.name_sealing import Names, is_sealed
from agentguard.store.sqlite_file import Database
from agentguard.trust.chain import file_format
from agentguard.trust.chain.erasure import DAYS
from agentguard.trust.chain.headers import HEADER_KIND, Header, Origin, header_of
from agentguard.trust.chain.links import KEY_KIND, Epoch, Row
from agentguard.trust.chain.seals import Seal

_THERE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'header'"
_KEEP = "INSERT OR REPLACE INTO header VALUES (1, ?)"
_REMEMBERED = "SELECT key, value FROM memory WHERE key >= ? AND key < ?"
_REMEMBER = (
    "INSERT INTO memory VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)


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


class Sealer(Protocol):
    """Seals each commit; see `store.commit_seals`."""

    def ready(self, expected: bytes) -> bytes:
        """Take up the key whose public half is expected; give that of a new one, if it is new."""
        ...

    def seal(self, row: Row) -> Seal:
        """Seal everything up to an entry."""
        ...

    def move_on(self) -> None:
        """Forget the key that was used."""
        ...


class SealTable:
    """Seals commits with a sealer; without one it only reads."""

    def __init__(self, database: Database, sealer: Sealer | None) -> None:
        self._database = database
        self._sealer = sealer

    def begin(self, records: Sequence[Record]) -> Record | None:
        """Take up the key for a commit; give the record that names it, when it is a new one.

        Raises:
            StoreError: a new key could not be kept.

        """
        if self._sealer is None or not records:
            return None
        public = self._sealer.ready(self._expected())
        if not public:
            return None
        return Record(kind=KEY_KIND, at=records[-1].at, payload={"public": public.hex()})

    def end(self, row: Row) -> None:
        """Seal up to the last entry of the commit.

        Raises:
            StoreError: the seal could not be written.

        """
        if self._sealer is not None:
            self._database.many(ADD_SEAL, [values_of_seal(self._sealer.seal(row))])

    def move_on(self) -> None:
        """Forget the key that was used, now that all of it is on the disk."""
        if self._sealer is not None:
            self._sealer.move_on()

    def all(self) -> list[Seal]:
        """Return all seals in order."""
        return [seal_of(row, self._database.path) for row in self._database.rows(SEALS)]

    def after(self, seq: int) -> bytes:
        """Return the public key of the first seal after an entry, empty when nothing is sealed."""
        sealed = self._database.rows("SELECT public FROM seals WHERE seq > ? LIMIT 1", (seq,))
        found = sealed[0][0] if sealed else self._expected()
        return found if isinstance(found, bytes) else b""

    def _expected(self) -> bytes:
        rows = self._database.rows("SELECT following FROM seals ORDER BY seq DESC LIMIT 1")
        found = rows[0][0] if rows else b""
        return found if isinstance(found, bytes) else b""


def under(database: Database, prefix: str, names: Names | None = None) -> Memory:
    """Return what is remembered under the keys that begin with `prefix`."""
    kind, slash, _ = prefix.partition("/")
    begin = _key(prefix if names is None else kind + slash)
    rows = database.rows(_REMEMBERED, (begin, begin + "\uffff"))
    found = (_read(str(key), str(value), names) for key, value in rows)
    return {key: value for key, value in found if value is not None and key.startswith(prefix)}


def keep(database: Database, memory: Memory, names: Names | None = None) -> None:
    """Keep what changed, within the caller's transaction; a None value forgets a key."""
    forgotten = [(_stored(key, names),) for key, value in memory.items() if value is None]
    kept = [
        (_stored(key, names), _text(value) if names is None else names.sealed(key, value))
        for key, value in memory.items()
        if value is not None
    ]
    database.many("DELETE FROM memory WHERE key = ?", forgotten)
    database.many(_REMEMBER, kept)


def seal_what_is_clear(database: Database, names: Names) -> bool:
    """Seal what an older version wrote; tell whether there was any."""
    rows = [(str(key), str(text)) for key, text in database.rows("SELECT key, value FROM memory")]
    clear = [(key, _value(text)) for key, text in rows if not is_sealed(text)]
    if not clear:
        return False
    with database.transaction():
        database.many("DELETE FROM memory WHERE key = ?", [(key,) for key, _ in clear])
        keep(database, {_unkey(key): value for key, value in clear if value is not None}, names)
    return True


def _stored(key: str, names: Names | None) -> str:
    return _key(key if names is None else names.key(key))


def _read(key: str, text: str, names: Names | None) -> tuple[str, Json]:
    """Return a key and its value; what cannot be opened counts as forgotten."""
    if not is_sealed(text):
        return _unkey(key), _value(text)
    found = names.opened(_unkey(key), text) if names is not None else None
    return found or (_unkey(key), None)


def _text(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"))


def _value(text: str) -> Json:
    """Read a remembered value; a damaged one counts as forgotten."""
    try:
        return cast("Json", json.loads(text))
    except ValueError:
        return None


def _key(key: str) -> str:
    """Write a key in ASCII: a path may hold bytes that are no text, which SQLite refuses."""
    return json.dumps(key)[1:-1]


def _unkey(key: str) -> str:
    return str(json.loads(f'"{key}"'))
