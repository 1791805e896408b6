"""USB storage that is plugged in, as the kernel tells it in sysfs; no root and no udev needed.

A disk is behind USB when the real path of its device goes through a USB bus. What the device says
of its maker and model is told; its serial number is not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from agentguard.model.machine import UsbSeen, UsbStorage
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux.probes._asked import DENIED, UNSUPPORTED
from agentguard.ports.desktop import Probe

BLOCK = Path("/sys/block")
LONGEST = 64  # characters of a name


def read_from(block: Path, at: Moment) -> UsbSeen:
    """List the disks behind USB; a card reader without a card has no size and does not count."""
    try:
        disks = sorted(block.iterdir())
    except FileNotFoundError:
        return UsbSeen(at=at, unread=UNSUPPORTED)
    except OSError:
        return UsbSeen(at=at, unread=DENIED)
    return UsbSeen(at=at, devices=tuple(_storage(disk) for disk in _behind_usb(disks)))


def _behind_usb(disks: list[Path]) -> Iterator[Path]:
    for disk in disks:
        parts = disk.resolve().parts
        usb = any(part.startswith("usb") and part[3:].isdigit() for part in parts)
        if usb and _word(disk / "size") != "0":
            yield disk


def _storage(disk: Path) -> UsbStorage:
    device = disk / "device"
    return UsbStorage(vendor=_word(device / "vendor"), model=_word(device / "model"))


def _word(file: Path) -> str:
    """Read a word that a device may have chosen: printable, and not long."""
    try:
        said = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "".join(c if c.isprintable() else " " for c in said).strip()[:LONGEST]


def read(at: Moment, _policy: Policy) -> UsbSeen:
    """Look at the disks."""
    return read_from(BLOCK, at)


PROBE = Probe(name="usb", every=60, read=read)
