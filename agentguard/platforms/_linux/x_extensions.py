"""Keeps python-xlib from loading at each connection what is not used here.

That is every extension that it knows, and the keyboard: thousands of keys for each connection.
"""

from __future__ import annotations

from Xlib import ext
from Xlib.display import Display

from agentguard.platforms._linux import x_requests

USED = frozenset({"MIT-SCREEN-SAVER", "X-Resource", "XFIXES"})
"""What is used here, by the names of the X protocol."""


_READER_OF_KEYS = "_update_keymap"
"""What reads which sign each key gives: python-xlib's own, called as a connection opens."""


def spare() -> None:
    """Let connections from now on fit these alone, and not know what the keys give."""
    known = vars(ext)["__extensions__"]
    known[:] = [one for one in known if one[0] in USED]
    setattr(Display, _READER_OF_KEYS, _nothing)
    x_requests.shed()


def _nothing(_display: Display, _first: int, _count: int) -> None:
    """Read no keys."""
