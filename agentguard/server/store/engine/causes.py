"""Names why a database did not do what was asked, as an id of the texts under `server.cause`.

SQLite says it by its result code (https://www.sqlite.org/rescode.html), PostgreSQL by the SQLSTATE
(its documentation, appendix A). A connection that PostgreSQL refuses has no state, only words.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy.exc
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from agentguard.base import logs
from agentguard.base.errors import StoreError
from agentguard.base.translations import Texts, load
from agentguard.server.store.engine.dialects import Gone
from agentguard.server.store.engine.revisions import Outdated, Replaced

OTHER = "other"
MISTAKE = "mistake"
"""What is no fault of the database."""
SYSTEM = {errno.ENOSPC: "full", errno.EDQUOT: "full", errno.EROFS: "read-only"}
"""What the system says of a file, by its error number."""
NEWER, OLDER, REPLACED = "newer", "older", "replaced"
_SQLITE = {
    "SQLITE_FULL": "full",
    "SQLITE_IOERR_SHMSIZE": "full",
    "SQLITE_READONLY": "read-only",
    "SQLITE_BUSY": "locked",
    "SQLITE_LOCKED": "locked",
    "SQLITE_CANTOPEN": "no-file",
    "SQLITE_PERM": "no-file",
    "SQLITE_IOERR": "disk",
    "SQLITE_CORRUPT": "damaged",
    "SQLITE_NOTADB": "damaged",
}
_STATES = {
    "53100": "full",
    "53300": "crowded",
    "25006": "read-only",
    "42501": "rights",
    "55P03": "locked",
    "57014": "locked",
    "3D000": "no-database",
    "28000": "no-role",
    "28P01": "password",
    "42P01": OLDER,
    "42703": OLDER,
    "57P01": "away",
    "57P02": "away",
    "57P03": "away",
    "58030": "disk",
    "XX001": "damaged",
    "XX002": "damaged",
}
_SAID = (
    ("does not exist", "database", "no-database"),
    ("does not exist", "role", "no-role"),
    ("not permitted to log in", "", "no-role"),
    ("password authentication failed", "", "password"),
    ("no password supplied", "", "password"),
    ("too many", "", "crowded"),
    ("remaining connection slots", "", "crowded"),
    ("no such table", "", OLDER),
    ("no such column", "", OLDER),
)
_FIRST = "FATAL:"


class Named(Exception):
    """What failed is none of the database's; `why` is its id under `server.cause`."""

    def __init__(self, why: str) -> None:
        self.why = why


def cause(error: BaseException) -> str:
    """Return why, as an id under `server.cause`.

    `other` when it is none of those that are known.
    """
    if not isinstance(error, DBAPIError) or error.orig is None:
        return _by_kind(error)
    name = str(getattr(error.orig, "sqlite_errorname", None) or "")
    for code in (name, "_".join(name.split("_")[:2])):
        if code in _SQLITE:
            return _SQLITE[code]
    state = getattr(error.orig, "sqlstate", None)
    if state in _STATES:
        return _STATES[state]
    return _by_words(error, str(error.orig), connected=bool(name or state))


def _by_kind(error: BaseException) -> str:
    if isinstance(error, Named):
        return error.why
    if isinstance(error, OSError):
        return SYSTEM.get(error.errno or 0, MISTAKE)
    kinds = (
        (sqlalchemy.exc.TimeoutError, "crowded"),
        (CommandError, NEWER),
        (Outdated, NEWER),
        (Gone, "no-file"),
    )
    for kind, id_ in (*kinds, (Replaced, REPLACED), (SQLAlchemyError, OTHER)):
        if isinstance(error, kind):
            return id_
    return MISTAKE


def _by_words(error: DBAPIError, text: str, *, connected: bool) -> str:
    said = text.rpartition(_FIRST)[2]
    for words, also, id_ in _SAID:
        if words in said and also in said:
            return id_
    lost = error.connection_invalidated or not connected
    return "away" if lost and type(error).__name__ == "OperationalError" else OTHER


@contextmanager
def told() -> Iterator[None]:
    """Have what the database refuses meanwhile end in a sentence that names the cause.

    Raises:
        StoreError: the database could not be used.

    """
    try:
        yield
    except (SQLAlchemyError, CommandError) as error:
        raise refused(error) from error


def sentence(why: str, words: Texts) -> str:
    """Return a cause and what to do about it, for a person who runs the endpoint."""
    return f"{words.say(f'server.cause.{why}')} {words.say(f'server.cause.{why}-advice')}"


def logged(error: BaseException) -> str:
    """Return what the log says of an error: why and what to do, type and place, never its text."""
    why = cause(error)
    place = "; ".join(one.strip() for one in logs.places(error))
    return f"{sentence(why, load())} ({place if why == MISTAKE else type(error).__name__})"


def refused(error: BaseException) -> StoreError:
    """Return the error that tells a person why the database could not be used."""
    id_, words = cause(error), load()
    return StoreError(words.say(f"server.cause.{id_}"), words.say(f"server.cause.{id_}-advice"))
