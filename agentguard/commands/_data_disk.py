"""Tells whether the disk has room where the agent keeps what it knows, and may be written."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from agentguard.commands._capabilities import Capability, Standing
from agentguard.model.messages import Message, say
from agentguard.store.ballast import ROOM

DISK = "data-disk"
_MIB = 1 << 20


def disk(folder: Path) -> Capability:
    """Return how the disk of the data folder stands; the folder may not be there yet."""
    standing, reason = _seen(folder)
    return Capability(name=DISK, standing=standing, reason=reason)


def _seen(folder: Path) -> tuple[Standing, Message]:
    try:
        free = shutil.disk_usage(folder).free
    except FileNotFoundError:
        return Standing.ABSENT, say("cli.doctor.disk-none")
    except OSError as error:
        return Standing.FAILED, say("cli.doctor.disk-unread", why=error.strerror or "-")
    if not os.access(folder, os.W_OK):
        return Standing.DENIED, say("cli.doctor.disk-shut")
    if free < ROOM:
        low = say("cli.doctor.disk-low", free=free // _MIB, least=ROOM // _MIB)
        return Standing.FAILED, low
    return Standing.WORKS, say("cli.doctor.disk", free=free // _MIB)
