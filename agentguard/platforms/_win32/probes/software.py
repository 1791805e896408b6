"""The installed software of the machine, in both views of its registry, and of the user.

The user's packages, such as those of the Store, stand in the user's own part of the registry.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress

from agentguard.model.facts import SoftwareSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._win32 import registry
from agentguard.platforms._win32 import software_answers as answers
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

UNINSTALL = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
WINDOWS = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
PACKAGES = (
    r"Software\Classes\Local Settings\Software\Microsoft\Windows"
    r"\CurrentVersion\AppModel\Repository\Packages"
)
_STORE = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Appx\AppxAllUserStore"
PROVISIONED = (rf"{_STORE}\Applications", rf"{_STORE}\InboxApplications")
PART = "software-part"

PLACES = (
    (answers.MACHINE, registry.MACHINE, registry.WIDE),
    (answers.NARROW, registry.MACHINE, registry.NARROW),
    (answers.USER, registry.USER, registry.WIDE),
)

PROGRAMS = frozenset(name for name, _, _ in PLACES)


def entries(failed: list[str]) -> Iterator[tuple[str, registry.Values]]:
    """Yield every uninstall entry with its place; names in `failed` the places that refused."""
    for name, root, view in PLACES:
        try:
            for child in registry.children(root, UNINSTALL, view):
                yield name, registry.values(root, f"{UNINSTALL}\\{child}", view)
        except OSError:
            failed.append(name)


def _packages(failed: list[str]) -> tuple[str, ...]:
    try:
        return registry.children(registry.USER, PACKAGES)
    except OSError:
        failed.append(answers.STORE)
        return ()


def _provisioned() -> Iterator[str]:
    """Yield what the computer keeps ready; where that may not be read, the user's own are all."""
    for place in PROVISIONED:
        with suppress(OSError):
            yield from registry.children(registry.MACHINE, place)


def read(at: Moment, _policy: Policy) -> SoftwareSeen:
    """Walk over the uninstall keys."""
    failed: list[str] = []
    windows = registry.values(registry.MACHINE, WINDOWS)
    packages = _packages(failed)
    if not packages and not answers.is_server(windows):
        failed.append(answers.STORE)
    items = answers.installed(entries(failed), windows, packages, _provisioned())
    if not items:
        return SoftwareSeen(at=at, unread="no-answer")
    # A Windows without a single program is not believed: its list was not read.
    whole = not failed and any(item.source in PROGRAMS for item in items)
    return SoftwareSeen(at=at, items=items, unread="" if whole else PART)


PROBE = Probe(name="software", every=21600, read=read)
