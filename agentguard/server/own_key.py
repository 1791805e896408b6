"""The endpoint's key beside its database: made once, and never another one for what is there."""

from __future__ import annotations

from pathlib import Path

from agentguard.base.errors import StoreError
from agentguard.base.translations import load
from agentguard.server import keys
from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.store.engine import audit_chain
from agentguard.server.store.engine.audit_chain import OtherKeyError
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.records import ages


def opened(settings: ServerSettings, now: Now) -> tuple[Database, ServerKeys]:
    """Open the database, and its keys; they are made where neither was there before.

    With another key no desk would believe a receipt, no sealed secret could be read and each
    person would get another pseudonym, without a word from anybody.

    Raises:
        StoreError: one of both could not be opened or made, or the key is gone or another one.
        UsageError: the address is none, or names a database whose driver is not installed.

    """
    database = open_database(settings)
    try:
        return database, _keys(database, settings.key_file, now)
    except BaseException:
        database.close()
        raise


def _keys(database: Database, file: Path, now: Now) -> ServerKeys:
    if _is_gone(file) and database.snapshot(audit_chain.key):
        raise _refused("gone", file)
    found = keys.load_or_make(file)
    try:
        database.run(lambda c: ages.begin_audit(c, found.receipt_key, now()))
    except OtherKeyError as error:
        raise _refused("other", file) from error
    return found


def _is_gone(file: Path) -> bool:
    try:
        file.stat()
    except FileNotFoundError:
        return True
    except OSError:  # whoever reads it says why that cannot be
        return False
    return False


def _refused(how: str, file: Path) -> StoreError:
    words = load()
    return StoreError(
        words.say(f"server.key.{how}", file=str(file)), words.say("server.key.belongs")
    )
