"""Which security keys are plugged in, by the report descriptors of the kernel.

A key says by usage page 0xF1D0 that it is one (CTAP 2.1, 11.2.8.1); sysfs tells it to everybody,
without opening the device.
"""

from __future__ import annotations

import os
from pathlib import Path

from agentguard.ports.authenticators import Means

FOLDER = Path("/sys/class/hidraw")
NODES = Path("/dev")
USAGE_PAGE = b"\x06\xd0\xf1"


def plugged_keys(folder: Path = FOLDER) -> frozenset[str]:
    """Name them; none where nothing can be read."""
    try:
        nodes = sorted(folder.iterdir())
    except OSError:
        return frozenset()
    return frozenset(node.name for node in nodes if _is_key(node))


def means(folder: Path = FOLDER, nodes: Path = NODES) -> Means:
    """Return which keys are plugged in, and which this session may not open (no uaccess rule)."""
    keys = plugged_keys(folder)
    barred = (one for one in keys if not os.access(nodes / one, os.R_OK | os.W_OK))
    return Means(keys=keys, barred=frozenset(barred))


def _is_key(node: Path) -> bool:
    try:
        return (node / "device" / "report_descriptor").read_bytes().startswith(USAGE_PAGE)
    except OSError:
        return False
