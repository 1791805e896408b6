"""The seats of this computer's sessions: the keeper writes them, every program of a session reads.

They stand in the registry, where only the system and administrators write, in a key that is gone
after a start of the computer, as its sessions are. What is there and is no seat is the first one.

Source: Microsoft's reference of winreg.h.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress

from agentguard.base.errors import PlatformError
from agentguard.platforms._win32 import api
from agentguard.platforms._win32.quitting import volatile_key
from agentguard.platforms._win32.seat_answers import FIRST, seated

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

import winreg

LOG = logging.getLogger(__name__)

PLACE = r"Software\AgentGuard-Seats"
MOST = 64
"""More sessions of one person than any host has."""

_64 = winreg.KEY_WOW64_64KEY


def seat() -> int:
    """Return the seat of the session that this program runs in."""
    found = _read().get(api.own_session(), FIRST)
    return found if FIRST <= found <= MOST else FIRST


class Seats:
    """The keeper's hand; `person` tells whose a session is, and raises PlatformError."""

    def __init__(self, person: Callable[[int], str]) -> None:
        self._person = person
        self._people: dict[int, str] = {}
        self._seats = _read()

    def see(self, on: frozenset[int]) -> None:
        """Seat the sessions that are `on`, where they can be told from each other."""
        people = {session: who for session in on if (who := self._who(session))}
        if people == self._people:
            return
        self._people, self._seats = people, seated(self._seats, people)
        _write(self._seats)

    def _who(self, session: int) -> str:
        with suppress(PlatformError):
            return self._people.get(session) or self._person(session)
        return ""


def _read() -> dict[int, int]:
    found: dict[int, int] = {}
    with (
        suppress(OSError),
        winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, PLACE, 0, winreg.KEY_READ | _64) as key,
    ):
        for place in range(winreg.QueryInfoKey(key)[1]):
            name, value, kind = winreg.EnumValue(key, place)
            if kind == winreg.REG_DWORD and name.isdecimal():
                found[int(name)] = int(value)
    return found


def _write(seats: Mapping[int, int]) -> None:
    """Write the seats that are not the first: nearly every computer has none, and no key."""
    further = {str(session): place for session, place in seats.items() if place != FIRST}
    before = {str(session) for session in _read()}
    if not further:
        with suppress(OSError):
            winreg.DeleteKeyEx(winreg.HKEY_LOCAL_MACHINE, PLACE, _64, 0)
        return
    try:
        key, _ = volatile_key(PLACE)
        try:
            for name, place in further.items():
                winreg.SetValueEx(key, name, 0, winreg.REG_DWORD, place)
            for name in before - further.keys():
                winreg.DeleteValue(key, name)
        finally:
            winreg.CloseKey(key)
    except (OSError, PlatformError):
        LOG.warning("Windows refused to write down the seats of one person's sessions")
