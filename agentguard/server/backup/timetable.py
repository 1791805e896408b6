"""Reads and writes `backup.toml` of the endpoint's folder: when backups are made by themselves.

It holds public keys alone: what opens a backup is never at the endpoint.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
from pyrage import x25519

from agentguard.base import atomic_files
from agentguard.base.errors import CannotError, UsageError
from agentguard.base.translations import Texts
from agentguard.server.backup import streams

FILE = "backup.toml"
HOUR = 3600.0
LONGEST_HOURS, MOST_KEPT = 24 * 7, 1000


class Timetable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where backups go, who can open them (age recipients), how often, and how many stay."""

    folder: str
    recipients: tuple[str, ...]
    every_hours: int = 24
    keep: int = 14

    def __post_init__(self) -> None:
        within = 1 <= self.every_hours <= LONGEST_HOURS and 1 <= self.keep <= MOST_KEPT
        if not (within and self.recipients and Path(self.folder).is_absolute()):
            raise ValueError("out of bounds")

    @property
    def seconds(self) -> float:
        """How long after one backup the next is due."""
        return self.every_hours * HOUR

    def keys(self, words: Texts) -> list[x25519.Recipient]:
        """Return who can open them.

        Raises:
            UsageError: one is no age recipient.

        """
        return [streams.recipient(one, words) for one in self.recipients]


def read(data: Path, words: Texts) -> Timetable | None:
    """Return what is set in an endpoint's data folder; None when nothing is.

    Raises:
        UsageError: the file cannot be read, or what stands in it cannot be.

    """
    file = data / FILE
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
        found = msgspec.convert(given, Timetable)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:  # so are the errors of TOML, UTF-8 and msgspec
        raise UsageError(
            words.say("server.timetable.unread", file=str(file)),
            words.say("server.timetable.unread-advice"),
        ) from error
    found.keys(words)
    return found


def write(data: Path, wanted: Timetable, words: Texts) -> None:
    """Set when backups are made.

    Raises:
        CannotError: it could not be written.

    """
    named = ", ".join(msgspec.json.encode(one).decode() for one in wanted.recipients)
    lines = (
        f"folder = {msgspec.json.encode(wanted.folder).decode()}",
        f"recipients = [{named}]",
        f"every_hours = {wanted.every_hours}",
        f"keep = {wanted.keep}",
    )
    file = data / FILE
    try:
        atomic_files.make_folder(data)
        atomic_files.write(file, ("\n".join(lines) + "\n").encode())
    except OSError as error:
        raise CannotError(
            words.say("server.timetable.unwritten", file=str(file)),
            words.say("server.timetable.unwritten-advice"),
        ) from error


def remove(data: Path) -> bool:
    """Have no more backups made by themselves; False when there were none."""
    file = data / FILE
    there = file.exists()
    file.unlink(missing_ok=True)
    return there
