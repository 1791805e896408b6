"""What the agent remembers, by key: a table beside the journal that changes with it."""

from __future__ import annotations

import json
from typing import cast

from agentguard.model.records import Json
from agentguard.ports.storage import Memory
from agentguard.store.database import Database, Value

_KEEP = "INSERT INTO memory VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"


def under(database: Database, prefix: str) -> Memory:
    """Give what is remembered under the keys that begin with `prefix`."""
    begin = _key(prefix)
    rows = database.rows(
        "SELECT key, value FROM memory WHERE key >= ? AND key < ?", (begin, begin + "\uffff")
    )
    found = ((str(key), _value(value)) for key, value in rows)
    return {_unkey(key): value for key, value in found if value is not None}


def keep(database: Database, memory: Memory) -> None:
    """Keep what changed, within the caller's transaction; a None value forgets a key."""
    forgotten = [(_key(key),) for key, value in memory.items() if value is None]
    kept = [(_key(key), _text(value)) for key, value in memory.items() if value is not None]
    database.many("DELETE FROM memory WHERE key = ?", forgotten)
    database.many(_KEEP, kept)


def _text(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"))


def _value(text: Value) -> Json:
    """Read a remembered value; a damaged one counts as forgotten."""
    try:
        return cast("Json", json.loads(str(text)))
    except ValueError:
        return None


def _key(key: str) -> str:
    """Write a key in ASCII: a path may hold bytes that are no text, which SQLite refuses."""
    return json.dumps(key)[1:-1]


def _unkey(key: str) -> str:
    return str(json.loads(f'"{key}"'))
