"""Why a list of installed software is not whole: the reason that weighs most is told."""

from __future__ import annotations

PART = "software-part"
"""A source did not answer."""

EXTENSIONS = "software-extensions"
"""A browser's profile was not read, or not all of it."""

OTHERS = "software-others"
"""Other people have accounts here, and what they have installed for themselves was not all seen."""


def gap(*, part: bool, extensions: bool, others: bool) -> str:
    """Return the id of the reason, empty where there is none."""
    if part:
        return PART
    if extensions:
        return EXTENSIONS
    return OTHERS if others else ""
