"""Reads and writes the policy files that were named on the command line."""

from __future__ import annotations

from pathlib import Path

from agentguard.base import atomic_files, named_files, translations
from agentguard.base.errors import CannotError, UsageError


def data(file: str | Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        UsageError: it cannot be read.

    """
    words = translations.load()
    named_files.must_end(file)
    try:
        return Path(file).read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise UsageError(
            words.say("cli.policy.unreadable", file=str(file), why=why),
            words.say("cli.policy.unreadable-advice"),
        ) from error


def write(file: Path, made: bytes) -> None:
    """Write what is no secret; at any instant the file is the old or the new one.

    Raises:
        CannotError: it is as before.

    """
    try:
        atomic_files.write(file, made)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CannotError(
            translations.load().say("cli.policy.unwritten", file=str(file), why=why)
        ) from error
