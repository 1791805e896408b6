"""Verifies a pack with nothing but its folder and what an auditor knows of who signs policies."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

from agentguard.base import translations
from agentguard.base.errors import StoreError
from agentguard.model.messages import Message, say
from agentguard.trust import strict_json
from agentguard.trust.evidence import manifest, proofs, reading, recount, tables
from agentguard.trust.evidence.manifest import Predicate, Statement, Unlisted
from agentguard.trust.evidence.proofs import Known
from agentguard.trust.evidence.reading import Problem
from agentguard.trust.evidence.recount import Recount, Wrong, demand

MOST_PROBLEMS = 50
LONGEST_LINE = 64 * 1024
MOST_JSON = 64 * manifest.MIB
COUNTED_FIRST = (tables.MAPPING, tables.TEAMS, tables.SPELLS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found in a pack; it is proved where there are neither problems nor open questions.

    `about` is None when its list cannot be read; `signer` is the id of the key that signed it and
    that is believed, empty for none.
    """

    problems: tuple[Problem, ...]
    open: tuple[Message, ...] = ()
    about: Predicate | None = None
    signer: str = ""
    files: int = 0
    bytes: int = 0

    @property
    def proved(self) -> bool:
        """Whether nothing is wrong, and nothing is open."""
        return not self.problems and not self.open and self.about is not None


def verify(folder: Path, known: Known) -> Checked:
    """Verify a pack: every file of it, its signature, and its sums.

    Raises:
        StoreError: a file could not be read.

    """
    words = translations.load()
    try:
        return _verify(folder, known)
    except OSError as error:
        said = words.say("evidence.unread", folder=str(folder))
        raise StoreError(said, words.say("evidence.unread-advice")) from error


def _verify(folder: Path, known: Known) -> Checked:
    path = folder / manifest.FILE
    if not folder.is_dir():
        raise NotADirectoryError
    if path.is_symlink() or not path.is_file():
        return Checked(problems=(Problem(kind="no-list", file=manifest.FILE),))
    with path.open("rb") as file:
        raw = file.read(manifest.MOST_BYTES * 2 + 1)
    try:
        envelope, statement = manifest.read(raw)
    except Unlisted as error:
        return Checked(problems=(Problem(kind=error.kind, file=manifest.FILE),))
    about = statement.predicate
    problems = reading.compare(folder, about.files)
    look = _Look(folder, statement, {one.file for one in problems})
    problems += look.files()
    if not problems:
        problems += look.wrong
    signed = proofs.who_signed(envelope, about, folder, known)
    problems += signed.problems
    notes = list(signed.open)
    if not problems:
        found = proofs.journals(folder, about, known)
        problems, notes = list(found.problems), [*notes, *found.open]
    if about.cut_off < about.until:
        notes.append(say("evidence.open.cut-off", until=tables.stamp(about.until)))
    return Checked(
        problems=tuple(problems[:MOST_PROBLEMS]),
        open=tuple(notes),
        about=about,
        signer=signed.key,
        files=len(about.files),
        bytes=sum(one.bytes for one in about.files.values()),
    )


@dataclass(slots=True)
class _Look:
    """Reads every file that is there, in the order in which sums can be counted anew."""

    _folder: Path
    _statement: Statement
    _absent: set[str]
    wrong: list[Problem] = field(default_factory=list)
    """What does not add up; it counts only where every byte is as it was signed."""

    def files(self) -> list[Problem]:
        """Return which files are not what the list says."""
        about = self._statement.predicate
        digests = {one.name: one.digest.sha256 for one in self._statement.subject}
        counted = Recount(about.since, about.until)
        problems = []
        for name in ordered(about.files):
            if name in self._absent:
                continue
            lines = _Lines(name, counted)
            path = self._folder / name
            bad = reading.hold(path, name, about.files[name], digests[name], lines.take)
            if bad is not None:
                problems.append(bad)
            self.wrong += lines.finish()
            if bad is None and name.endswith(".json"):
                self.wrong += _strict(path, name)
        try:
            counted.finish()
        except Wrong as error:
            self.wrong.append(Problem(kind=f"sum-{error.kind}", file=tables.SPELLS))
        return problems


def ordered(names: dict[str, manifest.Listed]) -> list[str]:
    """Return the files in the order in which their sums are counted."""

    def place(name: str) -> tuple[int, str, bool]:
        if name in COUNTED_FIRST:
            return COUNTED_FIRST.index(name), name, False
        folder, _, rest = name.partition("/")
        if f"{folder}/" in {tables.GAPS, tables.HELD}:
            return 10, rest, f"{folder}/" == tables.HELD
        last = {tables.WEEKS: 20, tables.REQUIREMENTS: 21}
        return last.get(name, 30), name, False

    return sorted(names, key=place)


def _strict(path: Path, name: str) -> list[Problem]:
    """Return what is wrong with a file of JSON: it can be read in two ways, or not at all."""
    try:
        strict_json.read(path.read_bytes(), MOST_JSON)
    except ValueError as error:
        kind = "twice" if str(error) == "twice" else "json"
        return [Problem(kind=kind, file=name)]
    return []


class _Lines:
    """Gives a file's lines to what counts them, and keeps the first that is wrong."""

    def __init__(self, name: str, counted: Recount) -> None:
        self._name, self._counted = name, counted
        self._take = counted.begin(name)
        self._line = 0
        self._rest = b""
        self._problem: Problem | None = None

    def take(self, block: bytes) -> None:
        """Take what comes next."""
        if self._take is None or self._problem is not None:
            return
        whole, _, self._rest = (self._rest + block).rpartition(b"\n")
        try:
            demand(len(self._rest) < LONGEST_LINE, "form")
            if not whole:
                return
            self._lines(whole.decode("utf-8-sig" if not self._line else "utf-8"), self._take)
        except Wrong as error:
            self._bad(error.kind)
        except (ValueError, IndexError, csv.Error, OverflowError):
            self._bad("form")

    def _lines(self, text: str, take: recount.Take) -> None:
        lines = text.replace("\r\n", "\n").removesuffix("\r").split("\n")
        for cells in recount.split(self._name, lines):
            self._line += 1
            if self._line == 1:
                self._counted.head(self._name, cells)
            else:
                take(cells)

    def _bad(self, kind: str) -> None:
        self._problem = Problem(kind=f"sum-{kind}", file=self._name, first=self._line)

    def finish(self) -> list[Problem]:
        """Return what is wrong with the file, at most one thing."""
        if self._take is None:
            return []
        if self._problem is None:
            try:
                demand(self._line and not self._rest, "form")
                self._counted.end(self._name)
            except Wrong as error:
                self._bad(error.kind)
        return [] if self._problem is None else [self._problem]
