"""Whether browsers and Office keep themselves up to date: policies, services, tasks, last looks."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from agentguard.model.machine import Updater, UpdatersSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms import _firefox_files
from agentguard.platforms._one_question import open_for
from agentguard.platforms._win32 import com, registry, updater_answers
from agentguard.platforms._win32.component_answers import ComponentError
from agentguard.platforms._win32.software_answers import word
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

SECONDS = 20.0
HIDDEN = 1  # TASK_ENUM_HIDDEN
FOLDERS = ("\\", "\\GoogleSystem\\GoogleUpdater", "\\Microsoft\\Office")
SERVICES = r"SYSTEM\CurrentControlSet\Services"
PATHS = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths"
OFFICE = r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
OFFICE_FOUND = r"SOFTWARE\Microsoft\Office\ClickToRun\Updates"
OFFICE_POLICY = r"SOFTWARE\Policies\Microsoft\office\16.0\common\officeupdate"
FIREFOX_POLICY = r"SOFTWARE\Policies\Mozilla\Firefox"
FIREFOX_PLACES = r"SOFTWARE\Mozilla\Firefox\TaskBarIDs"
FIREFOX_UPDATES = "Mozilla-1de4eec8-1241-4177-a864-e594e8d1fb38"
CLICK_TO_RUN, MAINTENANCE = "ClickToRunSvc", "MozillaMaintenance"


def _tasks() -> dict[str, bool]:
    """Return the tasks of the folders that this person sees."""
    scheduler = com.create("Schedule.Service")
    scheduler.get("Connect")
    found = {}
    for folder in FOLDERS:
        with suppress(ComponentError):
            tasks = scheduler.get("GetFolder", folder).get("GetTasks", HIDDEN)
            for index in range(1, tasks.get("Count") + 1):
                task = tasks.get("Item", index)
                found[str(task.get("Name"))] = bool(task.get("Enabled"))
    return found


TASKS = com.question("updaters' tasks", SECONDS, _tasks)


def starts(*names: str) -> Iterator[int]:
    """Yield how the services start whose names begin so; Google's have their version in it."""
    for child in registry.children(registry.MACHINE, SERVICES):
        if child.casefold().startswith(tuple(name.casefold() for name in names)):
            start = registry.values(registry.MACHINE, f"{SERVICES}\\{child}").get("Start")
            if isinstance(start, int):
                yield start


def _browser(one: updater_answers.Browser, tasks: updater_answers.Tasks | None) -> Updater | None:
    places = (
        (registry.MACHINE, registry.NARROW),
        (registry.MACHINE, registry.WIDE),
        (registry.USER, registry.WIDE),
    )
    for root, view in places:
        client = registry.values(root, f"{one.below}\\Clients\\{one.app}", view)
        if client:
            return updater_answers.browser(
                one,
                client,
                registry.values(registry.MACHINE, one.policies),
                registry.values(root, one.below, view),
                starts=starts(*one.services),
                tasks=tasks,
                ready=_ready(root, one.image),
            )
    return None


def _ready(root: int, image: str) -> float | None:
    """Return when a newer version was put beside the one that runs; None where there is none.

    The installer puts it there as new_chrome.exe, and gives it its name when none runs any more.
    """
    program = word(registry.values(root, f"{PATHS}\\{image}"), "")
    if not program:
        return None
    try:
        return Path(program).with_name(f"new_{image}").stat().st_ctime
    except (OSError, ValueError):
        return None


def _firefox() -> Updater | None:
    program = word(registry.values(registry.MACHINE, f"{PATHS}\\firefox.exe"), "")
    if not program:
        return None
    folder = Path(program).parent
    policies = dict(_firefox_files.policies(folder / "distribution" / _firefox_files.POLICIES))
    policies.update(registry.values(registry.MACHINE, FIREFOX_POLICY).items())
    served = any(start != updater_answers.DISABLED for start in starts(MAINTENANCE))
    updates = _firefox_updates(str(folder))
    return _firefox_files.updater(folder, updates, policies, on=True if served else None)


def _firefox_updates(folder: str) -> Path | None:
    """Return where the Firefox of a folder keeps its updates: by the number of its installation."""
    number = word(registry.values(registry.MACHINE, FIREFOX_PLACES), folder)
    common = os.environ.get("PROGRAMDATA", "")
    return Path(common) / FIREFOX_UPDATES / "updates" / number if number and common else None


def _office(tasks: updater_answers.Tasks | None) -> Updater | None:
    return updater_answers.office(
        registry.values(registry.MACHINE, OFFICE),
        registry.values(registry.MACHINE, OFFICE_FOUND),
        registry.values(registry.MACHINE, OFFICE_POLICY),
        starts(CLICK_TO_RUN),
        tasks,
    )


def read(at: Moment, _policy: Policy) -> UpdatersSeen:
    """Look at each of them; tasks that nobody tells leave open whether one is on."""
    tasks: updater_answers.Tasks | None = None
    with suppress(ComponentError):
        tasks = TASKS.ask()
    try:
        browsers = [_browser(one, tasks) for one in updater_answers.BROWSERS]
        found = (*browsers, _firefox(), _office(tasks))
    except OSError:
        return UpdatersSeen(at=at, unread="denied")
    return UpdatersSeen(at=at, updaters=tuple(one for one in found if one is not None))


PROBE = Probe(name="updaters", every=21600, read=read, open=open_for(TASKS))
