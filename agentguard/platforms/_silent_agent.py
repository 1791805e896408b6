"""An agent that holds its folder and gives no sign of life: it is waited for, then ended.

Signs are compared with each other and with no clock, so neither a sleep of the computer nor a clock
that is set makes an agent silent. One whose signs cannot be seen counts as well.
"""

from __future__ import annotations

import signal
import threading
from contextlib import suppress
from pathlib import Path

import psutil

from agentguard.platforms._instance import held, holder

BEATS = 2.0
"""Seconds between two signs of life of an agent."""
SILENT = 7.0
"""Seconds without a sign after which an agent hangs: three were due, and a start has 10 s."""
BEGINS = 60.0
"""The same for one that has not given its first sign: it begins, on a computer that begins too."""
LOOK = 0.1
COMMANDS = frozenset({"tray", "run"})
"""The words of a command line that guard."""


def silent(folder: Path, *, seconds: float = SILENT, begins: float = BEGINS) -> int:
    """Wait for a sign of life of who holds `folder`; give its process when there is none, else 0.

    Also 0 as soon as that process is gone, or nothing is known of it.
    """
    process, sign = holder(folder)
    agent = _agent(process)
    left, pause = seconds if sign else begins, threading.Event()
    while agent is not None and agent.is_running() and left > 0:
        pause.wait(LOOK)
        left -= LOOK
        if holder(folder) != (process, sign):
            return 0
    return process if left <= 0 else 0


def runs(folder: Path) -> bool:
    """Check whether an agent runs that holds `folder`: as it wrote itself, or as the system knows.

    What it wrote is of an older one where it can write no more.
    """
    return _agent(holder(folder)[0]) is not None or held(folder)


def end(process: int) -> None:
    """End an agent that hangs, as far as this user may."""
    agent = _agent(process)
    if agent is not None:
        with suppress(psutil.Error):
            agent.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))


def _agent(process: int) -> psutil.Process | None:
    """Return a process that is an agent; a number on the disk may be another's by now."""
    try:
        found = psutil.Process(process) if process > 0 else None
        words = found.cmdline() if found is not None else []
    except psutil.Error:
        return None
    is_agent = "agentguard" in " ".join(words).lower() and not COMMANDS.isdisjoint(words)
    return found if is_agent else None
