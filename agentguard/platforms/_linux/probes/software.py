"""The installed software of dpkg, rpm, flatpak and snap."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from agentguard.model.facts import Software, SoftwareSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
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


def read_from(answers: Mapping[str, Answer], at: Moment) -> SoftwareSeen:
    """Put the sources' answers together.

    A source that is not installed is left out; one that failed makes the fact partly unread, and
    what the others told stays.
    """
    items = tuple(item for source in SOURCES for item in _items(source, answers))
    failed = [a for a in answers.values() if a.unread and a.unread != NO_TOOL]
    if not items:
        return SoftwareSeen(at=at, unread=failed[0].unread if failed else NO_ANSWER)
    return SoftwareSeen(at=at, items=items, unread=PART if failed else "")


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
    """Ask every package manager that is installed."""
    return read_from({source.name: ask(source.program, *source.args) for source in SOURCES}, at)


PROBE = Probe(name="software", every=21600, read=read)
