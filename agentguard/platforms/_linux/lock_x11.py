"""The X server's screen saver (`xset s`), which locks where xss-lock or the like listens to it.

A program that takes the screen saver's place puts _MIT_SCREEN_SAVER_ID on the root window. xss-lock
with a notifier (`-n`) warns at the timeout and locks one cycle later (xss-lock(1)).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from Xlib import X
from Xlib.display import Display
from Xlib.ext import res

from agentguard.base.errors import PlatformError
from agentguard.model.locking import LockSource, Standing
from agentguard.platforms._linux import x11
from agentguard.platforms._linux.wayland import is_wayland

NAME = "X screen saver"
_REGISTERED = "_MIT_SCREEN_SAVER_ID"
_NOTIFIES = (b"-n", b"--notifier")


def read(environment: Mapping[str, str]) -> tuple[LockSource, ...]:
    """Read the display's screen saver; without an X display there is none."""
    display = environment.get("DISPLAY", "")
    if not display or is_wayland(environment):
        return ()
    try:
        with x11.connected(display, res.extname) as opened:
            return (_source(opened),)
    except PlatformError:
        return (LockSource(name=NAME, standing=Standing.UNREAD),)


def _source(display: Display) -> LockSource:
    saver = display.get_screen_saver()
    if not saver.timeout:
        return LockSource(name=NAME, standing=Standing.NEVER)
    pid = _listener(display)
    if pid is None:
        return LockSource(name=NAME, standing=Standing.BLANKS, seconds=float(saver.timeout))
    name = f"{NAME} ({x11.program(pid) or '?'})"
    later = saver.interval if notifies(_command(pid)) else 0
    seconds = float(saver.timeout + later)
    return LockSource(name=name, standing=Standing.LOCKS, seconds=seconds)


def _listener(display: Display) -> int | None:
    """Return the process that locks when the screen saver comes; None when there is none."""
    atom = display.get_atom(_REGISTERED, only_if_exists=True)
    if not atom:
        return None
    found = display.screen().root.get_full_property(atom, X.AnyPropertyType)
    if found is None or not len(found.value):
        return None
    return x11.client_pid(display, int(found.value[0]))


def _command(pid: int) -> tuple[bytes, ...]:
    with suppress(OSError):
        return tuple(Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"))
    return ()


def notifies(command: tuple[bytes, ...]) -> bool:
    """Check whether xss-lock was started with a notifier; what follows `--` is the locker's."""
    own = command[: command.index(b"--")] if b"--" in command else command
    return any(word in _NOTIFIES or word.startswith(b"--notifier=") for word in own)
