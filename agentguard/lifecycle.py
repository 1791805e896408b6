"""Reads the lifecycle catalogue: when makers end the support of their release lines."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec

from agentguard import paths
from agentguard.errors import CannotError
from agentguard.model.facts import Lifecycle, LifecyclesKnown
from agentguard.model.moments import Moment

Words = Annotated[str, msgspec.Meta(min_length=1)]


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A release line as the file tells it."""

    product: Words
    names: Annotated[tuple[Words, ...], msgspec.Meta(min_length=1)]
    prefix: str
    ends: date
    source: Words


class Catalogue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    compiled: date
    line: Annotated[tuple[Line, ...], msgspec.Meta(min_length=1)]


def known(at: Moment) -> LifecyclesKnown:
    """Give the shipped catalogue as an event.

    Raises:
        CannotError: the file is missing or damaged.

    """
    compiled, lines = _shipped()
    return LifecyclesKnown(at=at, lines=lines, compiled=compiled)


@cache
def _shipped() -> tuple[date, tuple[Lifecycle, ...]]:
    return read(paths.resources() / "lifecycle.toml")


def read(file: Path) -> tuple[date, tuple[Lifecycle, ...]]:
    """Read a catalogue's file.

    Raises:
        CannotError: it is missing or damaged.

    """
    try:
        return parse(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged("it cannot be read") from error


def parse(text: str) -> tuple[date, tuple[Lifecycle, ...]]:
    """Read the day on which the catalogue was compiled, and its lines.

    Raises:
        CannotError: it is damaged; says which line and what.

    """
    try:
        read = msgspec.convert(tomllib.loads(text), Catalogue)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise _damaged(str(error)) from error
    return read.compiled, tuple(
        Lifecycle(
            product=one.product,
            names=one.names,
            prefix=one.prefix,
            ends=one.ends,
            source=one.source,
        )
        for one in read.line
    )


def _damaged(why: str) -> CannotError:
    return CannotError(f"The lifecycle catalogue is damaged: {why}.", "Install the program again.")
