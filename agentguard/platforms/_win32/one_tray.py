"""Whether the keeper starts the agents here, so that a person's own start has only a wish.

An agent that its person starts is that person's to end. So where a keeper runs, the start menu and
a second start hand over their wish to the keeper's agent; the keeper starts one in every session by
itself and has to be asked for nothing.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from agentguard.platforms._win32 import api, mutex, service_manager
from agentguard.platforms._win32.shield import shielded

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_LOOK = 0.1


def left_to_keeper(service: str, folder: Path, seconds: float) -> bool:
    """Check whether the keeper's agent holds the folder within so many seconds, for this program.

    False as well where this program is the keeper's agent, or no keeper runs.
    """
    if shielded(os.getpid()):
        return False
    due = int(api.tick_count()) + int(seconds * 1000)
    while _runs(service):
        if mutex.there(mutex.of(folder)):
            return True
        if api.tick_count() >= due:
            break
        threading.Event().wait(_LOOK)
    return False


def _runs(service: str) -> bool:
    found = service_manager.seen(service)
    return found is not None and found.running
