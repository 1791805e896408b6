"""Knows a program by rules, each with its examples: a whole name, and its publisher where told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import re2

from agentguard.base.errors import CannotError
from agentguard.software import lines
from agentguard.software.catalogue import Catalogue, Example, Product, Rule
from agentguard.software.versions import TRANSFORMS, key, plain

PARTS = {
    "{v}": r"(?P<version>[0-9][0-9A-Za-z.+_-]*)",
    "{arch}": r"(?:[ -]*[(\[]?(?:x64 edition|64-bit x64|32-bit x86|ARM 64-bit|x64|x86|x86_64|amd64|"
    r"arm64|aarch64|64[- ]?bits?|32[- ]?bits?|win64|win32|64|32)[)\]]?)?",
    "{user}": r"(?: \((?:User|Machine|System|current user|only current user|all users)\))?",
    "{lang}": r"(?: [-(]? ?[a-z]{2,3}(?:-[a-z0-9]{2,8})?\)?)?",
}
"""What a rule's pattern may name instead of writing it out."""
LONGEST = 300
"""Characters of a name that are looked at; Windows' own limit is shorter."""
NOT_JUDGED = frozenset({"component", "update"})
"""Kinds that are a part of something else, and are never judged alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which product a program is, its line and version as its maker counts them, and by which rule.

    `product` is None for what is a part of another program; `rule` names the rule.
    """

    product: Product | None
    kind: str
    line: str
    version: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    rule: Rule
    product: Product | None
    patterns: tuple[Any, ...]


class Identifier:
    """The rules of a catalogue, in their order: the first that fits is the one.

    Raises:
        CannotError: a rule cannot be read, or does not hold for its own examples.

    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._rules = tuple(_compiled(rule, catalogue.products) for rule in catalogue.rules)
        self._set = re2.Set.FullMatchSet(_options())
        self._owner: list[_Compiled] = []
        for one in self._rules:
            for name in one.rule.names:
                self._set.Add(expanded(name))
                self._owner.append(one)
        if self._owner:
            self._set.Compile()

    def identify(self, name: str, version: str = "", publisher: str = "") -> Identity | None:
        """Return what a program is; None when no rule names it."""
        shown = " ".join(name[:LONGEST].replace("\N{NO-BREAK SPACE}", " ").split())
        if not shown or not self._owner:
            return None
        for at in sorted(self._set.Match(shown.encode("utf-8", "replace").decode()) or ()):
            if found := _fits(self._owner[at], shown, version, publisher):
                return found
        return None


def check(identifier: Identifier, rules: Iterable[Rule]) -> None:
    """Hold every rule to its examples.

    Raises:
        CannotError: one is not known as its rule says; names the rule and the example.

    """
    for rule in rules:
        for one in rule.examples:
            found = identifier.identify(one.name, one.version, one.publisher)
            if found is None or _slug(found) != rule.product or not _same_line(found, one):
                raise _broken(rule, one)
        for one in rule.refused:
            found = identifier.identify(one.name, one.version, one.publisher)
            if found is not None and _slug(found) == rule.product:
                raise _broken(rule, one)


def expanded(pattern: str) -> str:
    """Return a rule's pattern with its named parts written out."""
    for name, part in PARTS.items():
        pattern = pattern.replace(name, part)
    return pattern


def _slug(found: Identity) -> str:
    return found.product.slug if found.product else ""


def _same_line(found: Identity, one: Example) -> bool:
    return not one.line or found.line == one.line


def _broken(rule: Rule, one: Example) -> CannotError:
    return CannotError(
        f"The rule for {rule.product or rule.kind} does not hold for its example “{one.name}”.",
        "Correct the rule, or the example.",
    )


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return options


def _compiled(rule: Rule, products: Mapping[str, Product]) -> _Compiled:
    named = f"The rule for {rule.product or rule.kind}"
    for kind, word, known in (
        ("way to its line", rule.line, lines.way(rule.line)),
        ("way to its version", rule.version, TRANSFORMS.get(rule.version)),
    ):
        if known is None:
            raise CannotError(f"{named} names an unknown {kind}: {word}.", "Correct the rule.")
    if rule.product and rule.product not in products:
        raise CannotError(f"{named} is of no product.", "Add the product to the catalogue.")
    try:
        patterns = tuple(re2.compile(expanded(name), _options()) for name in rule.names)
    except re2.error as error:
        raise CannotError(f"{named} has a damaged pattern: {error}.", "Correct it.") from error
    return _Compiled(rule=rule, product=products.get(rule.product), patterns=patterns)


def _fits(one: _Compiled, name: str, version: str, publisher: str) -> Identity | None:
    rule = one.rule
    if rule.publishers and publisher.strip() and not _published(publisher, rule.publishers):
        return None
    match = next((m for p in one.patterns if (m := p.fullmatch(name))), None)
    if match is None:
        return None
    told = {key: value for key, value in match.groupdict().items() if value}
    own = TRANSFORMS[rule.version](version) if version.strip() else ""
    said = plain(told.get("version", ""))
    counted = (said or own) if rule.prefer else (own or said)
    if rule.before and not (counted and key(counted) < key(rule.before)):
        return None
    way, product = lines.way(rule.line), one.product
    line = way(product, name, counted, told) if product and way else ""
    return Identity(product=product, kind=rule.kind, line=line, version=counted, rule=rule.names[0])


def _published(publisher: str, patterns: Iterable[str]) -> bool:
    shown = " ".join(publisher.casefold().split())
    return any(fnmatchcase(shown, pattern.casefold()) for pattern in patterns)
