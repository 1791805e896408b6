"""What the uninstall keys and the version key of the registry say of installed software.

Sources: Microsoft, "Uninstall Registry Key" (Windows Installer), what Settings itself hides, and
"Package identity", whose full name is Name_Version_Architecture_ResourceId_PublisherId.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from agentguard.model.facts import Kind, Software

Entry = Mapping[str, object]

MACHINE, NARROW, USER, SYSTEM = "registry", "registry-32", "registry-user", "windows"
"""Where an entry stands: for the machine, for its 32-bit programs, for the user; Windows itself."""

STORE = "appx"
"""A package of the user's, from the Store or elsewhere; it has no uninstall key."""

READY = "appx-machine"
"""A package that the computer keeps ready for everybody, and this user does not have yet."""

FIRST_OF_11 = 22000
_OF_WINDOWS = "cw5n1h2txyewy"  # the publisher of what is a part of Windows
_MICROSOFT = frozenset({_OF_WINDOWS, "8wekyb3d8bbwe"})
_FRAMEWORKS = (
    "Microsoft.VCLibs.",
    "Microsoft.UI.Xaml.",
    "Microsoft.NET.Native.",
    "Microsoft.WindowsAppRuntime.",
    "Microsoft.Services.Store.Engagement",
)
"""Names of packages that others bring along."""
_KNOWN: Mapping[str, tuple[str, str]] = {
    "msteams_8wekyb3d8bbwe": ("Microsoft Teams", "Microsoft Corporation"),
    "microsoftteams_8wekyb3d8bbwe": ("Microsoft Teams (personal)", "Microsoft Corporation"),
    "com.tinyspeck.slackdesktop_8yrtsj140pw4g": ("Slack", "Slack Technologies"),
    "91750d7e.slack_8she8kybcnzg4": ("Slack", "Slack Technologies"),
}
"""Families of packages whose name is not what people call them, with their maker."""
_UPDATE = re.compile(r"(?i)^(?:(?:security|cumulative|critical) update|update|hotfix)\b.*\(KB\d+")
_UPDATES = frozenset({"security update", "update rollup", "hotfix", "update", "service pack"})


def installed(
    entries: Iterable[tuple[str, Entry]],
    windows: Entry,
    packages: Iterable[str] = (),
    provisioned: Iterable[str] = (),
) -> tuple[Software, ...]:
    """Return the installed programs, each once, and Windows itself.

    `packages` are the full names of the user's packages, `provisioned` those that the computer
    keeps ready for everybody who signs in.
    """
    named = _packages(packages, provisioned)
    found = dict.fromkeys((*_windows(windows), *_programs(entries), *named))
    seen: dict[tuple[str, str, str], Software] = {}
    for item in found:  # the same program may stand in both views of one key
        seen.setdefault((item.name, item.version, item.vendor), item)
    return tuple(seen.values())


def _programs(entries: Iterable[tuple[str, Entry]]) -> Iterator[Software]:
    for source, entry in entries:
        name = word(entry, "DisplayName")
        if name and not _is_part(entry):
            yield Software(
                name=name,
                version=word(entry, "DisplayVersion"),
                vendor=word(entry, "Publisher"),
                source=source,
            )


def _packages(full: Iterable[str], provisioned: Iterable[str]) -> Iterator[Software]:
    """Yield each family of packages once: as the user has it, else as the computer keeps it ready.

    Of several versions the newest counts.
    """
    own = _families(full, STORE)
    ready = _families(provisioned, READY)
    yield from {**ready, **own}.values()


def _families(full: Iterable[str], source: str) -> dict[str, Software]:
    newest: dict[str, Software] = {}
    for family, item in _programs_of(full, source):
        known = newest.get(family)
        if known is None or _numbers(known.version) < _numbers(item.version):
            newest[family] = item
    return newest


def _programs_of(full: Iterable[str], source: str) -> Iterator[tuple[str, Software]]:
    """Yield packages that are programs: no languages and sizes of them, no frameworks.

    A bundle stands for its program where the computer keeps it ready; the user has the program.
    """
    for one in full:
        match one.split("_"):
            case [name, version, _, resource, publisher] if not resource.startswith("split."):
                if name.startswith(_FRAMEWORKS) or (resource == "~" and source == STORE):
                    continue
                maker = "Microsoft Corporation" if publisher in _MICROSOFT else ""
                shown, vendor = _KNOWN.get(f"{name}_{publisher}".casefold(), (name, maker))
                yield (
                    f"{name}_{publisher}".casefold(),
                    Software(
                        name=shown,
                        version=version,
                        vendor=vendor,
                        source=source,
                        kind=Kind.PART if publisher == _OF_WINDOWS else Kind.PROGRAM,
                    ),
                )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isascii() and part.isdecimal())


def is_server(windows: Entry) -> bool:
    """Check whether this is a server, which may have no packages."""
    return word(windows, "InstallationType").casefold().startswith("server")


def _is_part(entry: Entry) -> bool:
    """Check whether it belongs to another program: a hidden component, an update."""
    if entry.get("SystemComponent") == 1 or word(entry, "ParentKeyName"):
        return True
    if _UPDATE.match(word(entry, "DisplayName")):
        return True
    return word(entry, "ReleaseType").casefold() in _UPDATES


def _windows(entry: Entry) -> Iterator[Software]:
    """Yield Windows; the registry calls Windows 11 by the name of 10 (its build tells)."""
    name, build = word(entry, "ProductName"), build_of(entry)
    if not build:
        return
    if int(build.partition(".")[0]) >= FIRST_OF_11:
        name = name.replace("Windows 10", "Windows 11")
    major = entry.get("CurrentMajorVersionNumber")
    minor = entry.get("CurrentMinorVersionNumber", 0)
    line = f"{major}.{minor}" if isinstance(major, int) else word(entry, "CurrentVersion")
    yield Software(
        name=name or "Windows",
        version=f"{line}.{build}",
        vendor="Microsoft",
        source=SYSTEM,
        kind=Kind.SYSTEM,
        edition=_edition(entry),
    )


def build_of(entry: Entry) -> str:
    """Return the build of Windows with its revision, as 26100.9168; empty when it is not told."""
    build = word(entry, "CurrentBuildNumber") or word(entry, "CurrentBuild")
    if not (build.isascii() and build.isdecimal()):
        return ""
    revision = entry.get("UBR")
    return f"{build}.{revision}" if isinstance(revision, int) else build


def _edition(entry: Entry) -> str:
    """Return the EditionID; empty when it contradicts what kind of installation this is.

    Enterprise multi-session is named ServerRdsh, and is a client.
    """
    edition, kind = word(entry, "EditionID"), word(entry, "InstallationType").casefold()
    server = edition.casefold().startswith("server") and edition.casefold() != "serverrdsh"
    if kind and server is not kind.startswith("server"):
        return ""
    return edition


def word(entry: Entry, name: str) -> str:
    """Return a value that is text, without what surrounds it; empty when it is something else."""
    value = entry.get(name)
    return value.replace("\0", "").strip() if isinstance(value, str) else ""
