"""The end of this computer's agents: each hears that it is to end; an installer waits for all."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

from agentguard.platforms._instance import only_one, tell_to_quit, told_to_quit


def quitting(folder: Path) -> Callable[[], bool]:
    """Return what tells the agent of `folder` whether it was told to end."""
    if sys.platform == "win32":
        from agentguard.platforms._win32.session_host import Quitting  # noqa: PLC0415 - one system's door at a time

        everybody = Quitting()
        return lambda: everybody() or told_to_quit(folder)
    return lambda: told_to_quit(folder)


def end_agents(folder: Path, seconds: float, *, mine: bool = False) -> bool:
    """Tell the agents to end and wait: on Windows those of all users, unless it is only `mine`.

    Elsewhere, and with `mine`, it is that of `folder`.

    Tells whether they ended in time.

    Raises:
        PlatformError: this user may not.

    """
    if sys.platform == "win32" and not mine:
        from agentguard.platforms._win32.session_host import end_all  # noqa: PLC0415 - as above

        return end_all(seconds)
    left = seconds
    while left > 0 and not _free(folder):
        tell_to_quit(folder)
        threading.Event().wait(0.25)
        left -= 0.25
    told_to_quit(folder)
    return _free(folder)


def _free(folder: Path) -> bool:
    with only_one(folder) as first:
        return first
