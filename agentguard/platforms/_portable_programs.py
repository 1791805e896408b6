"""Programs that run and that nobody installed: a file's name and the kind of folder it is in.

No more than that is told of a path, since it may name a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from agentguard.model.facts import Software
from agentguard.platforms._architectures import named
from agentguard.platforms._shown_words import shown

MOST = 100
"""Programs that are remembered; a desk that runs more of them has other troubles."""

SOURCE = "portable-{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a program's file says of itself, without being believed."""

    version: str = ""
    signer: str = ""


NOTHING = Signed()


class PortablePrograms:
    """Remembers the programs that ran since the start, as long as their files are there."""

    def __init__(self, told: Callable[[str], Signed] = lambda _path: NOTHING) -> None:
        self._told = told
        self._seen: dict[str, Software] = {}

    def seen(self, running: Iterable[tuple[str, str]]) -> tuple[Software, ...]:
        """Return all of them; `running` are paths, each with the kind of its folder."""
        self._seen = {path: one for path, one in self._seen.items() if _is_there(path)}
        for path, place in running:
            if path not in self._seen and len(self._seen) < MOST:
                self._seen[path] = self._item(path, place)
        return tuple(dict.fromkeys(self._seen.values()))

    def _item(self, path: str, place: str) -> Software:
        told = self._told(path)
        name = shown(path.replace("\\", "/").rpartition("/")[2])
        stem = name[:-4] if name.casefold().endswith(".exe") else name
        return Software(
            name=stem or "?",
            version=shown(told.version, 40),
            vendor="",
            source=SOURCE.format(place),
            arch=named(stem),
            scope="user",
            signer=shown(told.signer),
        )


def _is_there(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False


def place(parts: tuple[str, ...], folders: dict[tuple[str, ...], str]) -> str:
    """Return the kind of the folder that a path is in: that of the longest known one above it."""
    fits = [known for known in folders if parts[: len(known)] == known]
    return folders[max(fits, key=len)] if fits else "elsewhere"
