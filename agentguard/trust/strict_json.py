"""JSON as nobody can read it in two ways: size, depth, NFC, and no key twice."""

from __future__ import annotations

import json
import unicodedata
from typing import NoReturn

MOST_DEPTH = 16


def read(data: bytes, most: int) -> object:
    """Read a JSON text of at most `most` bytes.

    Raises:
        ValueError: it is not JSON, or breaks a limit; the argument is an id: `too-big`,
            `not-text`, `not-json`, `twice` or `too-deep`.

    """
    if len(data) > most:
        raise ValueError("too-big")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("not-text") from None
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError("not-text")
    try:
        value: object = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except _Twice:
        raise ValueError("twice") from None
    except RecursionError:
        raise ValueError("too-deep") from None
    except ValueError:
        raise ValueError("not-json") from None
    if _depth(value) > MOST_DEPTH:
        raise ValueError("too-deep")
    return value


class _Twice(Exception):
    """A key stands twice in one object."""


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice
    return found


def _no_number(_text: str) -> NoReturn:
    raise ValueError


def _depth(value: object) -> int:
    """Return the depth of nesting, walked level by level so that no depth can end the walk."""
    level, depth = [value], 0
    while level:
        depth += 1
        inner: list[object] = []
        for one in level:
            if isinstance(one, dict):
                inner.extend(one.values())
            elif isinstance(one, list):
                inner.extend(one)
        level = inner
    return depth
