"""The catalogue as one document of plain data, as a pack and the shipped folder hold it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from sys import intern
from typing import Annotated, Any, Literal

import msgspec

from agentguard.base import lifecycle
from agentguard.base.errors import CannotError
from agentguard.model.facts import LifecyclesKnown
from agentguard.software.catalogue import (
    Catalogue,
    End,
    Example,
    Exploited,
    Product,
    ReleaseLine,
    Rule,
)
from agentguard.software.packed_products import PackedProducts

FORMAT = 1
Words = Annotated[str, msgspec.Meta(min_length=1)]
Document = Mapping[str, Any]
"""Its keys are those of `_Document`."""


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
    scheme: Literal["plain", "zoom"] = "plain"
    note: str = ""
    like: str = ""
    lines: tuple[_Line, ...] = ()


class Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is kept by hand: products that no public list has, and what holds of the others."""

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


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of rules."""

    rule: tuple[_Rule, ...]


class _Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Words
    licence: str
    day: date
    snapshot: str = ""


class _Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: int
    seq: int
    compiled: date
    sources: tuple[_Source, ...]
    products: dict[str, dict[str, Any]]
    releases: dict[str, list[list[str]]]
    exploited: list[dict[str, str]]
    not_matched: list[dict[str, str]]
    kept: Kept
    rules: tuple[_Rule, ...]
    systems: dict[str, Any]
    builds: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where facts were taken from, and the day on which they were as they stand here."""

    name: str
    licence: str
    day: date
    snapshot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """An entry of the list of what is attacked that matches no product for certain."""

    cve: str
    product: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A whole catalogue: what programs are matched with, and what is told of it itself.

    `seq` orders catalogues: the day on which one was made, and its number on that day.
    """

    seq: int
    catalogue: Catalogue
    systems: LifecyclesKnown
    sources: tuple[Source, ...]
    not_matched: tuple[Unmatched, ...]

    @property
    def compiled(self) -> date:
        """The day on which all its dates of support were true."""
        return self.catalogue.compiled

    @property
    def lines(self) -> int:
        """How many release lines it has."""
        return sum(len(one.lines) for one in self.catalogue.products.values())

    @property
    def exploited(self) -> int:
        """How many ranges of versions are known to be attacked."""
        return sum(len(one.exploited) for one in self.catalogue.products.values())


def contents(told: Document) -> Contents:
    """Return what a document says.

    Raises:
        ValueError: it is no catalogue; says what is wrong.

    """
    try:
        return _told(told)
    finally:
        _day.cache_clear()  # a day that many lines share is one object; which they are is no news


def _told(told: Document) -> Contents:
    try:
        whole = msgspec.convert(dict(told), _Document)
        return Contents(
            seq=whole.seq,
            catalogue=_catalogue(whole),
            systems=_systems(whole),
            sources=tuple(_source(one) for one in whole.sources),
            not_matched=tuple(_unmatched(row) for row in whole.not_matched),
        )
    except (KeyError, TypeError, AttributeError, CannotError, msgspec.ValidationError) as error:
        raise ValueError(str(error)) from error


def _catalogue(whole: _Document) -> Catalogue:
    kept = whole.kept
    products = {one.slug: one for one in _public(whole.products)}
    releases = {slug: _releases(rows) for slug, rows in whole.releases.items()}
    attacks = [(row["product"], _exploited(row)) for row in whole.exploited]
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
        compiled=whole.compiled,
        products=PackedProducts(products),
        rules=tuple(map(_rule, whole.rules)),
    )


def _systems(whole: _Document) -> LifecyclesKnown:
    monthly = lifecycle.told_builds(whole.builds)
    return replace(lifecycle.told(whole.systems), builds=monthly.builds, office=monthly.office)


def _source(told: _Source) -> Source:
    return Source(name=told.name, licence=told.licence, day=told.day, snapshot=told.snapshot)


def _unmatched(row: Mapping[str, str]) -> Unmatched:
    return Unmatched(cve=row["cve"], product=row["product"], why=row["why"])


def _public(told: Mapping[str, Mapping[str, Any]]) -> Iterator[Product]:
    for slug, one in told.items():
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
        name=intern(name),
        released=_day(released) if released else None,
        active=ends[0],
        security=ends[1],
        extended=ends[2],
        latest=intern(latest or ""),
        long_term=long_term,
        source=intern(source),
    )


def _end(told: Any) -> End:
    return _day(told) if isinstance(told, str) else told


@cache
def _day(told: str) -> date:
    return date.fromisoformat(told)


def _exploited(row: dict[str, str]) -> Exploited:
    return Exploited(
        cve=row["cve"],
        added=_day(row["added"]),
        lines=row["lines"],
        first=row["from"],
        below=row.get("below", ""),
        through=row.get("through", ""),
        severity=row.get("severity", ""),
    )


def _releases(rows: list[list[str]]) -> tuple[tuple[str, date], ...]:
    return tuple((version, _day(day)) for version, day in rows)


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
        scheme=told.scheme,
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
