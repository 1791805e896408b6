"""The values of the software catalogue: products, their release lines and rules to know them by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

End = date | bool | None
"""The last day of a support: True when it has ended on a day that is not told, False when no end is
announced, None when nothing is known of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLine:
    """A release line: `security` ends what comes without an extra contract, `extended` the rest."""

    name: str
    released: date | None = None
    active: End = None
    security: End = None
    extended: End = None
    latest: str = ""
    long_term: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploited:
    """Versions of a product with a fault that attackers are known to use, by a public list.

    They begin with `first` (empty: with the oldest) and end before `below`, or with `through`.
    `lines` is a pattern of the lines that are meant (* and ?), empty for all; `added` the day on
    which the list took it in; `severity` how bad its record says it is, as CVSS words it, empty
    where the record does not.
    """

    cve: str
    added: date
    lines: str = ""
    first: str = ""
    below: str = ""
    through: str = ""
    severity: str = ""

    @property
    def bound(self) -> str:
        """The version that ends the range."""
        return self.below or self.through


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product with its lines, the newest first.

    `before` tells what holds of a line that the list leaves out and that comes before one which has
    ended: `ended`, or nothing. `aliases` are other names of lines: SQL Server 2016 is 13.0. An
    evergreen product has releases with their days instead, and its maker keeps one up for `weeks`
    after the next (0: not told). `scheme` is the transform that its releases are compared in.
    `note` says why there is no date at all.
    """

    slug: str
    title: str
    source: str
    lines: tuple[ReleaseLine, ...] = ()
    before: str = ""
    weeks: int = 0
    scheme: str = "plain"
    releases: tuple[tuple[str, date], ...] = ()
    note: str = ""
    aliases: tuple[tuple[str, str], ...] = ()
    exploited: tuple[Exploited, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A name as systems show it, and what a rule must make of it."""

    name: str
    version: str = ""
    publisher: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How a product is known: whole names as patterns, publishers, and the way to its line.

    `line` names a function of `lines.py`; `version` a transform of `versions.py`; with `prefer` the
    version in the name counts before the installer's; with `before` it is only for versions before
    that one.
    """

    product: str
    names: tuple[str, ...]
    kind: str = "app"
    publishers: tuple[str, ...] = ()
    version: str = "plain"
    prefer: bool = False
    line: str = "prefix"
    before: str = ""
    examples: tuple[Example, ...] = ()
    refused: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All of it; `compiled` is the day on which its dates were true."""

    compiled: date
    products: Mapping[str, Product]
    rules: tuple[Rule, ...]
