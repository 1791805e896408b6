"""Who sits at this computer, by the name that the endpoint knows for codes."""

from __future__ import annotations

import getpass


def person() -> str:
    """Give the user's name; empty when the system cannot tell, as when its directory is away."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # by version and system of Python
        return ""
