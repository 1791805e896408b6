"""Opens a file to be read, and nothing that could block or lead elsewhere."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from agentguard.base.errors import ScanError
from agentguard.detect.extractor import Source
from agentguard.detect.refusals import reason_of

SEALED = "reason.sealed"

# Absent on Windows, where neither FIFOs nor devices have paths in folders.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
)


@contextmanager
def opened(path: str) -> Iterator[Source]:
    """Yield a regular file's source.

    Raises:
        ScanError: it is gone, denied, a link, no regular file, or encrypted by the file system.

    """
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        raise ScanError(_refusal(path, error)) from error
    except ValueError as error:  # a NUL in the name
        raise ScanError("reason.name") from error
    found = os.fstat(descriptor)
    wrong = "" if stat.S_ISREG(found.st_mode) else "reason.not-regular"
    if is_kept_encrypted(getattr(found, "st_file_attributes", 0)):
        wrong = SEALED
    if wrong:
        os.close(descriptor)
        raise ScanError(wrong)
    mark = (path, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
    with os.fdopen(descriptor, "rb") as file:
        yield replace(Source.of_file(file, found.st_size), mark=mark)


def _refusal(path: str, error: OSError) -> str:
    """Windows denies what is a folder, as it denies what may not be read."""
    if error.errno == errno.EACCES and sys.platform == "win32" and Path(path).is_dir():
        return "reason.not-regular"
    return reason_of(error)


def is_kept_encrypted(attributes: int) -> bool:
    """Tell a file that Windows keeps encrypted for its user alone (EFS), by its attributes.

    Whoever may read it is shown plain bytes, so nothing in these tells it.
    """
    return bool(attributes & stat.FILE_ATTRIBUTE_ENCRYPTED)
