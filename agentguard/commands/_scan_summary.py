"""What a scan found, added up for a page: totals, folders, the worst files, what was not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from agentguard.detect.sandbox.client import Scanned
from agentguard.model.hits import MOST, Hit
from agentguard.model.outcomes import FileOutcome


@dataclass(slots=True, kw_only=True)
class Folder:
    """A folder with what its files and those below it hold."""

    path: str
    parts: dict[str, Folder] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    files: int = 0
    read: int = 0
    more: bool = False

    @property
    def values(self) -> int:
        """The values in it and below."""
        return self.kinds.total()

    def add(self, scanned: Scanned) -> None:
        """Count a file that stands in it or below."""
        self.read += is_read(scanned)
        self.files += bool(scanned.hits)
        for hit in scanned.hits:
            self.kinds[hit.kind] += hit.count
            self.more = self.more or hit.count >= MOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """One kind in all files; `more` when a file holds so many that they were not counted out."""

    kind: str
    values: int
    files: int
    more: bool


class Summary:
    """Takes results as they come; what holds nothing leaves only a number behind."""

    def __init__(self, roots: Sequence[str]) -> None:
        self.folders = {_folder_of(root): Folder(path=_folder_of(root)) for root in roots}
        self.found: list[Scanned] = []
        self.sealed: list[str] = []
        self.unread: dict[str, list[str]] = {}
        self.files = 0
        self.read = 0
        self.test_cards: list[int] = []
        """Of each file that holds any: how many card numbers that are published for tests."""
        self._totals: dict[str, list[Hit]] = {}

    def add(self, scanned: Scanned) -> None:
        """Take one result."""
        self.files += 1
        self.read += is_read(scanned)
        if scanned.outcome is FileOutcome.SEALED:
            self.sealed.append(scanned.path)
        elif scanned.reason:
            self.unread.setdefault(scanned.reason, []).append(scanned.path)
        if scanned.hits:
            self.found.append(scanned)
        if scanned.test_cards:
            self.test_cards.append(scanned.test_cards)
        for hit in scanned.hits:
            self._totals.setdefault(hit.kind, []).append(hit)
        for folder in self._above(scanned.path):
            folder.add(scanned)

    def totals(self) -> tuple[Total, ...]:
        """Return the kinds, the most frequent first."""
        every = (
            Total(
                kind=kind,
                values=sum(hit.count for hit in hits),
                files=len(hits),
                more=any(hit.count >= MOST for hit in hits),
            )
            for kind, hits in self._totals.items()
        )
        return tuple(sorted(every, key=lambda total: (-total.values, total.kind)))

    def worst(self, most: int) -> list[Scanned]:
        """Return the files with the most values."""
        return sorted(self.found, key=lambda s: (-values_of(s.hits), s.path))[:most]

    def _above(self, path: str) -> Iterator[Folder]:
        """Yield the folders from the root that was named down to the one that the file is in."""
        home = PurePath(path).parent
        root = next((f for f in (home, *home.parents) if str(f) in self.folders), home)
        folder = self.folders.setdefault(str(root), Folder(path=str(root)))
        yield folder
        for part in home.relative_to(root).parts:
            below = str(PurePath(folder.path, part))
            folder = folder.parts.setdefault(part, Folder(path=below))
            yield folder


def is_read(scanned: Scanned) -> bool:
    """Check whether a file was read in full: whatever its reason is, with one it was not."""
    return scanned.outcome is FileOutcome.READ and not scanned.reason


def values_of(hits: Iterable[Hit]) -> int:
    """Return how many values they are."""
    return sum(hit.count for hit in hits)


def _folder_of(root: str) -> str:
    return str(PurePath(root) if Path(root).is_dir() else PurePath(root).parent)
