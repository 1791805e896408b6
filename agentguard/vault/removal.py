"""Removes one file that is past its age, with proof; on any doubt the file stays.

1. The file lies below the rule's folder; no part of the way is a link.
2. It is a regular file of one name that the rule's pattern matches.
3. It is still older than the rule allows.
4. It is hashed; what was hashed is what is removed: it is set aside under a name of our own in the
   same folder, compared there, and only then unlinked. A file that a crash left aside keeps its
   own name at the end of that one, and the rule is about it as before: the next removal ends it.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from agentguard.base import file_marks
from agentguard.base.aside_names import aside, named
from agentguard.base.errors import CannotError, StoreError
from agentguard.model.lived_time import DAY, Age
from agentguard.model.retention_rules import RetentionRule

BLOCK = 1 << 20
STAYS = "It is where it was."


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """The proof: what was removed, its size in bytes, and its hash."""

    path: str
    size: int
    sha256: str


Tell = Callable[[Removed], None]
"""Takes the proof before the file goes; when it raises, the file stays."""


def tell_nobody(_proof: Removed) -> None:
    """Keep the proof for the caller alone."""


def remove(path: str, rule: RetentionRule, age: Age, tell: Tell = tell_nobody) -> Removed:
    """Remove the file and give the proof; `tell` gets it before, so that a crash loses no proof.

    `age` gives the seconds that were lived through since a time of change.

    Raises:
        CannotError: something was not as it must be; the file was not removed.

    """
    with _found(path, rule) as place:
        return _remove(place, path, rule, age, tell)


class NotWanted(CannotError):
    """A file that somebody wants gone was not removed; `reason` is one word."""

    def __init__(self, reason: str) -> None:
        super().__init__("The file was not removed.", STAYS)
        self.reason = reason


def remove_wanted(path: str, mark: str, tell: Tell) -> Removed:
    """Remove a file that a person wants gone, in the state `mark` that the person was told of.

    Raises:
        NotWanted: it is `gone`, `changed`, no file of one name (`several-names`), or `failed`.
        StoreError: its proof could not be written, so that it stays.

    """
    where = Path(path)
    try:
        with _opened(where.parent, Path(where.name)) as place:
            before = os.fstat(place.file)
            _must_be_wanted(before, mark)
            return _proved(place, before, path, tell)
    except (NotWanted, StoreError):
        raise
    except FileNotFoundError:
        raise NotWanted("gone") from None
    except CannotError as error:
        raise NotWanted("changed") from error
    except OSError as error:
        raise NotWanted("failed") from error


def _must_be_wanted(found: os.stat_result, mark: str) -> None:
    if file_marks.mark_of(found) != mark or not stat.S_ISREG(found.st_mode):
        raise NotWanted("changed")
    if found.st_nlink > 1:
        raise NotWanted("several-names")


def look(path: str, rule: RetentionRule, age: Age) -> None:
    """See whether the rule still is about the file, which stays.

    Raises:
        CannotError: it is not.

    """
    with _found(path, rule) as place:
        _judge(os.fstat(place.file), rule, age)


@contextmanager
def _found(path: str, rule: RetentionRule) -> Iterator[_Place]:
    """Yield the open file of a rule; errors of the system are told as ours."""
    folder = Path(os.path.realpath(Path(rule.folder).expanduser()))
    try:
        inner = Path(path).relative_to(folder)
    except ValueError:
        raise CannotError("The file is not in the folder of its rule.", STAYS) from None
    if ".." in inner.parts or not inner.parts or not fnmatch(named(inner.name), rule.pattern):
        raise CannotError("The file is not one that the rule is about.", STAYS)
    try:
        with _opened(folder, inner) as place:
            yield place
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CannotError(f"The file could not be removed ({reason}).", STAYS) from error


@dataclass(frozen=True, slots=True)
class _Place:
    """A file that is open, and the open folder that it is named in (None on Windows)."""

    file: int
    folder: int | None
    name: str

    def status(self, name: str) -> os.stat_result:
        return os.stat(name, dir_fd=self.folder, follow_symlinks=False)


def _remove(place: _Place, path: str, rule: RetentionRule, age: Age, tell: Tell) -> Removed:
    before = os.fstat(place.file)
    _judge(before, rule, age)
    return _proved(place, before, path, tell)


def _proved(place: _Place, before: os.stat_result, path: str, tell: Tell) -> Removed:
    """Hash what is open, tell the proof, and take that very file away."""
    proof = _hash(place.file)
    _must(_same(before, os.fstat(place.file)), "The file changed while it was looked at.")
    removed = Removed(path=path, size=before.st_size, sha256=proof)
    tell(removed)
    _take_away(place, before)
    return removed


def _judge(found: os.stat_result, rule: RetentionRule, age: Age) -> None:
    _must(stat.S_ISREG(found.st_mode), "It is not a regular file.")
    _must(found.st_nlink == 1, "The file has a second name elsewhere.")
    _must(age(found.st_mtime) >= rule.days * DAY, "The file is not past its age any more.")


def _must(holds: bool, title: str) -> None:  # noqa: FBT001 - reads like an assertion
    if not holds:
        raise CannotError(title, STAYS)


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_ino, one.st_dev, one.st_size, one.st_mtime_ns) == (
        other.st_ino,
        other.st_dev,
        other.st_size,
        other.st_mtime_ns,
    )


def _hash(file: int) -> str:
    digest = hashlib.sha256()
    while block := os.read(file, BLOCK):
        digest.update(block)
    return digest.hexdigest()


if sys.platform == "win32":

    @contextmanager
    def _opened(folder: Path, inner: Path) -> Iterator[_Place]:
        """Open the file; the way is compared as a whole, since folders cannot be held open."""
        full = folder / inner
        if os.path.normcase(os.path.realpath(full)) != os.path.normcase(full):
            raise CannotError("A part of the way to the file is a link.", STAYS)
        file = os.open(full, os.O_RDONLY | os.O_BINARY)
        try:
            yield _Place(file, None, str(full))
        finally:
            with suppress(OSError):
                os.close(file)

    def _take_away(place: _Place, before: os.stat_result) -> None:
        """Unlink; Windows refuses while anybody else has the file open."""
        os.close(place.file)
        _must(_same(before, place.status(place.name)), "Another file has taken its place.")
        Path(place.name).unlink()

else:

    @contextmanager
    def _opened(folder: Path, inner: Path) -> Iterator[_Place]:
        """Open folder after folder without following a link, then the file."""
        held = [os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)]
        try:
            for part in inner.parts[:-1]:
                flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
                held.append(os.open(part, flags, dir_fd=held[-1]))
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            held.append(os.open(inner.name, flags, dir_fd=held[-1]))
            yield _Place(held[-1], held[-2], inner.name)
        finally:
            for descriptor in reversed(held):
                os.close(descriptor)

    def _take_away(place: _Place, before: os.stat_result) -> None:
        """Set aside what the name stands for, compare it, and unlink it or put it back."""
        beside = aside(place.name)
        os.rename(place.name, beside, src_dir_fd=place.folder, dst_dir_fd=place.folder)
        if not _same(before, place.status(beside)):
            _put_back(place, beside)
            raise CannotError("Another file has taken its place.", STAYS)
        os.unlink(beside, dir_fd=place.folder)
        if place.folder is not None:
            os.fsync(place.folder)

    def _put_back(place: _Place, beside: str) -> None:
        """Give a stranger its name back, unless the name was taken again meanwhile."""
        try:
            os.link(
                beside,
                place.name,
                src_dir_fd=place.folder,
                dst_dir_fd=place.folder,
                follow_symlinks=False,
            )
        except OSError as error:
            raise CannotError(
                "Another file has taken its place.", f"It lies beside it, as {beside}."
            ) from error
        os.unlink(beside, dir_fd=place.folder)
