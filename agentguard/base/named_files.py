"""A file that a person named: a pipe or a device may never end, or never begin."""

from __future__ import annotations

import stat
from pathlib import Path

from agentguard.base import translations
from agentguard.base.errors import UsageError

HANDED = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")
"""What the caller has opened already, as a shell's pipe; it ends when its writer does."""


def must_end(file: Path | str) -> None:
    """Check that what is named can be read to an end; what is not there its reader tells.

    Raises:
        UsageError: it is a pipe that nobody has opened yet, a socket or a device.

    """
    try:
        mode = Path(file).stat().st_mode
    except (OSError, ValueError):
        return
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return
    if stat.S_ISFIFO(mode) and str(file).startswith(HANDED):
        return
    words = translations.load()
    raise UsageError(
        words.say("named-file.none", file=str(file)), words.say("named-file.none-advice")
    )
