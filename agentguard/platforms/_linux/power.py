"""Whether this computer runs on its battery, as the kernel tells it.

Documentation/ABI/testing/sysfs-class-power: `type`, `online`, `status` and `scope`. A mouse or
headset has a battery of its own, with the scope `Device`; it says nothing of the computer.
"""

from __future__ import annotations

from pathlib import Path

SUPPLIES = "/sys/class/power_supply"
BATTERIES = frozenset({"Battery", "UPS"})


def on_battery(supplies: str = SUPPLIES) -> bool | None:
    """Tell it; None for a computer without a battery, or one whose battery cannot be told."""
    try:
        every = sorted(Path(supplies).iterdir())
    except OSError:
        return None
    own = [supply for supply in every if _word(supply, "scope") != "Device"]
    if any(_word(s, "online") == "1" for s in own if _word(s, "type") not in BATTERIES):
        return False
    states = {_word(s, "status") for s in own if _word(s, "type") in BATTERIES} - {""}
    if not states:
        return None
    return "Discharging" in states


def _word(supply: Path, name: str) -> str:
    try:
        return (supply / name).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
