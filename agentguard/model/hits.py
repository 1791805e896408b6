"""All that may be said of content: its kind, how often, and a mask."""

from __future__ import annotations

from dataclasses import dataclass

MOST = 1000
"""Distinct values of a kind that are counted in one text; 1000 means 1000 or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Personal data of one `kind` (`PAN`, `IBAN`, ...) was found `count` times.

    `masked` shows at most the last four characters of some of the values, none for short kinds.
    PCI DSS 4.0.1, 3.4.1 allows more; this is less on purpose.
    """

    kind: str
    count: int
    masked: tuple[str, ...] = ()
