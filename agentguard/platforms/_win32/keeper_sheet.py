"""The sheet of the keeper's answers: the keeper writes it, the agents of all sessions read it.

It is a key of the registry that only the system and administrators may make, write or own, and that
is gone after a start of the computer. Its owner and list are looked at at each reading.

Source: Microsoft's reference of winreg.h.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.access_answers import kept
from agentguard.platforms._win32.keeper_sheet_answers import read, written
from agentguard.platforms._win32.quitting import descriptor, volatile_key

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

import winreg

PLACE = r"Software\AgentGuard-Answers"
_64 = winreg.KEY_WOW64_64KEY


def told(question: str) -> tuple[Mapping[str, object], ...] | None:
    """Return the rows that the keeper was told; None where it has not answered of late."""
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, PLACE, 0, winreg.KEY_READ | _64) as key:
            if not kept(descriptor(int(key))):
                return None
            text = winreg.QueryValueEx(key, question)[0]
    except OSError:
        return None
    return read(text, question, api.tick_count())


def write(question: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Write an answer down.

    Raises:
        PlatformError: this user may not.
        OSError: Windows refused it.

    """
    key, _ = volatile_key(PLACE)
    try:
        text = written(rows, question, api.tick_count())
        winreg.SetValueEx(key, question, 0, winreg.REG_SZ, text)
    finally:
        winreg.CloseKey(key)


def clear() -> None:
    """Take all answers away: whoever leaves can answer for nothing."""
    with suppress(OSError):
        winreg.DeleteKeyEx(winreg.HKEY_LOCAL_MACHINE, PLACE, _64, 0)
