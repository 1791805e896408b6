"""The state of Windows' updates: when they were looked for and installed, what waits, restarts."""

from __future__ import annotations

import sys
import winreg
from collections.abc import Iterator
from contextlib import suppress

from agentguard.model.machine import PatchesSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._win32 import com
from agentguard.platforms._win32.component_answers import ComponentError
from agentguard.platforms._win32.machine_answers import patches
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

SECONDS = 10.0
SEARCH = 90.0  # seconds for a look at what is known on this computer, without the network
WAITING = "IsInstalled=0 and IsHidden=0"
SECURITY = "0fa1201d-4330-4fa8-8ae9-b877473b6441"
"""The category "Security Updates"."""

_CURRENT = r"SOFTWARE\Microsoft\Windows\CurrentVersion"
RESTARTS = (
    rf"{_CURRENT}\WindowsUpdate\Auto Update\RebootRequired",
    rf"{_CURRENT}\Component Based Servicing\RebootPending",
)
"""Keys that exist while a restart is due."""


def _restarts() -> Iterator[int]:
    view = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
    for path in RESTARTS:
        with suppress(OSError), winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path, 0, view) as key:
            yield winreg.QueryInfoKey(key)[2]


def _dates() -> tuple[object, object]:
    results = com.create("Microsoft.Update.AutoUpdate").get("Results")
    return results.get("LastSearchSuccessDate"), results.get("LastInstallationSuccessDate")


def _waiting() -> int:
    searcher = com.create("Microsoft.Update.Session").get("CreateUpdateSearcher")
    searcher.put("Online", value=False)
    updates = searcher.get("Search", WAITING).get("Updates")
    every = (updates.get("Item", index) for index in range(updates.get("Count")))
    return sum(_is_for_security(update) for update in every)


def _is_for_security(update: com.Component) -> bool:
    categories = update.get("Categories")
    ids = (categories.get("Item", index) for index in range(categories.get("Count")))
    return any(str(one.get("CategoryID")).lower() == SECURITY for one in ids)


def read(at: Moment, _policy: Policy) -> PatchesSeen:
    """Ask the update client; what waits may take long to tell, and is then not known."""
    try:
        looked, installed = com.within(SECONDS, _dates)
    except ComponentError as problem:
        return PatchesSeen(at=at, unread=problem.unread)
    security: int | None = None
    with suppress(ComponentError):
        security = com.within(SEARCH, _waiting)
    return patches(looked, installed, security, _restarts(), at)


PROBE = Probe(name="patches", every=21600, read=read)
