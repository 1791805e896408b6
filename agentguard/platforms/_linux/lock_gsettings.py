"""The lock of GNOME, Cinnamon and MATE, whose settings GSettings keeps in dconf.

GNOME: org.gnome.desktop.session `idle-delay` (s), org.gnome.desktop.screensaver `lock-enabled` and
`lock-delay` (s), org.gnome.desktop.lockdown `disable-lock-screen` (gsettings-desktop-schemas).
Cinnamon keeps the same below org.cinnamon; MATE counts in minutes (mate-screensaver's schema).
A key that a system administrator has locked (dconf(7), "Locks") is not writable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agentguard.model.locking import LockSource, Standing
from agentguard.platforms._linux import commands

_NUMBERS = frozenset({"int32", "uint32", "int64", "uint64", "double"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """Where a desktop environment keeps its lock; `unit` is the seconds of its numbers' one."""

    name: str
    names: frozenset[str]
    session: str
    saver: str
    activation: str
    lockdown: str = ""
    unit: int = 1


DESKTOPS = (
    _Kept(
        name="GNOME",
        names=frozenset({"GNOME", "UNITY", "BUDGIE", "POP"}),
        session="org.gnome.desktop.session",
        saver="org.gnome.desktop.screensaver",
        activation="",
        lockdown="org.gnome.desktop.lockdown",
    ),
    _Kept(
        name="Cinnamon",
        names=frozenset({"X-CINNAMON", "CINNAMON"}),
        session="org.cinnamon.desktop.session",
        saver="org.cinnamon.desktop.screensaver",
        activation="",
        lockdown="org.cinnamon.desktop.lockdown",
    ),
    _Kept(
        name="MATE",
        names=frozenset({"MATE"}),
        session="org.mate.session",
        saver="org.mate.screensaver",
        activation="idle-activation-enabled",
        unit=60,
    ),
)


def read(environment: Mapping[str, str]) -> tuple[LockSource, ...]:
    """Read the settings of the desktop environment that runs; none under another."""
    running = desktops(environment)
    kept = next((k for k in DESKTOPS if k.names & running), None)
    return () if kept is None else (_source(kept),)


def desktops(environment: Mapping[str, str]) -> frozenset[str]:
    """Return the names of the running desktop environment (XDG_CURRENT_DESKTOP), in capitals."""
    told = environment.get("XDG_CURRENT_DESKTOP", "")
    return frozenset(name.upper() for name in told.split(":") if name)


def _source(kept: _Kept) -> LockSource:
    session, saver = _schema(kept.session), _schema(kept.saver)
    delay = number(session.get("idle-delay", ""))
    after = number(saver.get("lock-delay", ""))
    enabled = saver.get("lock-enabled", "")
    if delay is None or after is None or enabled not in {"true", "false"}:
        return LockSource(name=kept.name, standing=Standing.UNREAD)
    managed = not _writable(kept.saver, "lock-enabled") and not _writable(
        kept.session, "idle-delay"
    )
    if _forbidden(kept) or delay == 0 or saver.get(kept.activation, "true") == "false":
        return LockSource(name=kept.name, standing=Standing.NEVER, managed=managed)
    if enabled == "false":
        blank = delay * kept.unit
        return LockSource(name=kept.name, standing=Standing.BLANKS, seconds=blank, managed=managed)
    return LockSource(
        name=kept.name,
        standing=Standing.LOCKS,
        seconds=(delay + after) * kept.unit,
        managed=managed,
    )


def _forbidden(kept: _Kept) -> bool:
    """Check whether the lock is switched off altogether."""
    if not kept.lockdown:
        return False
    return _schema(kept.lockdown).get("disable-lock-screen") == "true"


def _schema(name: str) -> dict[str, str]:
    """Return the keys of a schema with their values as GVariant texts.

    None when it is not there.
    """
    found: dict[str, str] = {}
    for line in (commands.run("gsettings", "list-recursively", name) or "").splitlines():
        schema, key, value = (*line.split(" ", 2), "", "")[:3]
        if schema == name:
            found[key] = value.strip()
    return found


def number(text: str) -> float | None:
    """Read a number as GVariant writes it, such as `uint32 300`; None for anything else."""
    kind, _, rest = text.rpartition(" ")
    if kind and kind not in _NUMBERS:
        return None
    try:
        return float(rest)
    except ValueError:
        return None


def _writable(schema: str, key: str) -> bool:
    return (commands.run("gsettings", "writable", schema, key) or "true").strip() != "false"
