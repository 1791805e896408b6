"""Asks the task scheduler of the tasks that bring updates, and keeps how many there are."""

from __future__ import annotations

import sys

from agentguard.platforms._win32 import com
from agentguard.platforms._win32.component_answers import ComponentError
from agentguard.platforms._win32.probes.updaters import FOLDERS, HIDDEN
from agentguard.platforms._win32.updater_answers import CHROME, EDGE, OFFICE_TASKS

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_OURS = (*CHROME.tasks, *EDGE.tasks, *OFFICE_TASKS)


def _tasks() -> dict[str, object]:
    scheduler = com.create("Schedule.Service")
    scheduler.get("Connect")
    folders = seen = enabled = ours = 0
    for name in FOLDERS:
        try:
            tasks = scheduler.get("GetFolder", name).get("GetTasks", HIDDEN)
        except ComponentError:
            continue
        folders += 1
        for index in range(1, tasks.get("Count") + 1):
            task = tasks.get("Item", index)
            seen += 1
            enabled += bool(task.get("Enabled"))
            ours += str(task.get("Name")).startswith(_OURS)
    return {"folders": folders, "seen": seen, "enabled": enabled, "ours": ours}


CALLS = {"updaters.tasks": _tasks}
