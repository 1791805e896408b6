"""Which running programs nobody has installed, by where their files are.

Source: Microsoft, KNOWNFOLDERID: what folders of a person are called on the disk, in any language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PureWindowsPath

from agentguard.platforms._portable_programs import place
from agentguard.platforms._win32.software_answers import Listed, word

_PROGRAM = re.compile(
    r'"?([A-Za-z]:\\[^"*?<>|]*?)\\[^"\\*?<>|]*\.(?:exe|ico|dll|msi)\b', re.IGNORECASE
)
MOST = 100

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """The folders of the system, whose programs are installed, and those of the person."""

    system: tuple[str, ...]
    home: str
    temporary: str = ""


def portable(
    paths: Iterable[str], entries: Iterable[Listed], folders: Folders, afar: frozenset[str]
) -> list[tuple[str, str]]:
    """Return the paths of what nobody has installed, each with the kind of its folder.

    `afar` are the drives of the network, whose files are not looked at.
    """
    kinds = _kinds(folders)
    installed = {parts(one) for one in folders.system if one} | _of_programs(entries, kinds)
    return [
        (path, place(here, kinds))
        for path in sorted(set(paths))
        if path[1:2] == ":" and path[:3].upper() not in afar
        if not any((here := parts(path))[: len(one)] == one for one in installed)
    ][:MOST]


def parts(path: str) -> Parts:
    """Return the parts of a path as Windows compares them."""
    return tuple(one.casefold() for one in PureWindowsPath(path).parts)


def _kinds(folders: Folders) -> dict[Parts, str]:
    home = parts(folders.home)
    drive = home[:1]
    kinds = {
        home: "home",
        (*home, "downloads"): "downloads",
        (*home, "desktop"): "desktop",
        (*home, "documents"): "documents",
        (*home, "appdata"): "app-data",
        (*home, "appdata", "local", "temp"): "temporary",
        (*drive, "windows", "temp"): "temporary",
        (*drive, "programdata"): "shared",
        (*drive, "users", "public"): "shared",
        drive: "elsewhere",
    }
    if folders.temporary:
        kinds[parts(folders.temporary)] = "temporary"
    return kinds


def _of_programs(entries: Iterable[Listed], kinds: Mapping[Parts, str]) -> set[Parts]:
    """Return the folders that programs say they are in; none so wide that others are in it too."""
    return {
        here
        for one in entries
        for folder in _told(one)
        if len(here := parts(folder)) > 1
        if not any(known[: len(here)] == here for known in kinds)
    }


def _told(one: Listed) -> Iterator[str]:
    location = word(one.entry, "InstallLocation").strip('"')
    if location[1:3] == ":\\":
        yield location
    for name in ("DisplayIcon", "UninstallString"):
        if found := _PROGRAM.match(word(one.entry, name)):
            yield found[1]
