"""Names in the person's folders: never overwritten, and always known again after a crash."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from agentguard.base import atomic_files
from agentguard.base.translations import load
from agentguard.detect.recognition.masked_names import masked

MOST_NAMES = 1000


def aside(source: Path, item: str) -> Path:
    """Return the name that a file has for the moment between its folder and its removal."""
    return source.with_name(f".agentguard-{item}.leaving")


def arriving(target: Path, item: str) -> Path:
    """Return the name that a file has while it is being restored."""
    return target.with_name(f".agentguard-{item}.arriving")


def written(path: Path) -> str:
    """Return a path as text that a database can hold, whatever its bytes: who keeps it masks it."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def printable(path: Path) -> str:
    """Return a path as text that can be shown or logged.

    Whatever its bytes, and without a value.
    """
    return masked(written(path))


def name_of(path: Path) -> str:
    """Return a file's name as text that can be shown, whatever its bytes."""
    return printable(Path(path.name))


def settle(beside: Path, wanted: Path) -> Path:
    """Return the finished file `beside` its wanted name, or a free one like it; never overwrite.

    Raises:
        OSError: no name could be given; the file is still `beside`.

    """
    for target in _names(wanted):
        try:
            _move(beside, target)
        except FileExistsError:
            continue
        atomic_files.sync_folder(target.parent)
        return target
    raise FileExistsError(wanted)


def _names(wanted: Path) -> Iterator[Path]:
    words = load()
    yield wanted
    stem, suffix = wanted.stem, wanted.suffix
    yield wanted.with_name(words.say("vault.restored-name", stem=stem, suffix=suffix))
    for count in range(2, MOST_NAMES):
        yield wanted.with_name(
            words.say("vault.restored-name-again", stem=stem, suffix=suffix, count=count)
        )


def _move(beside: Path, target: Path) -> None:
    """Rename without overwriting: a second name first, so that at any instant there is one."""
    try:
        os.link(beside, target)
    except FileExistsError:
        raise
    except OSError:
        _move_without_links(beside, target)
    else:
        beside.unlink()


def _move_without_links(beside: Path, target: Path) -> None:
    """Reserve the name, then replace the empty file (FAT and some network disks have no links)."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        beside.replace(target)
    except OSError:
        target.unlink(missing_ok=True)
        raise


def note_path(source: Path) -> Path:
    """Return the name of the note that stands where a file was: with no value of the file's."""
    return source.with_name(load().say("vault.note-name", name=masked(source.name)))


def leave_note(source: Path, item: str) -> None:
    """Put a note where the file was; a name that is taken, or a full disk, is no reason to stop."""
    text = load().say("vault.note", name=name_of(source), item=item)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        with os.fdopen(os.open(note_path(source), flags, 0o600), "wb") as file:
            file.write(text.encode("utf-8"))
    except OSError:
        return


def take_note_away(source: Path, item: str) -> None:
    """Remove the note of this item; a note that a person has changed stays."""
    path = note_path(source)
    text = load().say("vault.note", name=name_of(source), item=item).encode("utf-8")
    try:
        if path.read_bytes() == text:
            path.unlink()
    except OSError:
        return
