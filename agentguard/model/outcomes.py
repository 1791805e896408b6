"""What can become of the reading of a file: a module of its own, for the child that reads."""

from __future__ import annotations

from enum import StrEnum


class FileOutcome(StrEnum):
    """What became of the reading of a file."""

    READ = "read"
    SEALED = "sealed"
    UNREADABLE = "unreadable"
    GONE = "gone"
