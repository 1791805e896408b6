"""The check of Sweden's personal numbers, by which those of Denmark are told from them."""

from __future__ import annotations

from agentguard.detect.kinds._issuers import luhn
from agentguard.detect.kinds._national import is_day, is_day_of_a_century

_SHORT = 10
_COORDINATED = 60


def is_swedish(number: str) -> bool:
    """Check whether birth date and check digit of ten or twelve digits are right."""
    short = number[-_SHORT:]
    day = int(short[4:6])
    civil = str(day - _COORDINATED if day > _COORDINATED else day)
    if len(number) > _SHORT:
        born = is_day(int(number[:4]), short[2:4], civil)
    else:
        born = is_day_of_a_century(short[:2], short[2:4], civil)
    return born and luhn(short)
