"""What Windows' answer to a question for a folder's changes means.

It tells an overflow of its buffer in two ways (ReadDirectoryChangesW, "Return value" and "Remarks",
https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-readdirectorychangesw): as success
with no bytes, and as error 1022 (ERROR_NOTIFY_ENUM_DIR), which is the state 0x10C
(STATUS_NOTIFY_ENUM_DIR) of a question that was not waited for. Either way it goes on.
"""

from __future__ import annotations

from enum import StrEnum

PENDING = 0x103
"""STATUS_PENDING: it has not answered."""
_LOST = 0x10C
_OTHER_FORM = frozenset({0xC0000010, 0xC00000BB})
"""STATUS_INVALID_DEVICE_REQUEST and STATUS_NOT_SUPPORTED: a file system that tells less."""


class Told(StrEnum):
    """Changes, that some were lost, that only the short form is known, or the end."""

    CHANGES = "changes"
    LOST = "lost"
    SHORT_FORM = "short-form"
    END = "end"


def told(status: int, size: int) -> Told:
    """Return what an answer means, by its NTSTATUS and its bytes."""
    if status == 0:
        return Told.CHANGES if size else Told.LOST
    if status == _LOST:
        return Told.LOST
    return Told.SHORT_FORM if status in _OTHER_FORM else Told.END
