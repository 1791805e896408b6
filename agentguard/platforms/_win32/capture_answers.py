"""What the display affinity of a window means for pictures of the screen.

Source: Microsoft, SetWindowDisplayAffinity and GetWindowDisplayAffinity (winuser.h).
"""

from __future__ import annotations

from collections.abc import Mapping

from agentguard.ports.desktop import Pictured

NUMBERS: Mapping[Pictured, int] = {
    Pictured.WINDOW: 0x00,  # WDA_NONE
    Pictured.BLACK: 0x01,  # WDA_MONITOR
    Pictured.BENEATH: 0x11,  # WDA_EXCLUDEFROMCAPTURE
}

FALLS_BACK: Mapping[Pictured, tuple[Pictured, ...]] = {
    Pictured.WINDOW: (Pictured.WINDOW,),
    Pictured.BLACK: (Pictured.BLACK,),
    Pictured.BENEATH: (Pictured.BENEATH, Pictured.BLACK),
}
"""What is asked for, one after the other."""

_BY_NUMBER = {number: one for one, number in NUMBERS.items()}


def pictured(number: int | None) -> Pictured | None:
    """Read Windows' answer; None when it did not tell, or told a number that is not known."""
    return None if number is None else _BY_NUMBER.get(number)
