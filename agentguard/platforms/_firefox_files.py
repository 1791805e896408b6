"""What Firefox's own files tell of its updates, on any system.

Sources: Mozilla, "Policy templates" (policies.json and its names), "application.ini",
`channel-prefs.js`, and toolkit/mozapps/update: `update-config.json`, `update.status`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from agentguard.model.machine import Updater

PROGRAM, LONG, MAKER = "Mozilla Firefox", "Mozilla Firefox ESR", "Mozilla"
POLICIES = "policies.json"
READY = ("pending", "applied")
"""How the status begins of an update that comes into use at the next start."""
_MOST = 1_000_000  # bytes of a file that is read


def off_by(policies: Mapping[str, object]) -> bool:
    """Check whether policies keep Firefox from updating itself; as in the registry 1 is true."""
    never = any(policies.get(name) == 1 for name in ("DisableAppUpdate", "ManualAppUpdateOnly"))
    return never or policies.get("AppAutoUpdate") in (0, False)


def policies(file: Path) -> Mapping[str, object]:
    """Return the policies of a file; none where it is not there or cannot be read."""
    told = _json(file).get("policies")
    return told if isinstance(told, dict) else {}


def automatic(folder: Path) -> bool | None:
    """Return what Firefox's settings of the computer say; None where nobody chose."""
    chosen = _json(folder / "update-config.json").get("app.update.auto")
    return chosen if isinstance(chosen, bool) else None


def program(folder: Path) -> str:
    """Return what the Firefox of a folder is called: the long-term one is a product of its own."""
    channel = _text(folder / "defaults" / "pref" / "channel-prefs.js")
    return LONG if '"esr"' in channel else PROGRAM


def version(folder: Path) -> str:
    """Return the version of the Firefox of a folder; empty when it is not told."""
    for line in _text(folder / "application.ini").splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "Version":
            return value.strip()
    return ""


def updater(
    folder: Path, updates: Path | None, policies: Mapping[str, object], *, on: bool | None
) -> Updater:
    """Return how the updater of the Firefox in a folder stands.

    `updates` is where it keeps what it has found, None where that is not known; `on` holds unless
    the policies or its own settings say otherwise.
    """
    brought = ready = None
    if off_by(policies):
        on = False
    if updates is not None:
        if automatic(updates) is False:
            on = False
        brought = _changed(updates / "updates.xml")
        status = updates / "updates" / "0" / "update.status"
        if _text(status).startswith(READY):
            ready = _changed(status)
    return Updater(
        program=program(folder),
        on=on,
        maker=MAKER,
        version=version(folder),
        brought=brought,
        waits=ready is not None,
        ready=ready,
        pinned=bool(policies.get("AppUpdatePin")),
    )


def _json(file: Path) -> Mapping[str, object]:
    try:
        told = json.loads(_text(file) or "{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(_MOST).decode("utf-8", "replace")
    except OSError:
        return ""


def _changed(file: Path) -> float | None:
    try:
        return file.stat().st_mtime
    except OSError:
        return None
