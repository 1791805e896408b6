"""Files that survive a power cut: written beside, forced to the disk, then renamed into place."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO

OWNER_ONLY, OWNERS_FOLDER = 0o600, 0o700
_PAUSES = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32) if sys.platform == "win32" else ()


def write(path: Path, data: bytes) -> None:
    """Replace `path` with `data`, readable by the owner only; at any instant it is old or new.

    Raises:
        OSError: nothing changed at `path`.

    """
    beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    try:
        write_new(beside, data)
        _replace(beside, path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_once(path: Path, data: bytes) -> None:
    """Make `path` with `data`, readable by the owner only, unless it is there; it appears whole.

    Who reads it at that moment does so by `read`.

    Raises:
        OSError: it could not be made.

    """
    beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    try:
        write_new(beside, data)
        with suppress(FileExistsError):  # another process was first
            _appear(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def read(path: Path) -> bytes:
    """Read what others may make or replace at this moment.

    Raises:
        OSError: it could not be read; on Windows only after it was tried for half a second, since
            who renames a file keeps it for a moment.

    """
    for pause in _PAUSES:
        try:
            return path.read_bytes()
        except PermissionError:
            if path.is_dir():
                raise
            threading.Event().wait(pause)
    return path.read_bytes()


def _appear(beside: Path, path: Path) -> None:
    """Give a file its name, unless that is taken; on Windows renaming alone refuses it.

    There a second name is no way: whoever reads by it keeps the first one from being removed.
    """
    if sys.platform == "win32":
        beside.rename(path)
    else:
        os.link(beside, path)


def _replace(beside: Path, path: Path) -> None:
    """Rename; on Windows who reads the old file, as a virus scanner does, keeps it for a moment."""
    for pause in _PAUSES:
        try:
            os.replace(beside, path)  # noqa: PTH105 - one name for files and descriptors
        except PermissionError:
            if path.is_dir():
                raise
            threading.Event().wait(pause)
        else:
            return
    os.replace(beside, path)  # noqa: PTH105


def write_new(path: Path, data: bytes) -> None:
    """Make a file that must not exist yet, readable by the owner only, and force it to the disk.

    Raises:
        OSError: it exists, or could not be written; what was written may be left.

    """
    with open_new(path) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def open_new(path: Path) -> BinaryIO:
    """Open a file to write that must not exist yet, readable by the owner only.

    Raises:
        OSError: it exists, or could not be made.

    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, OWNER_ONLY), "wb")


def blank(path: Path) -> None:
    """Make a file, or empty the one that is there; afterwards its owner alone may read it.

    Raises:
        OSError: it could not be written.

    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    os.close(handle)
    path.chmod(OWNER_ONLY)


def make_folder(folder: Path) -> None:
    """Make a folder and what is missing above it, each for its owner only, whatever the umask.

    Raises:
        OSError: it could not be made.

    """
    missing = [folder, *takewhile(lambda above: not above.is_dir(), folder.parents)]
    for one in reversed(missing):
        one.mkdir(mode=OWNERS_FOLDER, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Force a folder's names to the disk; a system that keeps no such handle does it by itself."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
