"""The state of Windows' updates: when they were looked for and installed, what waits, restarts."""

from __future__ import annotations

import sys
import winreg
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from agentguard.model.machine import PatchesSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._one_question import open_for
from agentguard.platforms._win32 import com, registry
from agentguard.platforms._win32.component_answers import ComponentError
from agentguard.platforms._win32.machine_answers import Update, patches
from agentguard.platforms._win32.software_answers import build_of, is_server
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

SECONDS = 10.0
SEARCH = 90.0  # seconds for a look at what is known on this computer, without the network
WAITING = "IsInstalled=0"  # the hidden ones too: what somebody hides is not installed
WHOLE = 2  # OperationResultCode orcSucceeded; 3 is with errors
WINDOWS = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"

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


def _waiting() -> tuple[Update, ...] | None:
    searcher = com.create("Microsoft.Update.Session").get("CreateUpdateSearcher")
    searcher.put("Online", value=False)
    return found(searcher.get("Search", WAITING))


def found(answer: com.Component) -> tuple[Update, ...] | None:
    """Read a search's answer; one with errors tells nothing, for what it left out is not known."""
    if answer.get("ResultCode") != WHOLE:
        return None
    updates = answer.get("Updates")
    return tuple(_update(updates.get("Item", index)) for index in range(updates.get("Count")))


def _update(update: com.Component) -> Update:
    categories = update.get("Categories")
    ids = (categories.get("Item", index) for index in range(categories.get("Count")))
    return Update(
        id=str(update.get("Identity").get("UpdateID")).lower(),
        categories=frozenset(str(one.get("CategoryID")).lower() for one in ids),
        severity=str(update.get("MsrcSeverity") or ""),
        released=update.get("LastDeploymentChangeTime"),
    )


DATES = com.question("patches", SECONDS, _dates)
SEARCHED = com.question("patches that wait", SEARCH, _waiting)


def read(at: Moment, _policy: Policy) -> PatchesSeen:
    """Ask the update client; what waits may take long to tell, and is then not known."""
    windows = registry.values(registry.MACHINE, WINDOWS)
    build, server = build_of(windows), is_server(windows)
    try:
        dates = DATES.ask()
    except ComponentError as problem:
        return PatchesSeen(at=at, unread=problem.unread, build=build, server=server)
    updates: tuple[Update, ...] | None = None
    with suppress(ComponentError):
        updates = SEARCHED.ask()
    return replace(patches(dates, updates, _restarts(), build, at), server=server)


PROBE = Probe(name="patches", every=21600, read=read, open=open_for(DATES, SEARCHED))
