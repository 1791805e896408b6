"""What .NET and Visual C++ say of themselves in keys of their own.

Sources: Microsoft, "How to determine which .NET Framework versions are installed", "Install
location" of the .NET host (the 32-bit view, and the other one on ARM64), and "Redistributing
Visual C++ files". The installers' own entries in the list of programs may be hidden or gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from agentguard.model.facts import Kind, Software
from agentguard.platforms._architectures import architecture
from agentguard.platforms._shown_words import shown

Entry = Mapping[str, object]

MICROSOFT = "Microsoft Corporation"
FRAMEWORK, DOTNET, VISUAL_C = "dotnet-framework", "dotnet", "visual-c"
"""Where a runtime was found."""

RELEASES = (
    (533320, "4.8.1"), (528040, "4.8"), (461808, "4.7.2"), (461308, "4.7.1"), (460798, "4.7"),
    (394802, "4.6.2"), (394254, "4.6.1"), (393295, "4.6"), (379893, "4.5.2"), (378675, "4.5.1"),
    (378389, "4.5"),
)  # fmt: skip
"""The lowest Release of each version of .NET Framework, the newest first."""

_NAMES = {
    "microsoft.netcore.app": "Microsoft .NET Runtime",
    "microsoft.aspnetcore.app": "Microsoft ASP.NET Core Runtime",
    "microsoft.windowsdesktop.app": "Microsoft Windows Desktop Runtime",
}
_VERSION = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,6}){1,3}(?:-[0-9A-Za-z.]{1,30})?")


def frameworks(full: Entry, three_five: Entry) -> Iterator[Software]:
    """Yield .NET Framework 4 by its Release, which 4.0 does not have, and 3.5 where it is on."""
    release, told = full.get("Release"), shown(full.get("Version"), 40)
    if isinstance(release, int):
        version = next((name for least, name in RELEASES if release >= least), "")
    else:
        version = "4" if full.get("Install") == 1 and told.startswith("4.0.") else ""
    if version:
        yield _runtime(f"Microsoft .NET Framework {version}", told or version, "", FRAMEWORK)
    if three_five.get("Install") == 1:
        pack = " SP1" if three_five.get("SP") == 1 else ""
        version = shown(three_five.get("Version"), 40) or "3.5"
        yield _runtime(f"Microsoft .NET Framework 3.5{pack}", version, "", FRAMEWORK)


def shared(found: Iterable[tuple[str, str, str]]) -> Iterator[Software]:
    """Yield .NET's runtimes by architecture, framework (Microsoft.NETCore.App) and version."""
    for arch, framework, version in found:
        name = _NAMES.get(framework.casefold())
        if name and _VERSION.fullmatch(version):
            yield _runtime(f"{name} - {version} ({arch.lower()})", version, arch, DOTNET)


def visual_c(found: Iterable[tuple[str, Entry]]) -> Iterator[Software]:
    """Yield the Visual C++ 14 runtimes by architecture, each as its installer calls it."""
    newest: dict[str, tuple[int, ...]] = {}
    for arch, entry in found:
        numbers = tuple(entry.get(part) for part in ("Major", "Minor", "Bld"))
        if entry.get("Installed") != 1 or not all(isinstance(one, int) for one in numbers):
            continue
        here = tuple(one for one in numbers if isinstance(one, int))
        newest[arch.casefold()] = max(here, newest.get(arch.casefold(), ()))
    for arch, numbers in newest.items():
        version = ".".join(map(str, numbers))
        name = f"Microsoft Visual C++ v14 Redistributable ({arch}) - {version}"
        yield _runtime(name, version, arch, VISUAL_C)


def _runtime(name: str, version: str, arch: str, source: str) -> Software:
    return Software(
        name=name,
        version=version,
        vendor=MICROSOFT,
        source=source,
        kind=Kind.RUNTIME,
        arch=architecture(arch),
        scope="machine",
    )


def without_twins(runtimes: Iterable[Software], programs: Iterable[Software]) -> Iterator[Software]:
    """Yield the runtimes that no entry of the list of programs stands for already."""
    known = {_twin(one.name) for one in programs}
    for one in dict.fromkeys(runtimes):
        if _twin(one.name) not in known:
            yield one


def _twin(name: str) -> tuple[str, ...]:
    """Return what makes two names the same runtime: whose it is, its version and architecture.

    Visual C++ 2015-2022 and v14 are the same. Another name is the same as itself alone.
    """
    found = _RUNTIME.fullmatch(" ".join(name.split()))
    if found is None:
        return (name.casefold(),)
    words = "c++" if found["c"] else (found["net"] or "").casefold().replace(" core", "")
    arch = found["before"] or found["behind"] or ""
    return words, found["version"], arch.casefold()


_RUNTIME = re.compile(
    r"(?i)Microsoft (?:(?P<c>Visual C\+\+ (?:v14|20[0-9]{2}(?:-20[0-9]{2})?) Redistributable "
    r"\((?P<before>x64|x86|arm64)\) -)|"
    r"(?P<net>\.NET(?: Core)?|ASP\.NET Core|Windows Desktop) Runtime -)"
    r" (?P<version>[0-9.]+[0-9A-Za-z.-]*)(?: \((?P<behind>x64|x86|arm64)\))?"
)
