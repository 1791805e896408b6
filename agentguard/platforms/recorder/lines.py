"""The lines of a recording: how they are written, and how a file that was sent in is read.

The first line, `head`, tells which Windows and which AgentGuard; each other line is a question with
its answer. A file of the tests may also have lines that were decoded from documentation: such a
line names its `case`, and its head has a `source`. What no Windows is expected to tell is `odd`.

The answers that the tests know are such files, one for each Windows that was recorded. They are the
tests' own, `tests/vectors/windows/*.jsonl`; a built program has them among its resources.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from agentguard.base import paths
from agentguard.base.errors import PlatformError
from agentguard.platforms.recorder.shapes import (
    FLAG,
    NUMBER,
    Kept,
    Kind,
    differences,
    fields,
    known,
)
from agentguard.platforms.recorder.topics.system import BUILD, EDITIONS

FORMAT = 1
HEAD, END = "head", "end"
SYSTEM, USER = "system", "user"
_LANGUAGES = known(
    "ar-SA", "bg-BG", "cs-CZ", "da-DK", "de-AT", "de-CH", "de-DE", "el-GR", "en-AU", "en-CA",
    "en-GB", "en-IN", "en-US", "es-ES", "es-MX", "et-EE", "fi-FI", "fr-BE", "fr-CA", "fr-CH",
    "fr-FR", "he-IL", "hi-IN", "hr-HR", "hu-HU", "it-IT", "ja-JP", "ko-KR", "lt-LT", "lv-LV",
    "nb-NO", "nl-BE", "nl-NL", "pl-PL", "pt-BR", "pt-PT", "ro-RO", "ru-RU", "sk-SK", "sl-SI",
    "sv-SE", "th-TH", "tr-TR", "uk-UA", "zh-CN", "zh-HK", "zh-TW",
)  # fmt: skip
SESSIONS = ("console", "rdp", "citrix", "remote", "service")
COMPUTER = fields(
    build=BUILD,
    ubr=NUMBER,
    edition=EDITIONS,
    language=_LANGUAGES,
    elevated=FLAG,
    session=known(*SESSIONS),
    wine=FLAG,
)
"""What the head tells of the computer."""
SAME, DIFFERS, NONE = "same", "differs", "no vector"
_OUTCOME = "outcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer: Windows' numbers, and what its shape keeps; None where there is none.

    `late` says that it did not come in time, `fault` names an error of the recorder's own.
    """

    rc: int | None = None
    hresult: int | None = None
    answer: Kept = None
    late: bool = False
    fault: str = ""

    @property
    def outcome(self) -> tuple[int | None, int | None, bool, str]:
        """How it ended, without the answer itself."""
        return self.rc, self.hresult, self.late, self.fault

    def as_part(self) -> dict[str, Kept]:
        """Return it as a part of what is put together of several."""
        return {"rc": self.rc, "hresult": self.hresult, "answer": self.answer}


def encoded(line: Mapping[str, object]) -> bytes:
    """Return a line's bytes, in ASCII: nothing stands in it twice in different encodings."""
    return json.dumps(line, separators=(",", ":"), allow_nan=False).encode() + b"\n"


class Writer:
    """Writes whole lines, each at once: whatever ends the program, the file can be read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, line: Mapping[str, object]) -> None:
        """Write one line."""
        self._file.write(encoded(line))
        self._file.flush()


def read(file: Path) -> tuple[dict[str, Any], ...]:
    """Return the lines of a file; one that was cut within its last line has the others.

    Raises:
        PlatformError: it is no recording, or one of a newer format.

    """
    found = tuple(_lines(file))
    if not found or found[0].get("id") != HEAD or found[0].get("format") != FORMAT:
        raise PlatformError(f"{file.name} is no recording of the format {FORMAT}.")
    return found


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    for line in file.read_bytes().split(b"\n"):
        if not line:
            continue
        try:
            told = json.loads(line)
        except ValueError:
            return
        if isinstance(told, dict):
            yield told


def told_by(line: Mapping[str, Any]) -> Told:
    """Return the answer that stands in a line."""
    return Told(
        rc=line.get("rc"),
        hresult=line.get("hresult"),
        answer=line.get("answer"),
        late=bool(line.get("late")),
        fault=str(line.get("fault", "")),
    )


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
