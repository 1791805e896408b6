"""Reads the lifecycle catalogue: when makers end the support of operating systems.

What fixes each month brought to Windows and Office stands in a file of its own, which is made from
a public list (`python -m tools.lifecycle.builds`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import msgspec

from agentguard.base import paths
from agentguard.base.errors import CannotError
from agentguard.model.facts import Build, Channel, Lifecycle, LifecyclesKnown
from agentguard.model.moments import Moment
from agentguard.model.software import ProgramMatcher
from agentguard.model.vendors import ClassTeller

NEVER = Moment(boot=0.0, wall=0.0)
Words = Annotated[str, msgspec.Meta(min_length=1)]


class System(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An operating system's release line as the file tells it."""

    product: Words
    editions: Annotated[tuple[Words, ...], msgspec.Meta(min_length=1)]
    prefix: Words
    ends: date
    source: Words
    extended: date | None = None
    extended_from: int = 0


class Builds(msgspec.Struct, frozen=True, kw_only=True):
    """The file of monthly fixes: of clients, of servers, and of Office's channels."""

    compiled: date
    client: dict[str, tuple[tuple[date, int], ...]]
    server: dict[str, tuple[tuple[date, int], ...]]
    office: dict[str, tuple[tuple[str, date], ...]]


class Catalogue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    compiled: date
    system: Annotated[tuple[System, ...], msgspec.Meta(min_length=1)]


def known(
    at: Moment, programs: ProgramMatcher | None = None, classes: ClassTeller | None = None
) -> LifecyclesKnown:
    """Return the shipped catalogue as an event, with what knows programs and their classes.

    That of a pack that was taken may be newer.

    Raises:
        CannotError: the file is missing or damaged.

    """
    return replace(_shipped(), at=at, programs=programs, classes=classes)


@cache
def _shipped() -> LifecyclesKnown:
    systems = read(paths.resources() / "lifecycle.toml")
    told = read_builds(paths.resources() / "software" / "builds.json")
    return replace(systems, builds=told.builds, office=told.office)


def read(file: Path) -> LifecyclesKnown:
    """Read a catalogue's file.

    Raises:
        CannotError: it is missing or damaged.

    """
    try:
        return parse(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged("it cannot be read") from error


def parse(text: str) -> LifecyclesKnown:
    """Read a catalogue: the day on which it was compiled, and its systems.

    Raises:
        CannotError: it is damaged; says which line and what.

    """
    try:
        return told(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _damaged(str(error)) from error


def told(data: Mapping[str, Any]) -> LifecyclesKnown:
    """Read a catalogue that was taken apart already; days may be texts.

    Raises:
        CannotError: it is damaged; says what.

    """
    try:
        read = msgspec.convert(dict(data), Catalogue)
    except msgspec.ValidationError as error:
        raise _damaged(str(error)) from error
    return LifecyclesKnown(
        at=NEVER,
        lines=tuple(map(_system, read.system)),
        compiled=read.compiled,
    )


def read_builds(file: Path) -> LifecyclesKnown:
    """Read the file of monthly fixes: Windows' builds and Office's channels alone.

    Raises:
        CannotError: it is missing or damaged.

    """
    try:
        return told_builds(msgspec.json.decode(file.read_bytes()))
    except (OSError, ValueError) as error:
        raise _damaged(f"{file.name}: {error}") from error


def told_builds(data: Mapping[str, Any]) -> LifecyclesKnown:
    """Read monthly fixes that were taken apart already; days are texts.

    Raises:
        ValueError: they are damaged; says what.

    """
    told = msgspec.convert(dict(data), Builds)
    kinds = (told.client, False), (told.server, True)
    builds = tuple(
        Build(build=int(build), monthly=tuple(sorted(monthly)), server=server)
        for table, server in kinds
        for build, monthly in table.items()
    )
    office = tuple(Channel(name=name, releases=rows) for name, rows in told.office.items())
    return LifecyclesKnown(at=NEVER, builds=builds, office=office, compiled=told.compiled)


def _system(one: System) -> Lifecycle:
    return Lifecycle(
        product=one.product,
        prefix=one.prefix,
        ends=one.ends,
        source=one.source,
        editions=one.editions,
        extended=one.extended,
        extended_from=one.extended_from,
    )


def _damaged(why: str) -> CannotError:
    return CannotError(f"The lifecycle catalogue is damaged: {why}.", "Install the program again.")
