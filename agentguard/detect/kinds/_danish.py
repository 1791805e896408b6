"""The calendar of Denmark's personal numbers, by which those of Sweden are told from them."""

from __future__ import annotations


def is_danish(number: str) -> bool:
    """Check whether the birth date is a day of the calendar that has come."""
    from stdnum.dk import cpr  # noqa: PLC0415 - read at the first number, see docs/adr/0009

    return cpr.is_valid(number)
