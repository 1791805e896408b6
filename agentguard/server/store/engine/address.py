"""Which database is meant; no password on the command line, where everybody could read it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts

GIVEN, GIVEN_FILE = "AGENTGUARD_DATABASE", "AGENTGUARD_DATABASE_FILE"
POSTGRESQL = "postgresql+psycopg"
_SAME = frozenset({"postgres", "postgresql"})


def chosen(given: str, environment: Mapping[str, str], words: Texts) -> str:
    """Return the database's address, empty for SQLite in the data folder.

    `given` comes from the command line. Without it the environment's AGENTGUARD_DATABASE counts,
    or the first line of the file that AGENTGUARD_DATABASE_FILE names; these may hold a password.

    Raises:
        UsageError: the address is none, the file cannot be read, or a password is on the line.

    """
    said = given or environment.get(GIVEN, "") or _from_file(environment.get(GIVEN_FILE, ""), words)
    if not said:
        return ""
    try:
        url = make_url(said)
    except ArgumentError as error:
        raise UsageError(
            words.say("server.store.no-address"), words.say("server.store.no-address-advice")
        ) from error
    if given and url.password is not None:
        raise UsageError(
            words.say("server.address.password"),
            words.say("server.address.password-advice", variable=GIVEN, file=GIVEN_FILE),
        )
    if url.drivername in _SAME:
        url = url.set(drivername=POSTGRESQL)
    return url.render_as_string(hide_password=False)


def _from_file(name: str, words: Texts) -> str:
    if not name:
        return ""
    try:
        return Path(name).read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, ValueError) as error:
        raise UsageError(
            words.say("server.address.file", file=name),
            words.say("server.address.file-advice", variable=GIVEN_FILE),
        ) from error
