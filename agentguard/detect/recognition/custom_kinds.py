"""A site's own kinds of data: from a policy's words to recognisers, or why they cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from importlib import import_module
from typing import cast

import re2

from agentguard.base.plugins import discover
from agentguard.detect import kinds
from agentguard.detect.lexicon.label_gap import GAP
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.matching.byte_folding import fold
from agentguard.detect.matching.custom_pattern import LONGEST, LONGEST_PATTERN, PatternRefused, read
from agentguard.detect.recogniser import Answer, Candidate, Recogniser, maybe, miss, no, sure
from agentguard.detect.recognition.scanner import Scanner, default_scanner
from agentguard.detect.recognition.union_scanner import Both
from agentguard.model.detection import Detection, OwnKind
from agentguard.model.hits import Hit

LARGEST = 4000
"""Instructions that RE2 may need for one pattern."""

LABEL = r"[^\W_](?:[\w .'/&\-]{0,38}[^\W_])?"
"""Python: what a label may be, 1 to 40 characters."""

_CHECKS: Mapping[str, str] = {  # modules of python-stdnum, which name the standards
    "luhn": "luhn",
    "verhoeff": "verhoeff",
    "damm": "damm",
    "mod97": "iso7064.mod_97_10",
    "mod11": "iso7064.mod_11_2",
    "mod11-10": "iso7064.mod_11_10",
}
_WITH_LETTERS = frozenset({"mod97"})
_NO_DIGIT = later(r"[^0-9]")

_EVERYDAY = (
    "the customer called again about the order and will write to us on Monday",
    "2026-11-25 14:05:09,123 25.11.2026 11/25/26 20261125 2026-W48 14:05 Q4-2026",
    "1,234.56 1.234,56 99.90 EUR 12 % 100 7 42 365 2026 10115 90210 SW1A 1AA",
    "order 48213 ticket 104233 ref 7731904 invoice 20260001 case 4821377 item 0042",
    "1795580312 10.0.0.1 192.168.178.20 80:443 v2.11.3 1.0.0 0x1F4A ab12cd34 page 3 of 12 +49 30",
    "Mr Smith Dr Lee Line2 Team7 Room B12 shift A1 ACME GmbH PDF XLSX HTTP200 UTF8",
)
_EVERYDAY_NUMBERS = (
    "1795580312273 +44 20 7946 0958 030 901820 015112345678 9876543210",
    "550e8400-e29b-41d4-a716-446655440000 1Z999AA10123456784 00340434161094015902",
    "978316148410 4006381333931 123456789012 861536030196001 89490200001234567890",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a kind cannot be: `why` is an id, `field` and `index` tell what of it is wrong."""

    field: str
    why: str
    index: int = 0
    at: int = 0
    sign: str = ""


def built_in() -> tuple[Recogniser, ...]:
    """Return every recogniser of the room."""
    return discover(kinds, "RECOGNISER", Recogniser)


@cache
def known_kinds() -> frozenset[str]:
    """Return the kinds that the program knows by itself."""
    return frozenset(recogniser.kind for recogniser in built_in())


@lru_cache(maxsize=4)
def scanner_of(detection: Detection) -> Scanner:
    """Return the scanner for what a policy wants looked for.

    A site's own kinds are searched by themselves, so that none of them hides one that is built in.
    """
    off = frozenset(detection.off)
    plain = (
        Scanner([r for r in built_in() if r.kind not in off])
        if off & known_kinds()
        else default_scanner()
    )
    own = [recogniser(one) for one in detection.recognisers if one.kind not in off]
    return Both(plain, Scanner(own)) if own else plain


class Following:
    """Looks for what the policy in force wants looked for, also after it has changed."""

    def __init__(self, detection: Callable[[], Detection]) -> None:
        self._detection = detection

    def scan(self, text: str) -> tuple[Hit, ...]:
        """Return what was found."""
        return scanner_of(self._detection()).scan(text)

    def mask(self, text: str) -> str:
        """Return the text with every value masked, even of kinds that are not looked for."""
        return scanner_of(replace(self._detection(), off=())).mask(text)


def recogniser(own: OwnKind) -> Recogniser:
    """Return the recogniser of a site's own kind.

    Raises:
        PatternRefused: its pattern cannot be taken; `refusals` tells before.

    """
    pattern = read(own.pattern).text
    judge = partial(_judge, own.check)
    if own.labels:
        labels = tuple(_label(label) for label in own.labels)
        return Recogniser(kind=own.kind, judge=judge, labels=labels, near=f"{GAP}({pattern})")
    return Recogniser(kind=own.kind, judge=judge, shapes=(pattern,))


def _label(label: str) -> str:
    text = " ".join(fold(label).decode("latin-1").split())
    return "".join(s if s.isalnum() or s == " " else re.escape(s) for s in text)


def _judge(check: str, candidate: Candidate) -> Answer:
    """Believe what stands for itself and has the right check digit.

    Digits alone, without a label, count only when most of their like in the text have it too.
    """
    if not candidate.alone:
        return no("touched")
    value = candidate.compact
    if not value:
        return no("own-check")
    if check == "none":
        return sure(value, "own-label" if candidate.labelled else "own-pattern")
    if not _valid(check, value):
        return no("own-check") if candidate.labelled else miss("own-check")
    if value.isdigit() and not candidate.labelled:
        return maybe(value, "own-check-right")
    return sure(value, "own-check-right")


def _valid(check: str, value: str) -> bool:
    number = value.upper() if check in _WITH_LETTERS else _NO_DIGIT.sub("", value)
    return bool(number) and _validator(check)(number)


@cache
def _validator(check: str) -> Callable[[str], bool]:
    module = import_module(f"stdnum.{_CHECKS[check]}")
    return cast("Callable[[str], bool]", module.is_valid)


def refusals(own: OwnKind) -> Iterator[Refusal]:
    """Tell everything that is wrong with a site's own kind; nothing when it can be used."""
    wrong = [*_id(own), *_labels(own), *_pattern(own)]
    yield from wrong
    if not wrong:
        scanner = Scanner([recogniser(own)])
        yield from _common(own)
        yield from _examples(own, scanner)


def _id(own: OwnKind) -> Iterator[Refusal]:
    if own.kind in known_kinds():
        yield Refusal(field="kind", why="kind-known")


def _labels(own: OwnKind) -> Iterator[Refusal]:
    for index, label in enumerate(own.labels):
        if not re.fullmatch(LABEL, label):
            yield Refusal(field="labels", why="label-form", index=index)
        elif b"?" in fold(label):
            yield Refusal(field="labels", why="label-letters", index=index)


def _pattern(own: OwnKind) -> Iterator[Refusal]:
    try:
        pattern = read(own.pattern)
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.log_errors = False
        size = re2.compile(pattern.text.encode("latin-1"), options=options).programsize
    except PatternRefused as error:
        yield Refusal(field="pattern", why=f"pattern-{error.why}", at=error.at, sign=error.sign)
    except re2.error:
        yield Refusal(field="pattern", why="pattern-wrong")
    else:
        if size > LARGEST:
            yield Refusal(field="pattern", why="pattern-large")


def _common(own: OwnKind) -> Iterator[Refusal]:
    """Refuse a pattern that finds what stands in any text, and has no label to tell it by."""
    if own.labels:
        return
    bare = partial(_judge, "none")
    scanner = Scanner([Recogniser(kind=own.kind, judge=bare, shapes=(read(own.pattern).text,))])
    lines = _EVERYDAY if own.check != "none" else _EVERYDAY + _EVERYDAY_NUMBERS
    if any(scanner.scan(line) for line in lines):
        yield Refusal(field="pattern", why="pattern-common")


def _examples(own: OwnKind, scanner: Scanner) -> Iterator[Refusal]:
    for index, text in enumerate(own.finds):
        if not scanner.scan(text):
            yield Refusal(field="finds", why="not-found", index=index)
    for index, text in enumerate(own.ignores):
        if scanner.scan(text):
            yield Refusal(field="ignores", why="found", index=index)


__all__ = [
    "LONGEST",
    "LONGEST_PATTERN",
    "Following",
    "Refusal",
    "built_in",
    "known_kinds",
    "recogniser",
    "refusals",
    "scanner_of",
]
