r"""Reads the pattern of a site's own kind: the part of RE2's language whose length has an end.

The rules, which docs/recognisers.md tells: letters and digits stand for themselves; `.`, `[...]`,
`[^...]`, `\d`, `\w`, `\s` (a space or tab), `\b`; groups and `|`; `?`, `{n}`, `{n,m}`; `(?i)` at
the beginning. Nothing matches a line's end or a table cell's. A value has 1 to `LONGEST` signs.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass

from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.matching.byte_folding import fold

LONGEST = 64
"""Characters that a value may have."""

LONGEST_PATTERN = 300
"""Characters that a pattern may have."""

_DEEPEST = 8
_OUTSIDE = rf"\n{FENCE}"
_NAMED = {"d": "0-9", "w": "0-9A-Za-z_", "s": r" \t"}
_TIMES = later(r"\{([0-9]{1,3})(?:,([0-9]{1,3}))?\}")
_ENDLESS = later(r"[*+]|\{[0-9]*,\}")
_IN_CLASS = later(r"\\.|[^\]\\]", re.DOTALL)


class PatternRefused(Exception):
    """A pattern that cannot be taken: `why` is an id, `at` the sign that it is about (from 1)."""

    def __init__(self, why: str, at: int = 0, sign: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.at = at
        self.sign = sign


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPattern:
    """A pattern in the words of RE2, without a group, and how long its matches are."""

    text: str
    least: int
    most: int


def read(pattern: str) -> OwnPattern:
    """Read a pattern.

    Raises:
        PatternRefused: it is none, has no end, matches nothing at all, or is too long.

    """
    if len(pattern) > LONGEST_PATTERN:
        raise PatternRefused("long")
    reader = _Reader(pattern)
    found = reader.whole()
    if found.least == 0:
        raise PatternRefused("empty")
    if found.most > LONGEST:
        raise PatternRefused("wide")
    return found


class _Reader:
    """Reads from left to right; `_at` is the next sign."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def whole(self) -> OwnPattern:
        blind = self._take("(?i)")
        found = self._choice(0)
        if self._at < len(self._pattern):
            raise self._refused("stray")
        text = f"(?i:{found.text})" if blind else f"(?:{found.text})"
        return OwnPattern(text=text, least=found.least, most=found.most)

    def _refused(self, why: str) -> PatternRefused:
        return PatternRefused(why, self._at + 1, self._pattern[self._at : self._at + 1])

    def _take(self, sign: str) -> bool:
        taken = self._pattern.startswith(sign, self._at)
        self._at += len(sign) if taken else 0
        return taken

    def _choice(self, depth: int) -> OwnPattern:
        if depth > _DEEPEST:
            raise self._refused("deep")
        found = [self._sequence(depth)]
        while self._take("|"):
            found.append(self._sequence(depth))
        return OwnPattern(
            text="|".join(one.text for one in found),
            least=min(one.least for one in found),
            most=max(one.most for one in found),
        )

    def _sequence(self, depth: int) -> OwnPattern:
        found: list[OwnPattern] = []
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            found.append(self._times(self._atom(depth)))
        return OwnPattern(
            text="".join(one.text for one in found),
            least=sum(one.least for one in found),
            most=sum(one.most for one in found),
        )

    def _times(self, one: OwnPattern) -> OwnPattern:
        if _ENDLESS.match(self._pattern, self._at):
            raise self._refused("endless")
        if self._take("?"):
            return OwnPattern(text=f"{one.text}?", least=0, most=one.most)
        times = _TIMES.match(self._pattern, self._at)
        if times is None:
            return one
        low, high = int(times[1]), int(times[2] or times[1])
        if not low <= high <= LONGEST or high == 0:
            raise self._refused("times")
        self._at = times.end()
        text = f"{one.text}{{{low},{high}}}"
        return OwnPattern(text=text, least=one.least * low, most=one.most * high)

    def _atom(self, depth: int) -> OwnPattern:
        if self._take("["):
            return self._class()
        if self._take("("):
            return self._group(depth)
        if self._take("\\"):
            return self._escape()
        sign = self._pattern[self._at]
        if sign in "?*+{^$)]}":
            raise self._refused("stray")
        self._at += 1
        return _one(f"[^{_OUTSIDE}]" if sign == "." else self._literal(sign))

    def _group(self, depth: int) -> OwnPattern:
        if not self._take("?:") and self._pattern.startswith("?", self._at):
            raise self._refused("group")
        found = self._choice(depth + 1)
        if not self._take(")"):
            raise self._refused("unclosed")
        return OwnPattern(text=f"(?:{found.text})", least=found.least, most=found.most)

    def _escape(self) -> OwnPattern:
        sign = self._pattern[self._at : self._at + 1]
        if sign == "b":
            self._at += 1
            return OwnPattern(text=r"(?:\b)", least=0, most=0)
        if sign in _NAMED and sign:
            self._at += 1
            return _one(f"[{_NAMED[sign]}]")
        if not sign or sign not in string.punctuation:
            raise self._refused("escape")
        self._at += 1
        return _one(self._literal(sign))

    def _literal(self, sign: str) -> str:
        written = fold(sign).decode("latin-1")
        if not written.isprintable() or (written == "?" and sign != "?"):
            self._at -= 1
            raise self._refused("sign")
        return re.escape(written) if written in string.punctuation else written

    def _class(self) -> OwnPattern:
        negated = self._take("^")
        inside: list[str] = []
        while not self._take("]"):
            found = _IN_CLASS.match(self._pattern, self._at)
            if found is None or found[0] == "[":
                raise self._refused("unclosed" if found is None else "class")
            self._at = found.end()
            inside.append(self._member(found[0]))
        text = "".join(inside)
        if not text:
            raise self._refused("class")
        return _one(f"[^{text}{_OUTSIDE}]" if negated else f"[{text}]")

    def _member(self, sign: str) -> str:
        if sign == "-":
            return "-"
        if len(sign) == 1:
            return self._literal(sign)
        if sign[1] in _NAMED:
            return _NAMED[sign[1]]
        if sign[1] not in string.punctuation:
            self._at -= 1
            raise self._refused("escape")
        return re.escape(sign[1])


def _one(text: str) -> OwnPattern:
    return OwnPattern(text=text, least=1, most=1)
