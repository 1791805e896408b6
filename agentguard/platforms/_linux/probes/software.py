"""The installed software of dpkg, rpm, flatpak and snap, and the distribution itself.

With them what no package manager knows: AppImages, browsers' extensions and portable programs.

What the distribution keeps up is told apart from what came from elsewhere: on Debian's kind apt
knows it by the archives, on Red Hat's a package names its vendor.

Where browsers keep their profiles, as a package, a snap or a flatpak: Chromium, "User Data
Directory"; Mozilla, "Profiles - Where Firefox stores your data".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from agentguard.model.facts import Kind, Software, SoftwareSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms import _extensions
from agentguard.platforms._architectures import architecture
from agentguard.platforms._extensions import Places, under
from agentguard.platforms._linux import portable_files
from agentguard.platforms._linux.probes import _system
from agentguard.platforms._linux.probes._asked import NO_ANSWER, NO_TOOL, Answer, ask
from agentguard.platforms._portable_programs import PortablePrograms
from agentguard.platforms._shown_words import shown
from agentguard.platforms._software_gaps import PART, gap
from agentguard.ports.desktop import Probe

_SCOPES = {"system": "machine", "user": "user"}
_NOBODY = frozenset({"(none)", "-", ""})
_MAIL = re.compile(r"\s*<[^>]*>")
_MARKS = re.compile(r"[*✓✪]+$")
_CHROMIUM = (
    ("chrome", ".config/google-chrome"),
    ("chrome", ".config/google-chrome-beta"),
    ("chrome", ".config/google-chrome-unstable"),
    ("chrome", ".var/app/com.google.Chrome/config/google-chrome"),
    ("chromium", ".config/chromium"),
    ("chromium", "snap/chromium/common/chromium"),
    ("chromium", ".var/app/org.chromium.Chromium/config/chromium"),
    ("edge", ".config/microsoft-edge"),
    ("edge", ".config/microsoft-edge-beta"),
    ("edge", ".config/microsoft-edge-dev"),
    ("edge", ".var/app/com.microsoft.Edge/config/microsoft-edge"),
    ("brave", ".config/BraveSoftware/Brave-Browser"),
    ("brave", "snap/brave/current/.config/BraveSoftware/Brave-Browser"),
    ("brave", ".var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser"),
    ("vivaldi", ".config/vivaldi"),
)
_FIREFOX = (
    ".mozilla/firefox",
    ".config/mozilla/firefox",
    "snap/firefox/common/.mozilla/firefox",
    ".var/app/org.mozilla.firefox/.mozilla/firefox",
)
NATIVE = ("dpkg", "rpm")
"""The package managers that distributions are made of."""
_programs = PortablePrograms()


@dataclass(frozen=True, slots=True)
class Source:
    """A package manager: how it is asked for tab-separated lines, and how a line is read."""

    name: str
    program: str
    args: tuple[str, ...]
    item: Callable[[list[str]], Software | None]


def _dpkg(fields: list[str]) -> Software | None:
    match fields:
        case [status, name, version, maintainer, *more] if status[1:2] == "i":
            item = _software(name, version, maintainer, "dpkg")
            return replace(item, arch=architecture(*more[:1] or ("",)), scope="machine")
    return None


def _rpm(fields: list[str]) -> Software | None:
    match fields:
        case [name, version, vendor, *more] if name != "gpg-pubkey":
            item = _software(name, version, vendor, "rpm")
            return replace(item, arch=architecture(*more[:1] or ("",)), scope="machine")
    return None


def _flatpak(fields: list[str]) -> Software | None:
    match fields:
        case [application, version, *more] if "." in application:
            branch, arch, place = (*more, "", "", "")[:3]
            vendor = ".".join(application.split(".")[:2])
            return replace(
                _software(application, version, vendor, "flatpak"),
                channel=shown(branch, 40),
                arch=architecture(arch),
                scope=_SCOPES.get(place.strip(), ""),
            )
    return None


def _snap(fields: list[str]) -> Software | None:
    match fields:
        case [name, version, _revision, channel, publisher, *_] if name != "Name":
            item = _software(name, version, _MARKS.sub("", publisher), "snap")
            followed = channel.removeprefix("latest/").rstrip("…")
            told = "" if followed in _NOBODY else shown(followed, 40)
            return replace(item, channel=told, scope="machine")
    return None


def _software(name: str, version: str, vendor: str, source: str) -> Software:
    said = shown(_MAIL.sub("", vendor))
    return Software(
        name=shown(name),
        version=shown(version, 80),
        vendor="" if said in _NOBODY else said,
        source=source,
        ident=shown(name),
    )


SOURCES = (
    Source(
        "dpkg",
        "dpkg-query",
        (
            "-W",
            "-f",
            r"${db:Status-Abbrev}\t${Package}\t${Version}\t${Maintainer}\t${Architecture}\n",
        ),
        _dpkg,
    ),
    Source(
        "rpm", "rpm", ("-qa", "--qf", r"%{NAME}\t%{VERSION}-%{RELEASE}\t%{VENDOR}\t%{ARCH}\n"), _rpm
    ),
    Source(
        "flatpak",
        "flatpak",
        ("list", "--app", "--columns=application,version,branch,arch,installation"),
        _flatpak,
    ),
    Source("snap", "snap", ("list", "--unicode=never", "--color=never"), _snap),
)


def read_from(
    answers: Mapping[str, Answer], at: Moment, release: str = "", own: frozenset[str] = frozenset()
) -> SoftwareSeen:
    """Put the sources' answers together with os-release's words.

    A source that is not installed is left out; one that failed makes the fact partly unread, and
    what the others told stays. `own` are the names of dpkg's packages that the distribution keeps
    up.
    """
    items = tuple(item for source in SOURCES for item in _items(source, answers))
    failed = [a for a in answers.values() if a.unread and a.unread != NO_TOOL]
    if not items:
        return SoftwareSeen(at=at, unread=failed[0].unread if failed else NO_ANSWER)
    native = next((i.source for i in items if i.source in NATIVE), NATIVE[0])
    system = _system.system(release, native)
    vendors = _system.VENDORS.get(system.edition, ()) if system else ()
    kept = (_kept(item, own, vendors) for item in items)
    every = (*((system,) if system else ()), *kept)
    return SoftwareSeen(at=at, items=every, unread=PART if failed else "")


def _kept(item: Software, own: frozenset[str], vendors: tuple[str, ...]) -> Software:
    """Mark a package that the distribution keeps up."""
    by_apt = item.source == "dpkg" and item.name in own
    by_vendor = item.source == "rpm" and item.vendor in vendors
    return replace(item, kind=Kind.PART) if by_apt or by_vendor else item


def _items(source: Source, answers: Mapping[str, Answer]) -> Iterator[Software]:
    answer = answers.get(source.name)
    if answer is None or answer.unread:
        return
    for line in answer.text.splitlines():
        fields = line.split() if source.name == "snap" else line.split("\t")
        item = source.item(fields)
        if item is not None and item.name:
            yield item


def read(at: Moment, _policy: Policy) -> SoftwareSeen:
    """Ask every package manager that is installed, and apt for what is the distribution's own."""
    answers = {source.name: ask(source.program, *source.args) for source in SOURCES}
    release = _system.release(Path("/"))
    system = _system.system(release, "")
    pattern = _system.own_packages(system.edition) if system else ""
    told = ask("apt", "list", "-qq", pattern) if pattern and answers["dpkg"].text else Answer()
    return with_home(read_from(answers, at, release, _system.names(told.text)), Path.home())


def with_home(seen: SoftwareSeen, home: Path, homes: Path = Path("/home")) -> SoftwareSeen:
    """Return the software with what stands in a person's own folders, and with what runs there."""
    images = portable_files.appimages(home)
    near = _extensions.extensions(places(home))
    running = _portable(home)
    items = (*seen.items, *images.items, *near.items, *(running or ()))
    if not seen.items:
        return replace(seen, items=items)
    part = bool(seen.unread) or not images.whole or running is None
    others = _system.others(home, homes)
    return replace(
        seen, items=items, unread=gap(part=part, extensions=not near.whole, others=others)
    )


def _portable(home: Path) -> tuple[Software, ...] | None:
    """Return the portable programs; None when the process table cannot be read."""
    try:
        paths = tuple(portable_files.running())
    except (psutil.Error, OSError):
        return None
    return _programs.seen(portable_files.portable(paths, home, _owned))


def _owned(paths: tuple[str, ...]) -> frozenset[str]:
    """Return those of the paths that are a package's."""
    told = ask("dpkg-query", "-S", *paths)
    if told.unread != NO_TOOL:
        return frozenset(line.partition(": ")[2] for line in told.text.splitlines())
    one_by_one = ask("rpm", "-qf", "--qf", r"%{NAME}\n", *paths)
    if one_by_one.unread == NO_TOOL:
        return frozenset()
    lines = one_by_one.text.splitlines()
    known = [bool(line) and " " not in line for line in lines] if len(lines) == len(paths) else []
    return frozenset(path for path, owned in zip(paths, known, strict=False) if owned)


PROBE = Probe(name="software", every=21600, read=read)


def places(home: Path) -> Places:
    """Return the places of one person's browsers."""
    return Places(
        home=home,
        browsers=under(home, _CHROMIUM),
        firefox=tuple(home / path for path in _FIREFOX),
    )
