"""What Windows' answers about a session mean: idle ticks, the lock's flags, and session changes.

Sources: Microsoft's reference of GetLastInputInfo, WTSINFOEX_LEVEL1 and WM_WTSSESSION_CHANGE.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

TICKS = 1 << 32
"""GetLastInputInfo counts milliseconds in 32 bits, which are used up after 49.7 days."""

ACTIVE, DISCONNECTED = 0, 4  # WTSActive, WTSDisconnected
LOCKED, UNLOCKED = 0, 1  # WTS_SESSIONSTATE_LOCK, WTS_SESSIONSTATE_UNLOCK
_LEVEL_1 = 1
_INFORMATION = struct.Struct("<I4xIIi")
"""WTSINFOEXW as far as the flags: level, then (at 8, as it holds 64-bit times) id, state, flags."""

CONSOLE_CONNECT, CONSOLE_DISCONNECT, REMOTE_CONNECT, REMOTE_DISCONNECT = 1, 2, 3, 4
LOGON, LOGOFF, SESSION_LOCK, SESSION_UNLOCK, REMOTE_CONTROL = 5, 6, 7, 8, 9

_AFTER: Mapping[int, bool | None] = {
    SESSION_LOCK: True,
    SESSION_UNLOCK: False,
    CONSOLE_CONNECT: None,
    CONSOLE_DISCONNECT: None,
    REMOTE_CONNECT: None,
    REMOTE_DISCONNECT: None,
}

_ACTIVE_AFTER: Mapping[int, bool] = {
    CONSOLE_CONNECT: True,
    CONSOLE_DISCONNECT: False,
    REMOTE_CONNECT: True,
    REMOTE_DISCONNECT: False,
}


COARSE = 1000
"""Milliseconds by which a stamp may lie before the reading that did not show it yet."""


@dataclass(slots=True)
class IdleTime:
    """Counts on where Windows' 32-bit ticks begin again, and believes no impossible stamp.

    Any program can send input with a stamp of its own (SendInput), of the future as well. What is
    certain is when a stamp was first seen: that input came after the reading before.
    """

    _input: int = -1
    _at: int = 0
    _read: int | None = None

    def seconds(self, last_input: int, now: int) -> float:
        """Return the seconds since the last input.

        `last_input` is the tick of 32 bits as Windows tells it, `now` the tick of 64 bits read
        after it.
        """
        if last_input != self._input:
            self._input = last_input
            gap = (now - last_input) % TICKS
            self._at = now - gap if self._can_be(gap, now) else now
        self._read = now
        return (now - self._at) / 1000

    def _can_be(self, gap: int, now: int) -> bool:
        """Check whether the last input can have come `gap` ago.

        It came after the start of the computer, and after the last reading. Without one, on a
        computer that is up for longer than the ticks last, the nearer of past and future is meant.
        """
        if self._read is not None:
            return now - gap >= self._read - COARSE
        return gap <= now and (now < TICKS or gap <= TICKS // 2)


def locked_by(information: bytes | None, *, swapped: bool = False) -> bool | None:
    """Tell the lock state from a WTSINFOEXW; None when it does not say.

    `swapped` is for Windows 7 and Server 2008 R2, whose two values mean the opposite.
    """
    if information is None or len(information) < _INFORMATION.size:
        return None
    level, _session, _state, flags = _INFORMATION.unpack_from(information)
    if level != _LEVEL_1 or flags not in {LOCKED, UNLOCKED}:
        return None
    return bool(flags == LOCKED) is not swapped


def active_by(information: bytes | None) -> bool | None:
    """Tell from a WTSINFOEXW whether the session is in front; None when it does not say."""
    if information is None or len(information) < _INFORMATION.size:
        return None
    level, _session, state, _flags = _INFORMATION.unpack_from(information)
    if level != _LEVEL_1 or state not in {ACTIVE, DISCONNECTED}:
        return None
    return bool(state == ACTIVE)


def active_after(before: bool | None, change: int) -> bool | None:  # noqa: FBT001 - a state
    """Return whether the session is in front after a change of it."""
    return _ACTIVE_AFTER.get(change, before)


def locked_after(before: bool | None, change: int) -> bool | None:  # noqa: FBT001 - a state
    """Tell the lock state after a change of the session.

    After a switch between console and remote desktop it is not known until it is asked for again.
    """
    return _AFTER.get(change, before)
