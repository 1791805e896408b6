"""What the installer leaves, keeps and removes of data, as SYSTEM in folders that users own.

Windows has no call that removes a folder and cannot be led elsewhere meanwhile: who owns a folder
could put a link into it while SYSTEM walks through. So what users own is first moved under a name
that nobody can guess, into a folder that only the system enters, and is judged and removed there.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from agentguard.base import atomic_files, named_files, paths
from agentguard.base.errors import CannotError, UsageError
from agentguard.base.translations import Texts
from agentguard.platforms import system_clock
from agentguard.service.identity import CODE_FILE, LONGEST_CODE

MARKER = "upgrade.pending"
VAULT, SEALED = Path("vault", "items"), ".age"
"""Where a user's vault keeps its files, and how their names end."""
GOING = "going-"
"""How the name begins of where users' folders are moved to."""
FRESH = 3600.0
"""Seconds for which the marker of an upgrade counts: one that broke leaves it behind."""


def mark(folder: Path) -> None:
    """Write down that a new version follows: the old one's removal keeps the data."""
    atomic_files.write(folder / MARKER, f"{system_clock().now().wall}\n".encode())


def unmark(folder: Path) -> None:
    """Take that back."""
    (folder / MARKER).unlink(missing_ok=True)


def kept(folder: Path) -> bool:
    """Check whether a new version follows."""
    try:
        age = system_clock().now().wall - float((folder / MARKER).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    return 0 <= age < FRESH


def take(file: Path, private: Path, words: Texts) -> None:
    """Keep a copy of an enrolment file for the keeper, which removes it once it is used.

    Raises:
        UsageError: the file cannot be read, or holds no code.
        CannotError: it could not be kept.

    """
    named_files.must_end(file)
    try:
        code = file.read_text(encoding="utf-8")[:LONGEST_CODE].strip()
    except (OSError, UnicodeError) as error:
        raise UsageError(
            words.say("cli.setup.no-file", file=str(file)), words.say("cli.setup.no-file-advice")
        ) from error
    if not code or not code.isprintable():
        raise UsageError(words.say("cli.setup.no-code", file=str(file)))
    try:
        atomic_files.write(private / CODE_FILE, f"{code}\n".encode())
    except OSError as error:
        raise CannotError(
            words.say("cli.setup.not-kept", folder=str(private)),
            words.say("cli.setup.not-kept-advice"),
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What a removal left: of what it could not remove how many, and vaults that hold files."""

    left: int
    vaults: int


def of_users(found: Callable[[str], Sequence[Path]]) -> tuple[Path, ...]:
    """Return every folder that users have of AgentGuard; `found` gives those of one name.

    There is none of theirs elsewhere: what only they could remove would stay.
    """
    return (*found(paths.APP), *found(f"{paths.APP}{paths.APART}"))


def purge(folder: Path, users: Sequence[Path]) -> Purged:
    """Remove this computer's data and those of its users.

    A user's folder stays when files lie in its vault: they may be the only copies that there are.
    It is looked into where it was moved, for who owns a folder could change what its name leads to
    between a look and the move. One that cannot be moved back stays aside and counts as left.
    """
    aside = folder / paths.PRIVATE / f"{GOING}{secrets.token_hex(16)}"
    left = vaults = 0
    for number, owned in enumerate(users):
        place = owned.parent.resolve() / owned.name
        try:
            atomic_files.make_folder(aside)
            place.rename(aside / str(number))
        except OSError:
            full = _holds_files(place)
            left, vaults = left + (not full), vaults + full
            continue
        if _holds_files(aside / str(number)):
            with suppress(OSError):
                (aside / str(number)).rename(place)
                vaults += 1
    spared = _full(folder)
    return Purged(left=left + _emptied(folder, spared), vaults=vaults + len(spared))


def _full(folder: Path) -> frozenset[Path]:
    """Return the vaults that lie aside, also of a removal that broke."""
    aside = folder.glob(f"{paths.PRIVATE}/{GOING}*/*")
    return frozenset(one for one in aside if _holds_files(one))


def _holds_files(owned: Path) -> bool:
    """Check whether files lie in a user's vault; one that cannot be looked into counts as full."""
    try:
        return any(file.suffix == SEALED for file in (owned / VAULT).iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return (owned / VAULT).is_symlink()
    except OSError:
        return True


def _emptied(folder: Path, spared: frozenset[Path]) -> int:
    """Remove what lies in a folder; the folder itself is the installer's. Count what is left."""
    try:
        entries = [Path(entry) for entry in os.scandir(folder)]
    except FileNotFoundError:
        return 0
    return sum(_left(entry, spared) for entry in entries)


def _left(entry: Path, spared: frozenset[Path]) -> int:
    if entry in spared:
        return 1
    if any(entry in one.parents for one in spared):
        return _emptied(entry, spared)
    return int(not _gone(entry))


def _gone(entry: Path) -> bool:
    with suppress(OSError):  # it is a file, or a link, which this does not follow
        shutil.rmtree(entry)
        return True
    with suppress(OSError):
        entry.unlink()
        return True
    return False
