"""The running programs whose files no package manager has put where they are.

Source: file-hierarchy(7); xdg-user-dirs for what a person's folders are called in her language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath

import psutil

from agentguard.platforms._bounded_reads import Reads, UnreadError
from agentguard.platforms._linux.appimages import OF_ALL, OF_HOME
from agentguard.platforms._portable_programs import place

MOST = 100
_OF_SYSTEM = (
    "/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/snap/", "/var/lib/", "/app/", "/nix/",
    "/gnu/", "/run/host/",
)  # fmt: skip
_SHARED = ("/opt/", "/usr/local/")
"""Where packages put programs, and people too."""
_ELSEWHERE = ("/tmp/.mount_", "/memfd:")  # noqa: S108 - compared with, never written to
"""Where a running AppImage is mounted, whose file is listed; and what has no file."""
_KINDS = {"DOWNLOAD": "downloads", "DESKTOP": "desktop", "DOCUMENTS": "documents"}
_FOLDER = re.compile(r'^XDG_([A-Z]+)_DIR="\$HOME/([^"]+)"', re.MULTILINE)
_LONGEST = 1 << 16

Owned = Callable[[tuple[str, ...]], frozenset[str]]
"""Tells which of some paths are a package's."""


def running() -> Iterator[str]:
    """Yield the paths of the programs that run, as far as this person may see them."""
    for process in psutil.process_iter(["exe"]):
        if path := process.info["exe"]:
            yield path.removesuffix(" (deleted)")


def portable(
    paths: Iterable[str], home: Path, owned: Owned, usual: Iterable[str] = OF_ALL
) -> list[tuple[str, str]]:
    """Return the paths that no package has, each with the kind of its folder."""
    listed = {str(home / one) for one in OF_HOME} | set(usual)
    far, near = [], []
    for path in sorted({one for one in paths if one.startswith("/")}):
        if path.startswith(_SHARED):
            near.append(path)
        elif not path.startswith((*_OF_SYSTEM, *_ELSEWHERE)):
            far.append(path)
    theirs = owned(tuple(near[:MOST])) if near else frozenset()
    kinds = kinds_of_folders(home)
    return [
        (path, place(PurePosixPath(path).parts, kinds))
        for path in (*far, *(one for one in near[:MOST] if one not in theirs))
        if not (path.lower().endswith(".appimage") and str(Path(path).parent) in listed)
    ]


def kinds_of_folders(home: Path) -> dict[tuple[str, ...], str]:
    """Return what is told of the folders that are known, by their parts."""
    kinds = {
        ("/", "tmp"): "temporary",
        ("/", "var", "tmp"): "temporary",
        ("/", "dev", "shm"): "temporary",
        ("/", "media"): "removable",
        ("/", "mnt"): "removable",
        ("/", "run", "media"): "removable",
        ("/", "opt"): "shared",
        ("/", "usr", "local"): "shared",
        home.parts: "home",
    }
    own = {"DOWNLOAD": "Downloads", "DESKTOP": "Desktop", "DOCUMENTS": "Documents"}
    own |= {name: folder for name, folder in _called(home) if name in _KINDS}
    return kinds | {(home / folder).parts: _KINDS[name] for name, folder in own.items()}


def _called(home: Path) -> list[tuple[str, str]]:
    try:
        data = Reads().data(home / ".config/user-dirs.dirs", _LONGEST)
    except UnreadError:
        return []
    return _FOLDER.findall((data or b"").decode("utf-8", "replace"))
