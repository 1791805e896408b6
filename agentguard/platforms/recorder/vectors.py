"""The answers that the tests know: files of lines, one for each Windows that was recorded.

They are the tests' own, `tests/vectors/windows/*.jsonl`; a built program has them among its
resources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentguard.base import paths
from agentguard.platforms.recorder.lines import Told, read, told_by
from agentguard.platforms.recorder.shapes import Kind, differences

SAME, DIFFERS, NONE = "same", "differs", "no vector"
_OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Compared:
    """How an answer stands to those that are known; `where` names the fields that differ."""

    expected: str
    where: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vector:
    """An answer that is known; `partly` where documentation tells it, and not all of its fields."""

    told: Told
    partly: bool = False


class Vectors:
    """Known answers by the id of their question."""

    def __init__(self, known: Mapping[str, tuple[Vector, ...]]) -> None:
        self._known = known

    def compare(self, id_: str, told: Told, shape: Kind) -> Compared:
        """Compare with the nearest of the known ones, by what is to be the same everywhere."""
        found = [_differing(told, one, shape) for one in self._known.get(id_, ())]
        if not found:
            return Compared(NONE)
        nearest = min(found, key=len)
        return Compared(DIFFERS if nearest else SAME, nearest)


def together(parts: Mapping[str, Compared]) -> Compared:
    """Return how what is put together stands: as the worst of its parts, which are named."""
    where = tuple(id_ for id_, one in parts.items() if one.expected == DIFFERS)
    stands = {one.expected for one in parts.values()}
    return Compared(next(one for one in (DIFFERS, NONE, SAME) if one in stands), where)


def _differing(told: Told, known: Vector, shape: Kind) -> tuple[str, ...]:
    if told.outcome != known.told.outcome:
        return (_OUTCOME,)
    ours, theirs = shape.gist(told.answer), shape.gist(known.told.answer)
    where = differences(ours, theirs, partly=known.partly)
    return tuple(path or "answer" for path in where)


def folder() -> Path:
    """Return where the files are: among the resources, in a checkout beside the tests."""
    shipped = paths.resources() / "vectors" / "windows"
    return shipped if shipped.is_dir() else paths.resources().parent / "tests/vectors/windows"


def load(files: Iterable[Path], *, wine: bool) -> Vectors:
    """Read the vectors of Windows, with `wine` those of Wine: neither is the other's measure."""
    known: dict[str, tuple[Vector, ...]] = {}
    for file in sorted(files):
        head, *found = read(file)
        if bool((head.get("computer") or {}).get("wine")) is not wine:
            continue
        for line in (one for one in found if not one.get("odd")):
            for id_, told in _answers(line):
                vector = Vector(told, partly="source" in head)
                known[id_] = (*known.get(id_, ()), vector)
    return Vectors(known)


def _answers(line: Mapping[str, Any]) -> Iterator[tuple[str, Told]]:
    """Yield the answer of a line; of what is put together, the answers that it is made of."""
    parts = line.get("answer")
    made = isinstance(parts, dict) and all("." in name for name in parts)
    if not (made and isinstance(parts, dict)):
        yield str(line.get("id")), told_by(line)
        return
    for id_, told in parts.items():
        if isinstance(told, dict) and "rc" in told:
            yield id_, told_by(told)
