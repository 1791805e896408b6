"""Finishes or undoes a move that a crash or an error has left half done; safe to run again."""

from __future__ import annotations

import stat
from enum import Enum, auto
from pathlib import Path

from agentguard.base import atomic_files
from agentguard.vault import file_names
from agentguard.vault.sealed_files import Move, Shelf, Stage
from agentguard.vault.source import digest, is_written


class Ending(Enum):
    """Where the file is after the mending."""

    PLAIN = auto()  # in its folder, as before
    SEALED = auto()  # in the vault
    GONE = auto()  # it was to be removed, and is


def mend(shelf: Shelf, move: Move) -> tuple[Ending, Path]:
    """Bring one move to an end; give where the file is and the plain file's path.

    Raises:
        OSError, StoreError, VaultError: it stays as it is, for the next time.

    """
    match move.stage:
        case Stage.SEALING:
            return _left_alone(shelf, move, move.path)
        case Stage.TAKING:
            return _taking(shelf, move)
        case Stage.ARRIVING:
            move.path.unlink(missing_ok=True)
            shelf.end("", move)
            return Ending.SEALED, move.path
        case Stage.LEAVING:
            shelf.drop(move.item)
            shelf.end("", move)
            return Ending.GONE, move.path


def _left_alone(shelf: Shelf, move: Move, path: Path) -> tuple[Ending, Path]:
    shelf.drop(move.item)
    shelf.end("vault.kept-plain", move)
    file_names.take_note_away(move.path, move.item)
    return Ending.PLAIN, path


def _taking(shelf: Shelf, move: Move) -> tuple[Ending, Path]:
    """Let the plain file go only when the sealed one is proved to be the same, and to stay so."""
    leaving = file_names.aside(move.path, move.item)
    head = shelf.is_proved(move.item)
    if _is_file(leaving):
        if head is None or not _is_still(leaving, head.sha256):
            return _left_alone(shelf, move, file_names.settle(leaving, move.path))
        leaving.unlink()
        atomic_files.sync_folder(leaving.parent)
    elif _is_file(move.path) and (head is None or _digest(move.path) == head.sha256):
        return _left_alone(shelf, move, move.path)
    shelf.end("vault.put" if head else "vault.damaged", move)
    return Ending.SEALED, move.path


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _is_still(path: Path, sha256: str) -> bool:
    with path.open("rb") as file:
        return digest(file) == sha256 and not is_written(file.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return digest(file)
