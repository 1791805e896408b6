"""Reads the lifecycle catalogue: when makers end the support of operating systems."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec

from agentguard.base import paths
from agentguard.base.errors import CannotError
from agentguard.model.facts import Build, Lifecycle, LifecyclesKnown
from agentguard.model.moments import Moment
from agentguard.model.software import ProgramMatcher

NEVER = Moment(boot=0.0, wall=0.0)
Words = Annotated[str, msgspec.Meta(min_length=1)]


class System(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An operating system's release line as the file tells it."""

    product: Words
    editions: Annotated[tuple[Words, ...], msgspec.Meta(min_length=1)]
    prefix: Words
    ends: date
    source: Words


class Monthly(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The monthly fixes of a build of Windows as the file tells them."""

    build: int
    monthly: Annotated[tuple[tuple[date, int], ...], msgspec.Meta(min_length=1)]


class Catalogue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    compiled: date
    system: Annotated[tuple[System, ...], msgspec.Meta(min_length=1)]
    build: tuple[Monthly, ...] = ()


def known(at: Moment, programs: ProgramMatcher | None = None) -> LifecyclesKnown:
    """Return the shipped catalogue as an event, with what knows programs by their names.

    Raises:
        CannotError: the file is missing or damaged.

    """
    return replace(_shipped(), at=at, programs=programs)


@cache
def _shipped() -> LifecyclesKnown:
    return read(paths.resources() / "lifecycle.toml")


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
    """Read a catalogue: the day on which it was compiled, its systems, and Windows' monthly fixes.

    Raises:
        CannotError: it is damaged; says which line and what.

    """
    try:
        read = msgspec.convert(tomllib.loads(text), Catalogue)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise _damaged(str(error)) from error
    return LifecyclesKnown(
        at=NEVER,
        lines=tuple(map(_system, read.system)),
        builds=tuple(Build(build=b.build, monthly=tuple(sorted(b.monthly))) for b in read.build),
        compiled=read.compiled,
    )


def _system(one: System) -> Lifecycle:
    return Lifecycle(
        product=one.product,
        prefix=one.prefix,
        ends=one.ends,
        source=one.source,
        editions=one.editions,
    )


def _damaged(why: str) -> CannotError:
    return CannotError(f"The lifecycle catalogue is damaged: {why}.", "Install the program again.")
