"""The lock of KDE Plasma: kscreenlockerrc, the user's over the system's unless that is immutable.

Group `Daemon` of kscreenlocker's kcfg: `Autolock` (default true), `Timeout` in minutes (default 5)
and `LockGrace` in seconds (default 5), in which a key still ends the lock without the password.
KConfig reads XDG_CONFIG_DIRS before XDG_CONFIG_HOME; `[$i]` behind a key, a group or at the head of
a file makes it immutable (https://userbase.kde.org/KDE_System_Administration/Configuration_Files).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from agentguard.model.locking import LockSource, Standing
from agentguard.platforms._linux.lock_gsettings import desktops

NAME = "KDE Plasma"
FILE = "kscreenlockerrc"
LARGEST = 65_536
_GROUP = re.compile(r"\[(?P<group>[^\]]*)\](?P<flags>\[\$\w+\])?")
_KEY = re.compile(r"(?P<key>[^=\[\]]+?)\s*(?P<flags>\[\$\w+\])?\s*=\s*(?P<value>.*)")


def read(environment: Mapping[str, str]) -> tuple[LockSource, ...]:
    """Read the settings when Plasma runs; none under another desktop environment."""
    if "KDE" not in desktops(environment):
        return ()
    values: dict[str, str] = {}
    fixed: set[str] = set()
    for file in _files(environment):
        text = _text(file)
        if text is None:
            return (LockSource(name=NAME, standing=Standing.UNREAD),)
        for key, value, immutable in keys(text):
            if key not in fixed:
                values[key] = value
            if immutable:
                fixed.add(key)
    return (_source(values, fixed),)


def _source(values: Mapping[str, str], fixed: set[str]) -> LockSource:
    managed = {"Autolock", "Timeout"} <= fixed
    minutes = _whole(values.get("Timeout", "5"))
    grace = _whole(values.get("LockGrace", "5"))
    if minutes is None or grace is None:
        return LockSource(name=NAME, standing=Standing.UNREAD, managed=managed)
    off = values.get("Autolock", "true").lower() in {"false", "0", "off", "no"}
    if off or minutes <= 0:
        return LockSource(name=NAME, standing=Standing.NEVER, managed=managed)
    seconds = minutes * 60 + max(0, grace)
    return LockSource(name=NAME, standing=Standing.LOCKS, seconds=seconds, managed=managed)


def keys(text: str) -> Iterator[tuple[str, str, bool]]:
    """Yield the keys of the group `Daemon`: name, value, and whether it is immutable."""
    group, whole, fixed = "", False, False
    for line in (each.strip() for each in text.splitlines()):
        head = _GROUP.fullmatch(line)
        if line == "[$i]":
            whole = True
        elif head:
            group, fixed = head["group"], "i" in (head["flags"] or "")
        elif group == "Daemon" and (found := _KEY.fullmatch(line)):
            immutable = whole or fixed or "i" in (found["flags"] or "")
            yield found["key"], found["value"], immutable


def _files(environment: Mapping[str, str]) -> Iterator[Path]:
    """Yield the files from the most general to the user's own."""
    shared = environment.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    for folder in reversed(shared.split(":")):
        yield Path(folder) / FILE
    home = environment.get("HOME", "/")
    yield Path(environment.get("XDG_CONFIG_HOME") or f"{home}/.config") / FILE


def _text(file: Path) -> str | None:
    """Read a file; one that is not there is empty, None for one that may not be read."""
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            return opened.read(LARGEST)
    except FileNotFoundError:
        return ""
    except OSError:
        return None


def _whole(text: str) -> int | None:
    with suppress(ValueError):
        return int(text.strip())
    return None
