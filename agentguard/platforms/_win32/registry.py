"""Reads the registry; a key that is not there has nothing in it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from agentguard.platforms._win32.any_case import AnyCase

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

import winreg

MACHINE, USER = winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER
USERS = winreg.HKEY_USERS
WIDE, NARROW = winreg.KEY_WOW64_64KEY, winreg.KEY_WOW64_32KEY

Values = Mapping[str, object]


def there(root: int, path: str, view: int = WIDE) -> bool:
    """Check whether there is such a key; one that may not be read is there."""
    try:
        winreg.OpenKey(root, path, 0, winreg.KEY_QUERY_VALUE | view).Close()
    except FileNotFoundError:
        return False
    except PermissionError:
        return True
    return True


def values(root: int, path: str, view: int = WIDE) -> Values:
    """Return the values of a key by their names, in any case.

    Raises:
        PermissionError: this user may not read it.

    """
    try:
        with winreg.OpenKey(root, path, 0, winreg.KEY_READ | view) as key:
            return AnyCase(_values(key))
    except FileNotFoundError:
        return AnyCase(())


def _values(key: Any) -> Iterator[tuple[str, object]]:
    for index in range(winreg.QueryInfoKey(key)[1]):
        with suppress(FileNotFoundError):
            name, value, _ = winreg.EnumValue(key, index)
            yield name, value


def children(root: int, path: str, view: int = WIDE) -> tuple[str, ...]:
    """Return the names of the keys in a key.

    Raises:
        PermissionError: this user may not read it.

    """
    try:
        with winreg.OpenKey(root, path, 0, winreg.KEY_READ | view) as key:
            return tuple(winreg.EnumKey(key, i) for i in range(winreg.QueryInfoKey(key)[0]))
    except FileNotFoundError:
        return ()
