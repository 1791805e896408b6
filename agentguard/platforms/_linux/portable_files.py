"""Programs that no package manager has put where they are: those that run, and AppImages.

Source: file-hierarchy(7); xdg-user-dirs for what a person's folders are called in her language.

AppImages are looked for in the folders where people and the tools for them keep them. Source: the
AppImage specification, version 1.0, "Image format": an ELF file with `AI` and the type's number
from the ninth byte on. Its name is all that is read of it otherwise.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

import psutil

from agentguard.model.facts import Software
from agentguard.platforms._architectures import named
from agentguard.platforms._bounded_reads import Reads, UnreadError
from agentguard.platforms._portable_programs import place
from agentguard.platforms._shown_words import shown

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
SOURCE = "appimage"
OF_HOME = ("Applications", "AppImages", ".local/bin", "bin", "Downloads", "Desktop")
OF_ALL = ("/opt", "/usr/local/bin", "/Applications")
ENTRIES, MOST_APPIMAGES = 2_000, 200
"""How many entries of a folder are looked at, and how many AppImages are opened."""
_ENDING = ".appimage"
_MACHINES = {0x3E: "x64", 0x03: "x86", 0xB7: "arm64"}  # ELF's e_machine
_HEAD = 20
_VERSION = re.compile(r"^(?P<name>.*?[A-Za-z].*?)[-_ ]v?(?P<version>[0-9]+(?:\.[0-9A-Za-z]+)+)")
_ARCH = re.compile(
    r"(?i)[-_ .]?(?:x86[-_]64|amd64|x64|i[3-6]86|x86|arm64|aarch64|linux)(?=[-_ .]|$)"
)
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AppImages:
    """What was found; `whole` tells whether every folder was read to its end."""

    items: tuple[Software, ...] = ()
    whole: bool = True


def appimages(home: Path, shared: tuple[str, ...] = OF_ALL) -> AppImages:
    """List the AppImages of one person and of all."""
    found: list[Software] = []
    whole = True
    own = ((home / folder, "user") for folder in OF_HOME)
    for folder, scope in (*own, *((Path(one), "machine") for one in shared)):
        try:
            files, all_of_it = _files(folder)
            whole &= all_of_it
        except OSError:
            whole = False
            continue
        for file in files:
            head = _head(file) if len(found) < MOST_APPIMAGES else None
            whole &= head is not None
            if head is not None and head[:4] == b"\x7fELF" and head[8:10] == b"AI":
                found.append(item(file.name, scope, head))
    return AppImages(items=tuple(dict.fromkeys(found)), whole=whole)


def _files(folder: Path) -> tuple[list[Path], bool]:
    try:
        with os.scandir(folder) as entries:
            near = list(islice(entries, ENTRIES + 1))
    except (FileNotFoundError, NotADirectoryError):
        return [], True
    files = [Path(one) for one in near[:ENTRIES] if one.name.lower().endswith(_ENDING)]
    return sorted(files), len(near) <= ENTRIES


def _head(file: Path) -> bytes | None:
    """Return how a file begins; empty for what is no file, None for what may not be read."""
    try:
        number = os.open(file, _FLAGS)
    except FileNotFoundError:
        return b""  # a link to what is gone
    except OSError:
        return None
    try:
        return os.read(number, _HEAD)
    except IsADirectoryError:
        return b""
    except OSError:
        return None
    finally:
        os.close(number)


def item(file: str, scope: str, head: bytes) -> Software:
    """Return an AppImage by its file's name and the head of the file."""
    stem = shown(file)[: -len(_ENDING)] or "?"
    machine = int.from_bytes(head[18:20], "little")
    plain = _ARCH.sub("", stem) or stem
    told = _VERSION.match(plain)
    return Software(
        name=(told["name"] if told else plain).replace("_", " ").strip(" -.") or stem,
        version=told["version"] if told else "",
        vendor="",
        source=SOURCE,
        arch=_MACHINES.get(machine) or named(stem),
        scope=scope,
    )
