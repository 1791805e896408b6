"""Codes that the keeper hands to agents on Linux: one file each, which one user alone may read.

The keeper has no rights and opens no port. A user's enrolment step is seen in /proc, where a user's
number cannot be feigned; the code, good for one desk, is then written to a file of the keeper's
own, with an access list that lets this user read it and nobody else (acl(5), POSIX.1e).
"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from agentguard.base.errors import PlatformError

if sys.platform == "win32":
    raise ImportError("This module calls Linux.")

LONGEST_CODE = 256
_ATTRIBUTE = "system.posix_acl_access"
_HEAD, _ENTRY = struct.Struct("<I"), struct.Struct("<HHI")  # linux/posix_acl_xattr.h, version 2
_VERSION, _NOBODY = 2, 0xFFFFFFFF
_OWNER, _USER, _GROUP, _MASK, _OTHERS = 0x01, 0x02, 0x04, 0x10, 0x20
_READ, _WRITE = 4, 2
_ENTERED = 0o711


def code_for_me(folder: Path) -> str:
    """Return the code that the keeper has handed to this user; empty while there is none."""
    try:
        return (folder / str(os.getuid())).read_text(encoding="utf-8")[:LONGEST_CODE].strip()
    except (OSError, UnicodeError):
        return ""


class Handed:
    """The codes in a folder of the keeper's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def give(self, user: str, code: str) -> None:
        """Let a user, by number, read a code.

        Raises:
            PlatformError: it could not be written for this user alone.

        """
        file = self._folder / user
        beside = file.with_name(f".{user}.{os.urandom(4).hex()}")
        try:
            self._folder.mkdir(exist_ok=True)
            self._folder.chmod(_ENTERED)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            with os.fdopen(os.open(beside, flags, 0o600), "wb") as opened:
                os.setxattr(opened.fileno(), _ATTRIBUTE, _readable_by(int(user)))
                opened.write(f"{code}\n".encode())
            beside.replace(file)
        except OSError as error:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise PlatformError(
                f"No code could be handed over in {self._folder} ({error.strerror}).",
                "Its file system has to know access lists (POSIX ACL) and to have room.",
            ) from error

    def keep(self, users: Collection[str]) -> None:
        """Take back the codes of all but these users."""
        with suppress(OSError):
            for file in self._folder.iterdir():
                if file.name not in users:
                    file.unlink(missing_ok=True)


def _readable_by(user: int) -> bytes:
    entries = (
        (_OWNER, _READ | _WRITE, _NOBODY),
        (_USER, _READ, user),
        (_GROUP, 0, _NOBODY),
        (_MASK, _READ, _NOBODY),
        (_OTHERS, 0, _NOBODY),
    )
    return _HEAD.pack(_VERSION) + b"".join(_ENTRY.pack(*entry) for entry in entries)
