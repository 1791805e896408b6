"""Knows a program by rules, each with its examples: a whole name, and its publisher where told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

import re2

from agentguard.base.errors import CannotError
from agentguard.software import lines
from agentguard.software.catalogue import Catalogue, Example, Product, Rule
from agentguard.software.versions import TRANSFORMS, key

PARTS = {
    "{v}": r"(?P<version>[0-9][0-9A-Za-z.+_-]*)",
    "{arch}": r"(?:[ -]*[(\[]?(?:x64 edition|64-bit x64|32-bit x86|ARM 64-bit|x64|x86|x86_64|amd64|"
    r"arm64|aarch64|64[- ]?bits?|32[- ]?bits?|win64|win32|64|32)[)\]]?)?",
    "{user}": r"(?: \((?:User|Machine|System|current user|only current user|all users)\))?",
    "{lang}": r"(?: [-(]? ?[a-z]{2,3}(?:-[a-z0-9]{2,8})?\)?)?",
    "{rest}": r"(?P<rest>(?:[^0-9A-Za-z].*)?)",
}
"""What a rule's pattern may name instead of writing it out."""
ANOTHER = re2.compile(
    r"(?i)\b(?:plug-?ins?|add-?(?:in|on)s?|extensions?|drivers?|updater|uninstaller|sdk|api|samples|"
    r"documentation|dictionar(?:y|ies)|fonts|service pack|language pack|help pack)\b"
)
"""What makes another thing of a program's name when it stands in the `{rest}` behind it."""
UNSEEN = re2.compile(r"[\pC®™]+")
"""What a person does not see in a name, and the signs of a trade mark."""
LONGEST = 300
"""Characters of a name; Windows' own limit is shorter, and what is longer names no program."""
LOOKED_AT = 2000
"""Characters of a name before its spaces are told apart; padding is not looked through further."""
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


class Identifier:
    """The rules of a catalogue, in their order: the first that fits is the one.

    Raises:
        CannotError: a rule cannot be read, or does not hold for its own examples.

    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._products = catalogue.products
        self._set = re2.Set.FullMatchSet(_options())
        self._owner: list[tuple[Rule, str]] = []
        for rule in catalogue.rules:
            _examine(rule, catalogue.products)
            for name in rule.names:
                self._add(rule, expanded(name))
        self._compile()

    def _compile(self) -> None:
        try:
            if self._owner:
                self._set.Compile()
        except re2.error as error:
            raise CannotError(
                f"The rules are too many, or too long: {error}.", "Take some away."
            ) from error

    def _add(self, rule: Rule, pattern: str) -> None:
        try:
            self._set.Add(pattern)
        except re2.error as error:
            raise CannotError(
                f"{_named(rule)} has a damaged pattern: {error}.", "Correct it."
            ) from error
        self._owner.append((rule, pattern))

    def identify(self, name: str, version: str = "", publisher: str = "") -> Identity | None:
        """Return what a program is; None when no rule names it."""
        shown = seen(name)
        if not shown or len(shown) > LONGEST or not self._owner:
            return None
        for at in sorted(self._set.Match(shown) or ()):
            rule, pattern = self._owner[at]
            if found := self._fits(rule, pattern, shown, version, publisher):
                return found
        return None

    def _fits(
        self, rule: Rule, pattern: str, name: str, version: str, publisher: str
    ) -> Identity | None:
        if rule.publishers and publisher.strip() and not _published(publisher, rule.publishers):
            return None
        own = TRANSFORMS[rule.version](version)
        told = _told(pattern, name) if _reads(rule, pattern, name, own) else {}
        if ANOTHER.search(told.get("rest", "")):
            return None
        said = TRANSFORMS[rule.version](told.get("version", ""))
        counted = (said or own) if rule.prefer else (own or said)
        if rule.before and not (counted and key(counted) < key(rule.before)):
            return None
        way, product = lines.way(rule.line), self._products.get(rule.product)
        line = way(product, name, counted, told) if product and way else ""
        return Identity(
            product=product, kind=rule.kind, line=line, version=counted, rule=rule.names[0]
        )


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


def seen(name: str) -> str:
    """Return a name as a person sees it: its words with a space between them.

    Control signs, halves of signs that Windows lets stand alone, and marks of a right are left out.
    """
    whole = " ".join(name[:LOOKED_AT].split()).encode("utf-8", "ignore").decode()
    return " ".join(str(UNSEEN.sub("", whole)).split())


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


def _named(rule: Rule) -> str:
    return f"The rule for {rule.product or rule.kind}"


def _examine(rule: Rule, products: Mapping[str, Product]) -> None:
    for kind, word, known in (
        ("way to its line", rule.line, lines.way(rule.line)),
        ("way to its version", rule.version, TRANSFORMS.get(rule.version)),
    ):
        if known is None:
            raise CannotError(
                f"{_named(rule)} names an unknown {kind}: {word}.", "Correct the rule."
            )
    if rule.product and rule.product not in products:
        raise CannotError(f"{_named(rule)} is of no product.", "Add the product to the catalogue.")


@lru_cache(maxsize=64)
def _pattern(text: str) -> Any:
    """Compile a pattern at its first hit: a desk has a few dozen programs, and rules are many."""
    return re2.compile(text, _options())


def _reads(rule: Rule, pattern: str, name: str, own: str) -> bool:
    """Check whether more is to be read of a name than that it fits, which most do not need."""
    return (
        "(?P<line>" in pattern
        or ("(?P<version>" in pattern and (rule.prefer or not own))
        or ("(?P<rest>" in pattern and ANOTHER.search(name) is not None)
    )


def _told(pattern: str, name: str) -> dict[str, str]:
    """Return the parts of a name that its pattern names."""
    match = _pattern(pattern).fullmatch(name)
    return {part: text for part, text in match.groupdict().items() if text} if match else {}


def _published(publisher: str, patterns: Iterable[str]) -> bool:
    shown = seen(publisher).casefold()
    return any(fnmatchcase(shown, pattern.casefold()) for pattern in patterns)
