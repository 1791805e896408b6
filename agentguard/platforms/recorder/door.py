"""The system that is recorded: Windows alone for now, whose answers no other machine gives."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from agentguard.base.errors import PlatformError

if TYPE_CHECKING:  # it reads answers of Windows, which packages of another system have not
    from agentguard.platforms.recorder.recording import System


def system() -> System:
    """Return this computer as the recorder asks it.

    Raises:
        PlatformError: it is no Windows.

    """
    if sys.platform != "win32":
        raise PlatformError(
            "Only Windows is recorded: its answers are what no test can have elsewhere.",
            "Run this on a Windows PC; here `agentguard doctor` tells how each capability stands.",
        )
    from agentguard.platforms._win32.recorder._system import WindowsSystem  # noqa: PLC0415 - one system's door at a time

    return WindowsSystem()
