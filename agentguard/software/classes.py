"""Knows what programs are for: remote control, file sync, AI, recording, messaging, VPN.

The classes stand in `resources/software/classes.toml`, by product of the catalogue or by whole
names, each with its source; a name is known by rules as in `identify`, never by likeness.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec

from agentguard.base import paths
from agentguard.base.errors import CannotError
from agentguard.model.vendors import ProgramClass
from agentguard.software.catalogue import Catalogue, Example, Product, Rule
from agentguard.software.identify import Identifier, check

Words = Annotated[str, msgspec.Meta(min_length=1)]


class ClassedProgram(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A program as the file tells it: a `product` of the catalogue, or `names` with a `title`.

    `images` are what it runs as, `extensions` the ids of its extensions of browsers; `checked` is
    the day on which its source was read.
    """

    classes: Annotated[tuple[ProgramClass, ...], msgspec.Meta(min_length=1)]
    source: Words
    product: str = ""
    title: str = ""
    names: tuple[Words, ...] = ()
    publishers: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    extensions: tuple[Words, ...] = ()
    checked: date | None = None


class ClassFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    program: tuple[ClassedProgram, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """The classes of programs, ready to be asked in any number of threads."""

    programs: tuple[ClassedProgram, ...]
    products: Mapping[str, tuple[ProgramClass, ...]]
    names: Identifier
    extensions: Mapping[str, tuple[ProgramClass, ...]]

    def of(self, name: str, publisher: str, product: str) -> tuple[ProgramClass, ...]:
        """Return all classes of a program, none for what stands nowhere.

        `product` is the catalogue's name of it, or empty.
        """
        if product in self.products:
            return self.products[product]
        found = self.names.identify(name, publisher=publisher)
        return self.products[found.product.slug] if found and found.product else ()

    def of_extension(self, ident: str) -> tuple[ProgramClass, ...]:
        """Return all classes of a browser's extension; one called Zoom is no Zoom."""
        return self.extensions.get(ident, ())


@cache
def shipped() -> Classes:
    """Return the classes that ship with the program.

    Raises:
        CannotError: the file is missing or damaged.

    """
    return read(paths.resources() / "software" / "classes.toml")


def read(file: Path) -> Classes:
    """Read a file of classes, and hold its names to their examples.

    Raises:
        CannotError: it is missing or damaged; says what.

    """
    try:
        told = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), ClassFile)
        _examine(told.program)
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise CannotError(
            f"The classes of programs are damaged: {error}.", "Install the program again."
        ) from error
    own = [one for one in told.program if one.names]
    rules = tuple(_rule(one) for one in own)
    products = {one.title: Product(slug=one.title, title=one.title, source="") for one in own}
    names = Identifier(Catalogue(compiled=date.min, products=products, rules=rules))
    check(names, rules)
    return Classes(
        programs=told.program,
        products={one.product or one.title: one.classes for one in told.program},
        names=names,
        extensions={id_: one.classes for one in told.program for id_ in one.extensions},
    )


def _examine(programs: tuple[ClassedProgram, ...]) -> None:
    known: set[str] = set()
    for one in programs:
        key = one.product or one.title
        if not key or bool(one.product) is bool(one.title):
            raise ValueError(f"{key or 'a program'} needs a product or a title")
        if not (one.product or one.names or one.extensions):
            raise ValueError(f"{key} needs names, or the ids of extensions")
        if key in known:
            raise ValueError(f"{key} stands twice")
        known.add(key)


def _rule(one: ClassedProgram) -> Rule:
    return Rule(
        product=one.title,
        names=one.names,
        publishers=one.publishers,
        line="none",
        examples=tuple(Example(name=name) for name in one.examples),
    )
