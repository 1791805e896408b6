"""What the sign by which agents are told to end means to one of them.

It holds the milliseconds from the computer's start to when agents were told: who began later goes
on, so that a sign that was left there keeps nobody from working.
"""

from __future__ import annotations

from enum import Enum

from agentguard.platforms._win32.access_answers import kept


class Sign(Enum):
    """What a sign says."""

    GO_ON = "go on"
    END = "end"
    FOREIGN = "foreign"


def judged(descriptor: bytes | None, at: object, began: int) -> Sign:
    """Judge a sign for an agent that began at `began`; without one `descriptor` is None.

    What anybody but the system may have written is foreign, whatever it says.
    """
    if descriptor is None:
        return Sign.GO_ON
    if not kept(descriptor):
        return Sign.FOREIGN
    return Sign.END if isinstance(at, int) and at >= began else Sign.GO_ON
