"""What the uninstall keys and the version key of the registry say of installed software.

Sources: Microsoft, "Uninstall Registry Key" (Windows Installer), and what Settings itself hides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from agentguard.model.facts import Kind, Software
from agentguard.platforms._architectures import named
from agentguard.platforms._shown_words import shown
from agentguard.platforms._win32 import office_answers, runtime_answers
from agentguard.platforms._win32.package_answers import packages

Entry = Mapping[str, object]

MACHINE, NARROW, USER, SYSTEM = "registry", "registry-32", "registry-user", "windows"
"""Where an entry stands: for the machine, for its 32-bit programs, for the user; Windows itself."""

OTHER = "registry-other-user"
"""An entry of somebody else who is signed in; who it is, is not kept."""

_SCOPES = {MACHINE: "machine", NARROW: "machine", USER: "user", OTHER: "other-user"}
FIRST_OF_11 = 22000
_UPDATE = re.compile(r"(?i)^(?:(?:security|cumulative|critical) update|update|hotfix)\b.*\(KB\d+")
_UPDATES = frozenset({"security update", "update rollup", "hotfix", "update", "service pack"})
_BROWSER = re.compile(
    r"(?:Google Chrome|Microsoft Edge|Brave|(?:Mozilla )?Firefox)"
    r"(?: (?P<channel>Beta|Dev|Canary|SxS|Nightly|Developer Edition))?(?: [0-9(].*)?"
)
_LAB = re.compile(r"\.(amd64|x86|arm64)fre\.")
_GUID = re.compile(r"\{[0-9A-Fa-f-]{36}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An entry of the list of programs: the place that it stands in, and the name of its key."""

    place: str
    entry: Entry
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands beside the list of programs.

    `packages` are the full names of the user's packages, `provisioned` those that the computer
    keeps ready for everybody who signs in, `of_others` those of somebody else who is signed in.
    `codes` are the upgrade codes of products; `long_term` whether Citrix follows its LTSR alone.
    """

    packages: tuple[str, ...] = ()
    provisioned: tuple[str, ...] = ()
    of_others: tuple[str, ...] = ()
    codes: Mapping[str, str] | None = None
    office: Entry | None = None
    runtimes: tuple[Software, ...] = ()
    long_term: bool = False


NOTHING = Beside()


def installed(
    entries: Iterable[Listed], windows: Entry, beside: Beside = NOTHING
) -> tuple[Software, ...]:
    """Return the installed programs, each once, and Windows itself."""
    listed = [one for one in entries if word(one.entry, "DisplayName")]
    office = beside.office or {}
    programs = [_program(one, beside, lab(windows)) for one in listed if not _is_part(one.entry)]
    own_keys = frozenset(one.key for one in listed)
    programs += office_answers.unlisted(office, own_keys)
    runtimes = runtime_answers.without_twins(beside.runtimes, programs)
    found = (
        *_windows(windows),
        *programs,
        *packages(beside.packages, beside.provisioned, beside.of_others),
        *runtimes,
    )
    return _once(found)


def _once(found: Iterable[Software]) -> tuple[Software, ...]:
    """Return each program once: it may stand in both views of one key, and under two keys."""
    seen: dict[tuple[str, ...], list[Software]] = {}
    for item in found:
        same = seen.setdefault((item.name, item.version, item.vendor, item.scope), [])
        for at, one in enumerate(same):
            if one.arch == item.arch or not (one.arch and item.arch):
                same[at] = replace(one, arch=one.arch or item.arch, ident=one.ident or item.ident)
                break
        else:
            same.append(item)
    return tuple(one for same in seen.values() for one in same)


def _program(one: Listed, beside: Beside, machine: str) -> Software:
    name = word(one.entry, "DisplayName")
    item = Software(
        name=name,
        version=word(one.entry, "DisplayVersion"),
        vendor=word(one.entry, "Publisher"),
        source=one.place,
        arch=named(name) or _arch(one, machine),
        scope=_SCOPES[one.place],
        channel=_channel(name, beside),
        ident=_ident(one, beside.codes or {}),
    )
    return office_answers.enriched(item, one.key, beside.office or {})


def _arch(one: Listed, machine: str) -> str:
    """Return the architecture of the view that an entry stands in, where that is its own.

    A package of Windows Installer is in the view of its own kind; another installer of 32 bits
    writes into its own view whatever it brings, and one of 64 bits into the other on purpose.
    """
    if one.place == NARROW:
        return "x86" if one.entry.get("WindowsInstaller") == 1 else ""
    return machine if one.place == MACHINE and machine == "x64" else ""


def _ident(one: Listed, codes: Mapping[str, str]) -> str:
    """Return what stays the same from version to version: the code of its package or bundle."""
    if code := codes.get(one.key.upper()):
        return code
    told = one.entry.get("BundleUpgradeCode")
    bundle = told[0] if isinstance(told, list) and told else told
    found = shown(bundle)
    return found.upper() if _GUID.fullmatch(found) else ""


def _channel(name: str, beside: Beside) -> str:
    if name.casefold().startswith("citrix workspace") and beside.long_term:
        return "ltsr"
    found = _BROWSER.fullmatch(name)
    if found is None:
        return ""
    if " ESR " in f"{name} " and not found["channel"]:
        return "esr"
    told = (found["channel"] or "stable").casefold()
    return {"sxs": "canary", "developer edition": "dev"}.get(told, told)


def lab(windows: Entry) -> str:
    """Return the architecture of Windows as the name of its build has it; empty without one."""
    found = _LAB.search(word(windows, "BuildLabEx"))
    return {"amd64": "x64"}.get(found[1], found[1]) if found else ""


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
        arch=lab(entry),
        scope="machine",
        channel=word(entry, "DisplayVersion") or word(entry, "ReleaseId"),
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
    """Return a value that is text, as it may be shown; empty when it is something else."""
    return shown(entry.get(name))
