"""Seals what entries say, so that the database alone tells it to nobody.

Each process makes a data key of its own (AES-256-GCM) and seals it to the public half of an opening
key (X25519, HKDF-SHA256), which lies clear in the database: writing needs no secret, and goes on
while the opening key's place is closed. The private half lies in that place; with it every data key
is opened again. Each sealed text is bound to its table, epoch, number and the form of the seal.
"""

from __future__ import annotations

import logging
import secrets
import threading
from typing import Protocol

from agentguard.base.errors import SecretError, StoreError
from agentguard.store.sqlite_file import Database
from agentguard.trust import curves

LOG = logging.getLogger(__name__)

FILE = "journal.key"
KEY_BYTES = 32
SALT_BYTES = 16
_NONCE = 12
_FORM = 1
_INFO = b"agentguard journal data key 1"


class OpeningKey(Protocol):
    """Where the private half is kept."""

    def load(self) -> bytes | None:
        """Return it, None when there is none; raises SecretError while the place is closed."""
        ...

    def save(self, secret: bytes) -> None:
        """Keep a new one durably; raises SecretError."""
        ...


class Box:
    """Seals and opens; safe for threads. `prepare` is called once the tables are there.

    Its lock is the database's own, since each is needed while the other is held; the place is asked
    without it, as that may take seconds in which the journal must be written.
    """

    def __init__(self, place: OpeningKey) -> None:
        self._place = place
        self._guard = threading.RLock()
        self._database: Database | None = None
        self._make = True
        self._public = b""
        self._private: bytes | None = None
        self._own: tuple[int, curves.Box] | None = None
        self._known: dict[int, curves.Box] = {}

    @property
    def open(self) -> bool:
        """Whether what other processes sealed can be read."""
        return self._private is not None

    @property
    def seals(self) -> bool:
        """Whether there is a key to seal to: not before the place was open once."""
        return bool(self._public)

    def prepare(self, database: Database, *, make: bool = True) -> None:
        """Take up the public half of a database's opening key; one is made if there is none.

        The place is asked for the first key only: it may take seconds to say that it is closed.

        Raises:
            StoreError: the database could not be read or written.

        """
        self._database, self._make, self._guard = database, make, database.guard
        rows = database.rows("SELECT public FROM opening ORDER BY id DESC LIMIT 1")
        known = rows[0][0] if rows else b""
        self._public = known if isinstance(known, bytes) else b""
        if not self._public:
            self._ask(database)

    def try_open(self) -> bool:
        """Ask the place for the opening key unless it is known; tell whether it is now.

        Raises:
            StoreError: the database could not be read or written.

        """
        if not self.open and self._database is not None:
            self._ask(self._database)
        return self.open

    def _ask(self, database: Database) -> None:
        try:
            secret = self._place.load()
            with database.transaction() if self._make else self._guard:
                self._take(secret, database)
        except SecretError as error:
            LOG.warning("the journal is written, but cannot be read now: %s", error.title)

    def _take(self, secret: bytes | None, database: Database) -> None:
        if secret is not None and self._public in {b"", curves.public_half(secret)}:
            self._private = secret
        if not self._make:
            return
        if self._private is None:
            if self._public:
                LOG.error("the journal's key is lost; what it sealed cannot be read any more")
            private = secrets.token_bytes(KEY_BYTES)
            self._place.save(private)
            self._private, self._own = private, None
        public = curves.public_half(self._private)
        if public != self._public:
            database.rows("INSERT INTO opening (public) VALUES (?)", (public,))
            self._public = public

    def ready(self) -> bool:
        """Have a data key in the database, within the caller's transaction; True.

        It is written again if the transaction that wrote it was rolled back.

        Raises:
            StoreError: it could not be written.

        """
        with self._guard:
            self._own_key()
        return True

    def seal(self, place: tuple[int, int], salt: bytes, payload: str) -> tuple[int, bytes]:
        """Seal an entry's salt and payload; give the data key's number, and the sealed bytes.

        Within the transaction that `ready` was called in.
        """
        own = self._own
        if own is None:
            raise StoreError("The journal's seal was asked for before it was ready.")
        nonce = secrets.token_bytes(_NONCE)
        return own[0], nonce + own[1].sealed(nonce, salt + payload.encode("ascii"), _bound(place))

    def unseal(
        self, place: tuple[int, int], number: int, sealed: bytes
    ) -> tuple[bytes, str] | None:
        """Return salt and payload; None while the key's place is closed, or when it is lost.

        Of bytes that were changed, or belong to another entry, both are empty: they fit nothing.
        """
        with self._guard:
            key = self._key(number)
        if key is None:
            return None
        try:
            text = key.opened(sealed[:_NONCE], sealed[_NONCE:], _bound(place))
        except curves.BrokenBoxError:
            return b"", ""
        return text[:SALT_BYTES], text[SALT_BYTES:].decode("ascii", "replace")

    def _own_key(self) -> tuple[int, curves.Box]:
        """Return this process's data key; it is written again if its row was rolled back."""
        database = self._database
        if database is None:
            raise StoreError("The journal's seal was asked for before it was ready.")
        if self._own is not None and database.rows(
            "SELECT 1 FROM keys WHERE id = ?", (self._own[0],)
        ):
            return self._own
        secret = secrets.token_bytes(KEY_BYTES)
        rows = database.rows("SELECT coalesce(max(id), 0) + 1 FROM keys")
        number = int(rows[0][0] or 1)
        once = secrets.token_bytes(KEY_BYTES)
        shared, public = curves.agreed(once, self._public), curves.public_half(once)
        box = curves.Box(_derived(shared, public, self._public))
        wrapped = box.sealed(bytes(_NONCE), secret, _INFO)
        database.rows("INSERT INTO keys VALUES (?, ?, ?)", (number, public, wrapped))
        self._own = (number, curves.Box(secret))
        return self._own

    def _key(self, number: int) -> curves.Box | None:
        if self._own is not None and self._own[0] == number:
            return self._own[1]
        if number not in self._known and self._private is not None:
            secret = self._unwrapped(number, self._private)
            if secret is None:
                return None
            self._known[number] = curves.Box(secret)
        return self._known.get(number)

    def _unwrapped(self, number: int, private: bytes) -> bytes | None:
        if self._database is None:
            return None
        rows = self._database.rows("SELECT public, wrapped FROM keys WHERE id = ?", (number,))
        match rows:
            case [(bytes() as public, bytes() as wrapped)]:
                pass
            case _:
                return None
        try:
            shared, own = curves.agreed(private, public), curves.public_half(private)
            return curves.Box(_derived(shared, public, own)).opened(bytes(_NONCE), wrapped, _INFO)
        except ValueError:
            return None


def _derived(shared: bytes, once: bytes, owner: bytes) -> bytes:
    return curves.derived(shared, salt=once + owner, info=_INFO)


def _bound(place: tuple[int, int]) -> bytes:
    """Return what a seal is bound to: table, epoch, number and form."""
    return f"entries|{place[0]}|{place[1]}|{_FORM}".encode()
