"""The name under which a file that is to be removed is set aside; it tells the one it had."""

from __future__ import annotations

import os
import re
import secrets

ASIDE = ".agentguard-removal-"
LONGEST_NAME = 255  # bytes
_SET_ASIDE = re.compile(re.escape(ASIDE) + "[0-9a-f]{16}-(.+)", re.DOTALL)


def named(name: str) -> str:
    """Return the name that a file had before it was set aside; any other name as it is."""
    found = _SET_ASIDE.fullmatch(name)
    return found[1] if found else name


def aside(name: str) -> str:
    """Return a name of our own that tells the file's, where both fit."""
    alone = ASIDE + secrets.token_hex(8)
    full = f"{alone}-{named(name)}"
    return full if len(os.fsencode(full)) <= LONGEST_NAME else alone
