"""The installed software of dpkg, rpm, flatpak and snap, and the distribution itself.

What the distribution keeps up is told apart from what came from elsewhere: on Debian's kind apt
knows it by the archives, on Red Hat's a package names its vendor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from agentguard.model.facts import Kind, Software, SoftwareSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux.probes import _system
from agentguard.platforms._linux.probes._asked import NO_ANSWER, NO_TOOL, Answer, ask
from agentguard.ports.desktop import Probe

PART = "software-part"
_NOBODY = frozenset({"(none)", "-", ""})
_MAIL = re.compile(r"\s*<[^>]*>")
_MARKS = re.compile(r"[*✓✪]+$")


@dataclass(frozen=True, slots=True)
class Source:
    """A package manager: how it is asked for tab-separated lines, and how a line is read."""

    name: str
    program: str
    args: tuple[str, ...]
    item: Callable[[list[str]], Software | None]


def _dpkg(fields: list[str]) -> Software | None:
    match fields:
        case [status, name, version, maintainer] if status[1:2] == "i":
            return _software(name, version, maintainer, "dpkg")
    return None


def _rpm(fields: list[str]) -> Software | None:
    match fields:
        case [name, version, vendor] if name != "gpg-pubkey":
            return _software(name, version, vendor, "rpm")
    return None


def _flatpak(fields: list[str]) -> Software | None:
    match fields:
        case [application, version, *_] if "." in application:
            vendor = ".".join(application.split(".")[:2])
            return _software(application, version, vendor, "flatpak")
    return None


def _snap(fields: list[str]) -> Software | None:
    match fields:
        case [name, version, _revision, _channel, publisher, *_] if name != "Name":
            return _software(name, version, _MARKS.sub("", publisher), "snap")
    return None


def _software(name: str, version: str, vendor: str, source: str) -> Software | None:
    said = _MAIL.sub("", vendor).strip()
    return Software(
        name=name.strip(),
        version=version.strip(),
        vendor="" if said in _NOBODY else said,
        source=source,
    )


SOURCES = (
    Source(
        "dpkg",
        "dpkg-query",
        ("-W", "-f", r"${db:Status-Abbrev}\t${Package}\t${Version}\t${Maintainer}\n"),
        _dpkg,
    ),
    Source("rpm", "rpm", ("-qa", "--qf", r"%{NAME}\t%{VERSION}-%{RELEASE}\t%{VENDOR}\n"), _rpm),
    Source("flatpak", "flatpak", ("list", "--app", "--columns=application,version"), _flatpak),
    Source("snap", "snap", ("list", "--unicode=never", "--color=never"), _snap),
)


NATIVE = ("dpkg", "rpm")
"""The package managers that distributions are made of."""


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
    return read_from(answers, at, release, _system.names(told.text))


PROBE = Probe(name="software", every=21600, read=read)
