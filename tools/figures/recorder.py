"""Notes which files of a folder are really entered, in every thread, from one moment to another.

A file is entered when a function of it begins; that a module is loaded is no step of a walk. It
stands alone, for the scan's child starts with nothing but the standard library: its first lines are
made to run this file. Parent and child look at the same byte, the number of the walk that is under
way, and each writes into a file of its own that it opened before it was locked in.
"""

from __future__ import annotations

import mmap
import os
import sys
from pathlib import Path
from types import CodeType
from typing import Any

CONTROL = "control"
ROOM = 1 << 20
"""Bytes for the names that one process writes."""
_OPTIMIZED = 0x1  # a function's code, not a module's or a class's
MONITORING: Any = vars(sys).get("monitoring")
"""What Python 3.12 and newer tell a profiler; None in an older one."""


class Recorder:
    """Notes what is entered in this process while a walk is under way."""

    def __init__(self, folder: Path, tree: str, who: str = "child") -> None:
        """Begin at once; `tree` is what names of files begin with, `who` what this process is."""
        self._tree, self._at = tree, 0
        self._seen: set[tuple[int, str]] = set()
        self._control = _mapped(folder / CONTROL, 1)
        self._names = _mapped(folder / f"entered-{who}-{os.getpid()}", ROOM)
        tool, begun = MONITORING.PROFILER_ID, MONITORING.events.PY_START
        MONITORING.use_tool_id(tool, "figures")
        MONITORING.register_callback(tool, begun, self._entered)
        MONITORING.set_events(tool, begun)

    def walk(self, number: int) -> None:
        """Say which walk is under way, in every process; 0 is none."""
        self._control[0] = number

    def seen(self, number: int) -> set[str]:
        """Return what this process entered in a walk."""
        return {name for walk, name in list(self._seen) if walk == number}

    def _entered(self, code: CodeType, _offset: int) -> object:
        name = code.co_filename
        if not name.startswith(self._tree) or not code.co_flags & _OPTIMIZED:
            return MONITORING.DISABLE
        number = self._control[0]
        if number and (number, name) not in self._seen:
            self._seen.add((number, name))
            line = f"{number} {name}\n".encode()
            self._names[self._at : self._at + len(line)] = line
            self._at += len(line)
        return None


def entered(folder: Path) -> dict[int, dict[str, set[str]]]:
    """Return the files that each walk entered: by its number, and by what the process was."""
    found: dict[int, dict[str, set[str]]] = {}
    for file in folder.glob("entered-*"):
        who = file.name.split("-")[1]
        for line in file.read_bytes().rstrip(b"\0").decode().splitlines():
            number, name = line.split(" ", 1)
            found.setdefault(int(number), {}).setdefault(who, set()).add(name)
    return found


def in_children(folder: Path, tree: str) -> None:
    """Let each child that is spawned with a line of Python record as well."""
    system: Any = os  # whose posix_spawn Windows has not
    spawn = system.posix_spawn
    here = str(Path(__file__).resolve())
    first = (
        "import runpy as _r, pathlib as _p\n"
        f"_r.run_path({here!r})['Recorder'](_p.Path({str(folder)!r}), {tree!r})\n"
    )

    def spawned(path: str, words: tuple[str, ...], *rest: object, **named: object) -> Any:
        at = words.index("-c") + 1 if "-c" in words else 0
        told = (*words[:at], first + words[at], *words[at + 1 :]) if at else words
        return spawn(path, told, *rest, **named)

    system.posix_spawn = spawned


def _mapped(file: Path, size: int) -> mmap.mmap:
    with file.open("a+b") as opened:
        opened.truncate(max(size, opened.seek(0, os.SEEK_END)))
        return mmap.mmap(opened.fileno(), size)
