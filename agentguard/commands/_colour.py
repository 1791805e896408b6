"""Colours a state for a terminal that shows colours, beside the word that says the same.

Sources: no-color.org (NO_COLOR), and Microsoft, "Console Virtual Terminal Sequences": a console of
its own does not take them until asked, Windows Terminal does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TextIO

_RED, _YELLOW, _GREEN, _DIM = "31", "33", "32", "2"
_OF = {
    **dict.fromkeys(("fail", "ended", "exploited", "act"), _RED),
    **dict.fromkeys(("partial", "unknown", "ending", "attention", "blind"), _YELLOW),
    **dict.fromkeys(("pass", "supported", "good"), _GREEN),
    **dict.fromkeys(("not_applicable", "paused", "allowed", "part"), _DIM),
}


def shows_colours(out: TextIO, environment: Mapping[str, str], system: str) -> bool:
    """Check whether a stream is a terminal that shows colours, and nobody asked for none."""
    if environment.get("NO_COLOR") or environment.get("TERM") == "dumb" or not out.isatty():
        return False
    return system != "win32" or bool(environment.get("WT_SESSION") or environment.get("TERM"))


def paint(state: str, said: str) -> str:
    """Return a word in the colour of a state where standard output shows colours."""
    colour = _OF.get(state, "")
    if not colour or not shows_colours(sys.stdout, os.environ, sys.platform):
        return said
    return f"\x1b[{colour}m{said}\x1b[0m"
