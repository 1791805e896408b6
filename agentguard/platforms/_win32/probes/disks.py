"""Full-disk encryption of the fixed volumes: BitLocker's own classes, else the shell's word.

Only administrators are answered by the classes: so the keeper asks them, and the agent reads it.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from agentguard.model.facts import DisksSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._one_question import open_for
from agentguard.platforms._win32 import api, com, keeper_sheet
from agentguard.platforms._win32.component_answers import ComponentError, disks
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

SECONDS = 20.0
SPACE = r"root\CIMV2\Security\MicrosoftVolumeEncryption"
VOLUMES = "SELECT DriveLetter, ProtectionStatus FROM Win32_EncryptableVolume"
PROTECTION = "System.Volume.BitLockerProtection"

_FIXED = 3  # DRIVE_FIXED
_drives = api.kernel("GetLogicalDrives", api.DWORD)
_kind = api.kernel("GetDriveTypeW", api.UINT, api.TEXT)


def fixed_drives() -> tuple[str, ...]:
    """Return the letters of the fixed drives, such as `C:`."""
    mask = _drives()
    letters = (f"{chr(ord('A') + place)}:" for place in range(26) if mask >> place & 1)
    return tuple(letter for letter in letters if _kind(f"{letter}\\") == _FIXED)


def _volumes() -> tuple[dict[str, object], ...]:
    return com.rows(SPACE, VOLUMES, "DriveLetter", "ProtectionStatus")


def _by_shell() -> dict[str, object]:
    shell = com.create("Shell.Application")
    told: dict[str, object] = {}
    for drive in fixed_drives():
        place = shell.get("NameSpace", f"{drive}\\")
        told[drive] = place.get("Self").get("ExtendedProperty", PROTECTION) if place else None
    return told


BITLOCKER = com.question("disks", SECONDS, _volumes)
SHELL = com.question("disks by the shell", SECONDS, _by_shell)


def read(at: Moment, _policy: Policy) -> DisksSeen:
    """Ask BitLocker, which answers administrators; the keeper; the shell, which answers all."""
    drives = fixed_drives()
    try:
        return disks(drives, BITLOCKER.ask(), {}, at)
    except ComponentError as problem:
        first = problem
    if rows := keeper_sheet.told("disks"):
        return replace(disks(drives, rows, {}, at), by_keeper=True)
    try:
        return disks(drives, (), SHELL.ask(), at)
    except ComponentError:
        return DisksSeen(at=at, unread=first.unread)


PROBE = Probe(name="disks", every=3600, read=read, open=open_for(BITLOCKER, SHELL))
