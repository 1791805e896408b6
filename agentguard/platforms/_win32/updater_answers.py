"""What the registry and the task scheduler say of the updaters of browsers and of Office.

Sources: Google, "Manage Chrome updates" (policies UpdateDefault, Update{app},
TargetVersionPrefix{app}, AutoUpdateCheckPeriodMinutes) and Omaha's `const_goopdate.h` (Clients, pv,
opv, LastChecked), which Microsoft Edge's updater keeps to; Microsoft,
"Choose how to manage updates to Microsoft 365 Apps"
(UpdatesEnabled, UpdateChannel, enableautomaticupdates) and "OfficeMgmtCOM".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agentguard.model.machine import Updater
from agentguard.platforms._win32 import office_answers
from agentguard.platforms._win32.software_answers import Entry, word

DISABLED = 4  # SERVICE_DISABLED, the value Start of a service's key
_STOPPED = frozenset({0, 2})  # updates disabled, or only when somebody asks for them
_BEGIN_OF_1970 = 11_644_473_600  # seconds after 1601
_LEAST, _MOST = 1e9, 1e10  # wall seconds that a clock of our days can show

Tasks = Mapping[str, bool]
"""Scheduled tasks by name, with whether each is enabled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """A browser that Omaha or its heirs keep up; `below` is its key below SOFTWARE."""

    program: str
    maker: str
    app: str
    policies: str
    below: str
    image: str
    services: tuple[str, ...]
    tasks: tuple[str, ...]


CHROME = Browser(
    program="Google Chrome",
    maker="Google LLC",
    app="{8A69D345-D564-463C-AFF1-A69D9E530F96}",
    policies=r"SOFTWARE\Policies\Google\Update",
    below=r"SOFTWARE\Google\Update",
    image="chrome.exe",
    services=("gupdate", "GoogleUpdaterService"),
    tasks=("GoogleUpdateTask", "GoogleUpdaterTask"),
)
EDGE = Browser(
    program="Microsoft Edge",
    maker="Microsoft Corporation",
    app="{56EB18F8-B008-4CBD-B6D2-8C97FE7E9062}",
    policies=r"SOFTWARE\Policies\Microsoft\EdgeUpdate",
    below=r"SOFTWARE\Microsoft\EdgeUpdate",
    image="msedge.exe",
    services=("edgeupdate",),
    tasks=("MicrosoftEdgeUpdateTask",),
)
BROWSERS = (CHROME, EDGE)

IN_CATALOGUE: Mapping[str, str] = {
    "current": "current",
    "monthly-enterprise": "monthly-enterprise",
    "semi-annual-enterprise": "semi-annual",
    "semi-annual-enterprise-preview": "semi-annual-preview",
}
"""What the catalogue calls the channels of Microsoft 365 Apps whose releases it has."""
OFFICE, OFFICE_MAKER = "Microsoft Office", "Microsoft Corporation"
OFFICE_TASKS = ("Office Automatic Updates",)


def browser(
    one: Browser,
    client: Entry,
    policy: Entry,
    own: Entry,
    *,
    starts: Iterable[int],
    tasks: Tasks | None,
    ready: float | None,
) -> Updater | None:
    """Return how a browser's updater stands; None where the browser is not installed.

    `client` is its key among the updater's clients, `own` the updater's, `starts` how its services
    start. `ready` is when a newer version was put beside the one that runs.
    """
    version = word(client, "pv")
    if not version:
        return None
    used = word(client, "opv")
    waits = ready is not None or bool(used and used != version)
    return Updater(
        program=one.program,
        on=False if _off(one, policy) else runs(starts, tasks, one.tasks),
        maker=one.maker,
        version=used or version,
        looked=_seconds(own.get("LastChecked")),
        waits=waits,
        ready=ready,
        pinned=bool(word(policy, f"TargetVersionPrefix{one.app}")),
    )


def _off(one: Browser, policy: Entry) -> bool:
    """Check whether a policy switches the updates off; the browser's own goes before the rest."""
    own = policy.get(f"Update{one.app}")
    chosen = own if isinstance(own, int) else policy.get("UpdateDefault")
    return chosen in _STOPPED or policy.get("AutoUpdateCheckPeriodMinutes") == 0


def runs(starts: Iterable[int], tasks: Tasks | None, names: tuple[str, ...]) -> bool | None:
    """Return whether anything starts an updater; None where that was not told.

    Each of its services and tasks can. A person may see no task although there are some, so
    without a task that is seen only disabled services say nothing.
    """
    mine = [on for name, on in (tasks or {}).items() if name.startswith(names)]
    if any(mine):
        return True
    services = [start != DISABLED for start in starts]
    if mine and not any(services):
        return False
    return None


def office(
    kept: Entry, found: Entry, policy: Entry, starts: Iterable[int], tasks: Tasks | None
) -> Updater | None:
    """Return how Office's updater stands; None where there is no Office that updates itself.

    `kept` is its configuration, `found` what it knows of updates. Where a management tool has
    taken over, whether its own is on says nothing.
    """
    version = word(kept, "VersionToReport")
    if not version:
        return None
    channel = IN_CATALOGUE.get(office_answers.channel(kept), "")
    managed = word(kept, "OfficeMgmtCOM").casefold() == "true"
    services = list(starts)
    off = (
        word(kept, "UpdatesEnabled").casefold() == "false"
        or policy.get("enableautomaticupdates") == 0
        or (bool(services) and all(start == DISABLED for start in services))
    )
    on = runs((), tasks, OFFICE_TASKS)
    return Updater(
        program=OFFICE,
        on=None if managed else (False if off else on),
        maker=OFFICE_MAKER,
        version=version if channel else "",
        channel=channel,
        looked=_milliseconds(word(found, "UpdateDetectionLastRunTime")),
        waits=bool(word(found, "UpdatesReadyToApply")),
        pinned=bool(word(policy, "updatetargetversion")),
    )


def _seconds(told: object) -> float | None:
    """Return wall seconds as they stand; None for what no clock of our days shows."""
    return float(told) if isinstance(told, int) and _LEAST < told < _MOST else None


def _milliseconds(told: str) -> float | None:
    """Return wall seconds of milliseconds since 1601."""
    if not (told.isascii() and told.isdecimal()):
        return None
    return _seconds(int(told) // 1000 - _BEGIN_OF_1970)
