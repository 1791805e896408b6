"""The extensions in Firefox' profiles.

Source: Mozilla, XPIDatabase.sys.mjs (extensions.json), AddonManager.sys.mjs (SIGNEDSTATE_*), and
nsToolkitProfileService.cpp for profiles.ini.
"""

from __future__ import annotations

import configparser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from agentguard.model.facts import Kind, Software
from agentguard.platforms._bounded_reads import Reads, UnreadError, decoded
from agentguard.platforms._shown_words import maker, permissions, shown

HOST = "firefox"
LONGEST = 16 << 20
_OF_PROFILES = 1 << 18
PROFILES, EXTENSIONS = 40, 500
_BUILT_IN = ("app-builtin", "app-system", "app-global")
_SIGNED = frozenset({1, 2, 3, 4})  # preliminary, signed, system, privileged
_SOURCES = {"app-profile": "firefox-profile", "app-temporary": "browser-folder"}
_STORE = "https://addons.mozilla.org/"


class _Addons(msgspec.Struct, frozen=True):
    addons: list[msgspec.Raw] = []


class FirefoxProfiles:
    """The profiles of one person's Firefox; those outside `home` are not opened."""

    def __init__(self, home: Path, reads: Reads) -> None:
        self._home, self._reads = home, reads
        self.whole = True
        """Whether everything that is there was read."""

    def extensions(self, root: Path) -> Iterator[Software]:
        """Yield the extensions of every profile that `profiles.ini` of a folder names."""
        for profile in self._profiles(root):
            try:
                told = self._reads.json(profile / "extensions.json", LONGEST, _Addons)
            except UnreadError:
                self.whole = False
                continue
            found = told.addons if told else []
            self.whole &= len(found) <= EXTENSIONS
            yield from self._read(found[:EXTENSIONS])

    def _read(self, found: list[msgspec.Raw]) -> Iterator[Software]:
        for raw in found:
            try:
                item = _extension(decoded(raw, dict[str, Any]))
            except UnreadError:
                self.whole = False
            else:
                if item is not None:
                    yield item

    def _profiles(self, root: Path) -> list[Path]:
        try:
            data = self._reads.data(root / "profiles.ini", _OF_PROFILES)
            if data is None:  # before the parser, which is read when it is used
                return []
            parser = configparser.RawConfigParser(strict=False)
            parser.read_string(data.decode("utf-8-sig"))
        except (UnreadError, configparser.Error, UnicodeError):
            self.whole = False
            return []
        paths = [
            root / path.replace("\\", "/")
            for name in parser.sections()
            if name.startswith("Profile") and (path := parser.get(name, "Path", fallback=""))
        ]
        near = [one for one in dict.fromkeys(paths) if self._is_at_home(one)]
        self.whole &= len(near) == len(set(paths)) and len(near) <= PROFILES
        return near[:PROFILES]

    def _is_at_home(self, profile: Path) -> bool:
        inside = profile.is_relative_to(self._home)
        return inside and ".." not in profile.parts and "\0" not in str(profile)


def _extension(entry: Mapping[str, Any]) -> Software | None:
    place, id_ = shown(entry.get("location")), shown(entry.get("id"), 100)
    if entry.get("type") != "extension" or place.startswith(_BUILT_IN) or not id_:
        return None
    words = entry.get("defaultLocale")
    words = words if isinstance(words, dict) else {}
    may = entry.get("userPermissions")
    may = may if isinstance(may, dict) else {}
    signed = entry.get("signedState")
    return Software(
        name=shown(words.get("name")) or id_,
        version=shown(entry.get("version"), 40),
        vendor=maker(words.get("creator")),
        source=_source(entry, place),
        kind=Kind.EXTENSION,
        scope="user",
        signer="Mozilla" if isinstance(signed, int) and signed in _SIGNED else "",
        ident=id_,
        host=HOST,
        permissions=permissions(may.get("permissions"), may.get("origins")),
    )


def _source(entry: Mapping[str, Any], place: str) -> str:
    if shown(entry.get("sourceURI")).startswith(_STORE):
        return "firefox-add-ons"
    return _SOURCES.get(place, "browser-other")
