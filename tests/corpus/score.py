"""Judges what a scan told of a corpus: precision and recall by kind and by format.

A finding is a file, a kind and a count, as `agentguard scan --format jsonl` prints them; a member
of an archive counts for its archive. Of `n` true values and `m` found ones of a kind in a file,
min(n, m) are right, what is more than that and the optional ones is wrong, what is less is missed.
Peers that give values are judged by those, each true value once.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Found = Mapping[tuple[str, str], int]
"""How many values by file and kind."""

Values = Mapping[tuple[str, str], Sequence[str]]


@dataclass(slots=True)
class Tally:
    """Right, wrong and missed values."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, right: int, wrong: int, missed: int) -> None:
        """Take more."""
        self.right += right
        self.wrong += wrong
        self.missed += missed

    @property
    def precision(self) -> float:
        """Right ones of what was told, in per cent; 100 when nothing was told."""
        told = self.right + self.wrong
        return 100 * self.right / told if told else 100.0

    @property
    def recall(self) -> float:
        """Right ones of what there is, in per cent; 100 when there is nothing."""
        there = self.right + self.missed
        return 100 * self.right / there if there else 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A file where a kind was not told as it is."""

    path: str
    kind: str
    true: tuple[str, ...]
    found: int


@dataclass(slots=True)
class Score:
    """The figures of one corpus."""

    total: Tally = field(default_factory=Tally)
    kinds: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    formats: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    files: Tally = field(default_factory=Tally)
    clean_flagged: list[str] = field(default_factory=list)
    sealed_flagged: list[str] = field(default_factory=list)
    errors: list[Miss] = field(default_factory=list)


def read(lines: Iterable[str], root: Path) -> Counter[tuple[str, str]]:
    """Read a scan's lines; paths become those of the manifest."""
    found: Counter[tuple[str, str]] = Counter()
    base = f"{root.resolve()}/"
    for line in lines:
        told = json.loads(line)
        if told["entity"]:
            path = re.split(r"!|::|\|", told["path"].replace("\\", "/"))[0]
            found[path.removeprefix(base), told["entity"]] += told["count"]
    return found


def judge(
    files: Sequence[Mapping[str, Any]],
    found: Found,
    *,
    kinds: frozenset[str] | None = None,
    values: Values | None = None,
) -> Score:
    """Compare; `kinds` are those that the scanner claims to know, None means all of the corpus."""
    told = kinds or frozenset(kind for file in files for kind in file["truth"])
    claimed = told | (frozenset(kind for _, kind in found) if kinds is None else frozenset())
    score = Score()
    for file in files:
        _file(score, file, found, claimed, values)
    return score


def _file(
    score: Score,
    file: Mapping[str, Any],
    found: Found,
    claimed: frozenset[str],
    values: Values | None,
) -> None:
    flagged = False
    for kind in sorted(claimed):
        true, optional = file["truth"].get(kind, []), file["optional"].get(kind, [])
        count = found.get((file["path"], kind), 0)
        if values is None:
            right = min(len(true), count)
            wrong = max(0, count - right - len(optional))
        else:
            right, wrong = _matched(values.get((file["path"], kind), ()), true, optional)
        missed = len(true) - right
        flagged |= right + wrong > 0
        for tally in (score.total, score.kinds[kind], score.formats[file["format"]]):
            tally.add(right, wrong, missed)
        if wrong or missed:
            score.errors.append(Miss(path=file["path"], kind=kind, true=tuple(true), found=count))
    _flag(score, file, claimed, flagged=flagged)


def _flag(score: Score, file: Mapping[str, Any], claimed: frozenset[str], *, flagged: bool) -> None:
    holds = any(file["truth"].get(kind) for kind in claimed)
    score.files.add(int(flagged and holds), int(flagged and not holds), int(holds and not flagged))
    if flagged and not holds:
        (score.sealed_flagged if file["encrypted"] else score.clean_flagged).append(file["path"])


def plain(value: str) -> str:
    """Give the letters and digits of a value alone."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKC", value).lower())


def _matched(told: Sequence[str], true: Sequence[str], optional: Sequence[str]) -> tuple[int, int]:
    """Count right and wrong ones; a told text is right if it holds a true value."""
    left = {plain(value) for value in true}
    there = frozenset(left)
    may = [plain(value) for value in optional]
    wrong = 0
    for text in dict.fromkeys(value if "**" in value else plain(value) for value in told):
        hits = [value for value in there if value and _covers(text, value)]
        if hits:
            left.discard(next((hit for hit in hits if hit in left), hits[0]))
        elif not any(value in text for value in may):
            wrong += 1
    return len(there) - len(left), wrong


def _covers(text: str, value: str) -> bool:
    """Tell whether a text holds a value; a masked one is right by both its ends."""
    if masked := re.search(r"(\w+)\*{2,}(\w+)", text):
        return value.startswith(plain(masked[1])) and value.endswith(plain(masked[2]))
    return value in text
