"""What the agent remembers, by key: a table beside the journal that changes with it.

With `names` keys and values are sealed; what an older version wrote clear is read all the same.
"""

from __future__ import annotations

import json
from typing import cast

from agentguard.model.records import Json
from agentguard.ports.storage import Memory
from agentguard.store.name_sealing import Names, is_sealed
from agentguard.store.sqlite_file import Database

_UNDER = "SELECT key, value FROM memory WHERE key >= ? AND key < ?"
_KEEP = "INSERT INTO memory VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"


def under(database: Database, prefix: str, names: Names | None = None) -> Memory:
    """Return what is remembered under the keys that begin with `prefix`."""
    kind, slash, _ = prefix.partition("/")
    begin = _key(prefix if names is None else kind + slash)
    rows = database.rows(_UNDER, (begin, begin + "\uffff"))
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
    database.many(_KEEP, kept)


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
