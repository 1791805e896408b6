"""Reads the software catalogue that ships with the program, from `resources/software`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from agentguard.base import paths
from agentguard.base.errors import CannotError
from agentguard.software.catalogue import (
    Catalogue,
    End,
    Example,
    Exploited,
    Product,
    ReleaseLine,
    Rule,
)
from agentguard.software.match import Matcher

FORMAT = 1
T = TypeVar("T")
Words = Annotated[str, msgspec.Meta(min_length=1)]


class _Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    line: Words
    source: Words
    checked: date | None = None
    released: date | None = None
    security: date | bool | None = None
    extended: date | bool | None = None
    latest: str = ""
    long_term: bool = False


class _Product(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    product: Words
    title: Words
    source: str = ""
    before: str = ""
    weeks: int = 0
    note: str = ""
    like: str = ""
    lines: tuple[_Line, ...] = ()


class _Products(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    product: tuple[_Product, ...]
    older_is_ended: tuple[str, ...] = ()
    aliases: dict[str, dict[str, str]] = {}


class _Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    names: Annotated[tuple[Words, ...], msgspec.Meta(min_length=1)]
    product: str = ""
    kind: str = "app"
    publishers: tuple[str, ...] = ()
    version: str = "plain"
    prefer: bool = False
    line: str = "prefix"
    before: str = ""
    examples: tuple[tuple[str, str, str, str], ...] = ()
    refused: tuple[tuple[str, str, str], ...] = ()


class _Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    rule: tuple[_Rule, ...]


@cache
def matcher() -> Matcher:
    """Return the shipped catalogue, ready to be asked.

    Raises:
        CannotError: a file of it is missing or damaged.

    """
    return Matcher(read(paths.resources() / "software"))


def read(folder: Path) -> Catalogue:
    """Read a catalogue's folder: public lists, `products.toml` and `rules/*.toml`.

    Raises:
        CannotError: a file is missing or damaged; says which and what.

    """
    try:
        public = json.loads((folder / "lifecycle.json").read_text(encoding="utf-8"))
        kept = _toml(folder / "products.toml", _Products)
        rules = [_toml(file, _Rules) for file in sorted((folder / "rules").glob("*.toml"))]
        products = {one.slug: one for one in _public(public)}
        dated = json.loads((folder / "releases.json").read_text(encoding="utf-8"))
        listed = json.loads((folder / "exploited.json").read_text(encoding="utf-8"))
        attacks = [(str(row["product"]), _exploited(row)) for row in listed["exploited"]]
        releases = {slug: _releases(rows) for slug, rows in dated["releases"].items()}
        compiled = min(date.fromisoformat(one["compiled"]) for one in (public, dated))
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        raise CannotError(
            f"The software catalogue is damaged: {error}.", "Install the program again."
        ) from error
    for slug in kept.older_is_ended:
        products[slug] = replace(products[slug], before="ended")
    for slug, aliases in kept.aliases.items():
        products[slug] = replace(products[slug], aliases=tuple(aliases.items()))
    for told in kept.product:
        own = _kept(told, products)
        products[told.product] = replace(own, releases=releases.get(told.product, ()))
    for slug, product in products.items():
        mine = tuple(one for name, one in attacks if name == slug)
        products[slug] = replace(product, exploited=mine) if mine else product
    return Catalogue(
        compiled=compiled,
        products=products,
        rules=tuple(_rule(one) for file in rules for one in file.rule),
    )


def _toml(file: Path, shape: type[T]) -> T:
    try:
        return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), shape)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"{file.name}: {error}") from error


def _public(told: dict[str, Any]) -> Iterator[Product]:
    if told["format"] != FORMAT:
        raise ValueError(f"lifecycle.json: format {told['format']}")
    for slug, one in told["products"].items():
        yield Product(
            slug=slug,
            title=one["title"],
            source=one["page"],
            lines=tuple(_listed(row) for row in one["lines"]),
        )


def _listed(row: list[Any]) -> ReleaseLine:
    name, released, active, security, extended, latest, _, long_term, source = row
    ends = [_end(one) for one in (active, security, extended)]
    return ReleaseLine(
        name=name,
        released=date.fromisoformat(released) if released else None,
        active=ends[0],
        security=ends[1],
        extended=ends[2],
        latest=latest or "",
        long_term=long_term,
        source=source,
    )


def _end(told: Any) -> End:
    return date.fromisoformat(told) if isinstance(told, str) else told


def _exploited(row: dict[str, str]) -> Exploited:
    return Exploited(
        cve=row["cve"],
        added=date.fromisoformat(row["added"]),
        lines=row["lines"],
        first=row["from"],
        below=row.get("below", ""),
        through=row.get("through", ""),
    )


def _releases(rows: list[list[str]]) -> tuple[tuple[str, date], ...]:
    return tuple((version, date.fromisoformat(day)) for version, day in rows)


def _kept(told: _Product, products: dict[str, Product]) -> Product:
    own = tuple(
        ReleaseLine(
            name=one.line,
            released=one.released,
            security=one.security,
            extended=one.extended,
            latest=one.latest,
            long_term=one.long_term,
            source=one.source,
        )
        for one in told.lines
    )
    return Product(
        slug=told.product,
        title=told.title,
        source=told.source,
        lines=own or (products[told.like].lines if told.like else ()),
        before=told.before,
        weeks=told.weeks,
        note=told.note,
    )


def _rule(told: _Rule) -> Rule:
    return Rule(
        product=told.product,
        names=told.names,
        kind=told.kind,
        publishers=told.publishers,
        version=told.version,
        prefer=told.prefer,
        line=told.line,
        before=told.before,
        examples=tuple(
            Example(name=n, version=v, publisher=p, line=line) for n, v, p, line in told.examples
        ),
        refused=tuple(Example(name=n, version=v, publisher=p) for n, v, p in told.refused),
    )
