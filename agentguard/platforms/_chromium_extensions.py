"""The extensions in the profiles of Chrome and of the browsers that are made of it.

Source: Chromium, extension_prefs.cc and manifest.mojom (ManifestLocation), chrome_paths.cc, and
"Internationalize the interface" (chrome.i18n) for names that stand in messages.json. A profile is
a folder with `Preferences`; Windows keeps the list in `Secure Preferences`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import msgspec

from agentguard.model.facts import Kind, Software
from agentguard.platforms._bounded_reads import Reads, UnreadError, decoded
from agentguard.platforms._shown_words import maker, permissions, shown

LONGEST = 24 << 20
"""Bytes of a profile's settings that are read; one with 80 extensions has 3 MB."""
_OF_MANIFEST = 1 << 20
PROFILES, EXTENSIONS = 40, 500
_FILES = ("Preferences", "Secure Preferences")
_ID = re.compile(r"[a-p]{32}")
_MESSAGE = re.compile(r"__MSG_([A-Za-z0-9_@]{1,100})__")
_LOCALE = re.compile(r"[A-Za-z0-9_-]{2,20}")
_BUILT_IN = frozenset({5, 10})  # kComponent, kExternalComponent
_BY_POLICY = frozenset({7, 9})  # kExternalPolicyDownload, kExternalPolicy
_LOOSE = frozenset({4, 8})  # kUnpacked, kCommandLine
_REMOVED = 2  # Extension::EXTERNAL_EXTENSION_UNINSTALLED
_GOOGLE, _EDGE = "https://clients2.google.com/", "https://edge.microsoft.com/"


class _Extensions(msgspec.Struct, frozen=True):
    settings: dict[str, msgspec.Raw] = {}


class _Settings(msgspec.Struct, frozen=True):
    extensions: _Extensions = _Extensions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """A browser as `host` names it, and the folder of its profiles."""

    host: str
    folder: Path


class Profiles:
    """The profiles of one person's browsers; what stands outside `home` is not opened."""

    def __init__(self, home: Path, reads: Reads) -> None:
        self._home, self._reads = home, reads
        self.whole = True
        """Whether everything that is there was read."""

    def extensions(self, browser: Browser) -> Iterator[Software]:
        """Yield the extensions of every profile of a browser."""
        for profile in self._profiles(browser.folder):
            entries = self._entries(profile)
            self.whole &= len(entries) <= EXTENSIONS
            for id_, raw in list(entries.items())[:EXTENSIONS]:
                try:
                    item = self._extension(browser.host, profile, id_, decoded(raw, dict[str, Any]))
                except UnreadError:
                    self.whole = False
                else:
                    if item is not None:
                        yield item

    def _profiles(self, folder: Path) -> list[Path]:
        try:
            inside = sorted(one for one in folder.iterdir() if (one / _FILES[0]).is_file())
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError:
            self.whole = False
            return []
        self.whole &= len(inside) <= PROFILES
        return inside[:PROFILES]

    def _entries(self, profile: Path) -> Mapping[str, msgspec.Raw]:
        found: dict[str, msgspec.Raw] = {}
        for name in _FILES:
            try:
                told = self._reads.json(profile / name, LONGEST, _Settings)
            except UnreadError:
                self.whole = False
            else:
                found |= told.extensions.settings if told else {}
        return {id_: raw for id_, raw in found.items() if _ID.fullmatch(id_)}

    def _extension(
        self, host: str, profile: Path, id_: str, entry: Mapping[str, Any]
    ) -> Software | None:
        location = entry.get("location")
        if location is None or entry.get("state") == _REMOVED:
            return None  # it was there once
        if not isinstance(location, int):
            raise UnreadError("no location")
        if location in _BUILT_IN:
            return None
        folder = self._folder(profile, entry.get("path"))
        manifest = entry.get("manifest")
        if not isinstance(manifest, dict):
            manifest = self._of_file(folder, "manifest.json")
        if "theme" in manifest:
            return None
        return Software(
            name=self._name(manifest, folder) or id_,
            version=shown(manifest.get("version"), 40),
            vendor=maker(manifest.get("author")),
            source=_source(entry, manifest),
            kind=Kind.EXTENSION,
            scope="user",
            ident=id_,
            host=host,
            permissions=_permissions(manifest),
        )

    def _folder(self, profile: Path, told: object) -> Path | None:
        """Return where an extension is, if it is in the profile or elsewhere in the home.

        What is elsewhere, such as on another computer, is not opened.
        """
        words = told if isinstance(told, str) else ""
        of_windows = sys.platform == "win32" or "\\" in words
        parts = (PureWindowsPath if of_windows else PurePosixPath)(words).parts
        if not words or ".." in parts or "\0" in words or words.startswith(("\\\\", "//")):
            return None
        folder = profile / "Extensions" / Path(*parts)
        return folder if folder.is_relative_to(self._home) else None

    def _of_file(self, folder: Path | None, name: str) -> Mapping[str, Any]:
        with suppress(UnreadError):
            if folder is not None:
                return self._reads.json(folder / name, _OF_MANIFEST, dict[str, Any]) or {}
        self.whole = False
        return {}

    def _name(self, manifest: Mapping[str, Any], folder: Path | None) -> str:
        name = shown(manifest.get("name"))
        found = _MESSAGE.fullmatch(name)
        if found is None:
            return name
        default = manifest.get("default_locale")
        spoken = [one for one in (default, "en", "en_US") if isinstance(one, str)]
        for locale in (one for one in spoken if _LOCALE.fullmatch(one)):
            told = self._of_file(folder, f"_locales/{locale}/messages.json")
            texts = {key.casefold(): value for key, value in told.items()}
            text = texts.get(found[1].casefold())
            if isinstance(text, dict) and (words := shown(text.get("message"))):
                return words
        return ""


def _source(entry: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """Return where it is from: a policy, a store, a folder, or another program."""
    location, address = entry.get("location"), shown(manifest.get("update_url"))
    if location in _BY_POLICY:
        return "browser-policy"
    if location in _LOOSE:
        return "browser-folder"
    if address.startswith(_EDGE):
        return "edge-add-ons"
    if entry.get("from_webstore") is True or address.startswith(_GOOGLE):
        return "chrome-web-store"
    return "browser-other"


def _permissions(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    told = manifest.get("content_scripts")
    scripts = told if isinstance(told, list) else []
    seen = [one.get("matches") for one in scripts if isinstance(one, dict)]
    return permissions(manifest.get("permissions"), manifest.get("host_permissions"), *seen)
