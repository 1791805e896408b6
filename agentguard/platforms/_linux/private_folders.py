"""Makes a folder its owner's alone: everybody else's rights on it end, what is in it stays."""

from __future__ import annotations

import stat
from pathlib import Path

from agentguard.base.errors import PlatformError


def make_private(path: str) -> None:
    """Take the rights of the group and of others off a folder.

    With an access list the group's rights are its mask, so that nobody on it can enter either.

    Raises:
        PlatformError: the system refused.

    """
    folder = Path(path)
    try:
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) & stat.S_IRWXU)
    except OSError as error:
        raise PlatformError(type(error).__name__) from error
