"""Keeps python-xlib from loading and fitting every extension that it knows, at each connection."""

from __future__ import annotations

from Xlib import ext

USED = frozenset({"MIT-SCREEN-SAVER", "X-Resource", "XFIXES"})
"""What is used here, by the names of the X protocol."""


def spare() -> None:
    """Let connections from now on fit these alone."""
    known = vars(ext)["__extensions__"]
    known[:] = [one for one in known if one[0] in USED]
