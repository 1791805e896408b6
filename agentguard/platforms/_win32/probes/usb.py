"""The USB storage that is plugged in."""

from __future__ import annotations

import sys

from agentguard.model.machine import UsbSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._one_question import open_for
from agentguard.platforms._win32 import com
from agentguard.platforms._win32.component_answers import ComponentError
from agentguard.platforms._win32.machine_answers import usb
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

SECONDS = 15.0
NAMES = ("InterfaceType", "MediaType", "Model", "PNPDeviceID")
DRIVES = "SELECT InterfaceType, MediaType, Model, PNPDeviceID FROM Win32_DiskDrive"


def _drives() -> tuple[dict[str, object], ...]:
    return com.rows(r"root\cimv2", DRIVES, *NAMES)


PLUGGED = com.question("usb", SECONDS, _drives)


def read(at: Moment, _policy: Policy) -> UsbSeen:
    """Ask for every drive of the computer."""
    try:
        return usb(PLUGGED.ask(), at)
    except ComponentError as problem:
        return UsbSeen(at=at, unread=problem.unread)


PROBE = Probe(name="usb", every=60, read=read, open=open_for(PLUGGED))
