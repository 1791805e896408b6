"""The installed software of the machine, in both views of its registry, and of its users.

With it what stands in no list of programs: packages, runtimes, browsers' extensions, and portable
programs that run. What belongs to somebody who is not signed in is not seen, and that is told.

Where browsers keep the profiles of a person: Chromium, "User Data Directory"; Mozilla, "Profiles -
Where Firefox stores your data".
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import psutil

from agentguard.model.facts import Software, SoftwareSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._extensions import Places, extensions, under
from agentguard.platforms._portable_programs import PortablePrograms, Signed
from agentguard.platforms._software_gaps import gap
from agentguard.platforms._win32 import api, people, registry, software_keys
from agentguard.platforms._win32 import software_answers as answers
from agentguard.platforms._win32.drives import network_drives
from agentguard.platforms._win32.package_answers import STORE
from agentguard.platforms._win32.portable_answers import Folders, portable
from agentguard.platforms._win32.probes.programs import processes
from agentguard.platforms._win32.signers import signer, version
from agentguard.platforms._win32.software_answers import Beside, Listed
from agentguard.ports.desktop import Probe

_CHROMIUM = (
    ("chrome", "Google/Chrome/User Data"),
    ("chrome", "Google/Chrome Beta/User Data"),
    ("chrome", "Google/Chrome Dev/User Data"),
    ("chrome", "Google/Chrome SxS/User Data"),
    ("chromium", "Chromium/User Data"),
    ("edge", "Microsoft/Edge/User Data"),
    ("edge", "Microsoft/Edge Beta/User Data"),
    ("edge", "Microsoft/Edge Dev/User Data"),
    ("edge", "Microsoft/Edge SxS/User Data"),
    ("brave", "BraveSoftware/Brave-Browser/User Data"),
    ("brave", "BraveSoftware/Brave-Browser-Beta/User Data"),
    ("vivaldi", "Vivaldi/User Data"),
)


if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")
UNINSTALL = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
WINDOWS = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_PACKAGES = r"Local Settings\Software\Microsoft\Windows\CurrentVersion\AppModel\Repository\Packages"
PACKAGES = rf"Software\Classes\{_PACKAGES}"
_STORE = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Appx\AppxAllUserStore"
PROVISIONED = (rf"{_STORE}\Applications", rf"{_STORE}\InboxApplications")
PLACES = (
    (answers.MACHINE, registry.MACHINE, UNINSTALL, registry.WIDE),
    (answers.NARROW, registry.MACHINE, UNINSTALL, registry.NARROW),
    (answers.USER, registry.USER, UNINSTALL, registry.WIDE),
)
PROGRAMS = frozenset({answers.MACHINE, answers.NARROW, answers.USER, answers.OTHER})
T = TypeVar("T")
NO_SOFTWARE: tuple[Software, ...] = ()
_programs = PortablePrograms(lambda path: Signed(version=version(path), signer=signer(path)))
_OF_SYSTEM = ("SYSTEMROOT", "ProgramFiles", "ProgramW6432", "ProgramFiles(x86)")


class Look:
    """One look; `failed` names the places that refused, `unseen` whether somebody was not seen."""

    def __init__(self) -> None:
        self.failed: set[str] = set()
        self.unseen = False

    def entries(self) -> Iterator[Listed]:
        """Yield every uninstall entry with its place."""
        for name, root, path, view in (*PLACES, *self._of_others()):
            try:
                keys = registry.children(root, path, view)
            except OSError:
                self._refused(name)
                continue
            for key in keys:
                try:
                    entry = registry.values(root, rf"{path}\{key}", view)
                except OSError:
                    self._refused(name)
                else:
                    yield Listed(place=name, entry=entry, key=key)

    def _refused(self, name: str) -> None:
        if name == answers.OTHER:
            self.unseen = True
        else:
            self.failed.add(name)

    def _of_others(self) -> Iterator[tuple[str, int, str, int]]:
        for sid in self._people():
            yield answers.OTHER, registry.USERS, rf"{sid}\{UNINSTALL}", registry.WIDE

    def _people(self) -> tuple[str, ...]:
        try:
            return people.others()
        except OSError:
            self.unseen = True
            return ()

    def windows(self) -> Mapping[str, object]:
        """Return what Windows says of itself."""
        nothing: Mapping[str, object] = {}
        return self._told(
            answers.SYSTEM, lambda: registry.values(registry.MACHINE, WINDOWS), nothing
        )

    def beside(self, *, server: bool) -> Beside:
        """Return what stands beside the list of programs."""
        nothing: tuple[str, ...] = ()
        no_values: Mapping[str, object] = {}
        no_codes: Mapping[str, str] = {}
        packages = self._told(STORE, lambda: registry.children(registry.USER, PACKAGES), nothing)
        if not packages and not server:
            self.failed.add(STORE)
        return Beside(
            packages=packages,
            provisioned=tuple(_provisioned()),
            of_others=tuple(self._packages_of_others()),
            codes=self._told("codes", software_keys.upgrade_codes, no_codes),
            office=self._told("office", software_keys.office, no_values),
            runtimes=self._told("runtimes", software_keys.runtimes, NO_SOFTWARE),
            long_term=self._told("citrix", software_keys.long_term, False),
        )

    def _packages_of_others(self) -> Iterator[str]:
        for sid in self._people():
            try:
                yield from registry.children(registry.USERS, rf"{sid}_Classes\{_PACKAGES}")
            except OSError:
                self.unseen = True

    def _told(self, name: str, ask: Callable[[], T], nothing: T) -> T:
        try:
            return ask()
        except OSError:
            self.failed.add(name)
            return nothing

    def portable(self, listed: list[Listed], home: Path) -> tuple[Software, ...]:
        """Return the programs that ran and that nobody has installed."""
        folders = Folders(
            system=tuple(os.environ.get(name, "") for name in _OF_SYSTEM),
            home=str(home),
            temporary=os.environ.get("TEMP", ""),
        )
        try:
            running = [api.image_path(pid) for _, pid in processes()]
        except (psutil.Error, OSError):
            self.failed.add("portable")
            return ()
        return _programs.seen(portable(running, listed, folders, network_drives()))


def _provisioned() -> Iterator[str]:
    """Yield what the computer keeps ready; where that may not be read, the user's own are all."""
    for place in PROVISIONED:
        with suppress(OSError):
            yield from registry.children(registry.MACHINE, place)


def read(at: Moment, _policy: Policy) -> SoftwareSeen:
    """Walk over the uninstall keys, and over what stands beside them."""
    look, home = Look(), Path.home()
    windows = look.windows()
    listed = list(look.entries())
    beside = look.beside(server=answers.is_server(windows))
    items = answers.installed(listed, windows, beside)
    if not items:
        return SoftwareSeen(at=at, unread="no-answer")
    # A Windows without a single program is not believed: its list was not read.
    part = not any(item.source in PROGRAMS for item in items)
    near = extensions(places(home))
    portables = look.portable(listed, home)
    unread = gap(
        part=part or bool(look.failed),
        extensions=not near.whole,
        others=look.unseen or people.absent(),
    )
    return SoftwareSeen(at=at, items=(*items, *near.items, *portables), unread=unread)


PROBE = Probe(name="software", every=21600, read=read)


def places(home: Path) -> Places:
    """Return the places of one person's browsers."""
    return Places(
        home=home,
        browsers=under(home / "AppData/Local", _CHROMIUM),
        firefox=(home / "AppData/Roaming/Mozilla/Firefox",),
    )
