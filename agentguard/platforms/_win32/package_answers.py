"""What the names of packages (AppX, MSIX) say of the programs in them.

Source: Microsoft, "Package identity", whose full name is Name_Version_Architecture_ResourceId_
PublisherId.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from agentguard.model.facts import Kind, Software
from agentguard.platforms._architectures import architecture
from agentguard.platforms._shown_words import shown

STORE = "appx"
"""A package of the user's, from the Store or elsewhere; it has no uninstall key."""

READY = "appx-machine"
"""A package that the computer keeps ready for everybody, and this user does not have yet."""

OTHER = "appx-other-user"
"""A package of somebody else who is signed in."""

_SCOPES = {STORE: "user", READY: "machine", OTHER: "other-user"}
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


def packages(
    full: Iterable[str], provisioned: Iterable[str], others: Iterable[str] = ()
) -> Iterator[Software]:
    """Yield each family of packages once: as the user has it, else as the computer keeps it ready.

    Of several versions the newest counts. What only somebody else has comes last.
    """
    own, ready = _families(full, STORE), _families(provisioned, READY)
    theirs = _families(others, OTHER)
    yield from {**theirs, **ready, **own}.values()


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
            case [name, version, arch, resource, publisher] if not resource.startswith("split."):
                if name.startswith(_FRAMEWORKS) or (resource == "~" and source != READY):
                    continue
                maker = "Microsoft Corporation" if publisher in _MICROSOFT else ""
                family = f"{name}_{publisher}"
                named, vendor = _KNOWN.get(family.casefold(), (name, maker))
                yield (
                    family.casefold(),
                    Software(
                        name=shown(named),
                        version=shown(version, 40),
                        vendor=vendor,
                        source=source,
                        kind=Kind.PART if publisher == _OF_WINDOWS else Kind.PROGRAM,
                        arch=architecture(arch),
                        scope=_SCOPES[source],
                        ident=shown(family),
                    ),
                )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(
        int(part[:10]) for part in version.split(".") if part.isascii() and part.isdecimal()
    )
