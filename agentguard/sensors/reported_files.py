"""What has been told of files, so that only news is told: hits, reasons, and their end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from agentguard.model.events import FileScanned
from agentguard.model.hits import Hit
from agentguard.model.moments import Moment
from agentguard.model.outcomes import FileOutcome
from agentguard.sensors.watch_scope import inside

REASONS = 10_000
"""So many paths with a reason are told one by one; beyond, the sweep only counts them."""

HOLDING = 20_000
"""So many paths with hits are held by name; the end of the others is known by what was kept."""

Word = tuple[FileOutcome, str]
HITS: Word = (FileOutcome.READ, "")


class Told:
    """The paths with hits, and those that were not read in full, with the reason."""

    def __init__(self, holding: int = HOLDING) -> None:
        self._said: dict[str, Word] = {}
        self._holding = holding
        self._reasons = 0

    def also(self, known: Iterable[str]) -> None:
        """Take these as told to hold something, unless another word is known."""
        for path in known:
            if self.full:
                return
            self._said.setdefault(path, HITS)

    def __contains__(self, path: str) -> bool:
        return path in self._said

    @property
    def full(self) -> bool:
        """Check whether there are more paths with hits than are held by name."""
        return len(self._said) - self._reasons >= self._holding

    def paths(self) -> tuple[str, ...]:
        """Return every path of which something was told, as far as they are held."""
        return tuple(self._said)

    def below(self, folder: str) -> Iterator[str]:
        """Return the told paths that are the folder or below it."""
        return (path for path in self.paths() if inside(path, folder))

    def unread(self, path: str) -> bool:
        """Check whether the last word on a path was that it could not be read."""
        return self._said.get(path, HITS)[0] is FileOutcome.UNREADABLE

    def news(
        self,
        path: str,
        word: Word,
        hits: tuple[Hit, ...],
        now: Callable[[], Moment],
        *,
        held: bool = False,
    ) -> FileScanned | None:
        """Return the event that is worth telling, or None; `held` when hits were told at any time.

        Hits always are; a reason is when it is new, an end when something was told before. That a
        file is sealed is as good as clean.
        """
        outcome, reason = word
        before = self._said.get(path)
        if reason and outcome in {FileOutcome.READ, FileOutcome.UNREADABLE}:
            worth = self._note(path, word, before) or bool(hits)
        else:
            worth = held or before is not None or bool(hits)
            self._forget(path)
            if hits and not self.full:
                self._said[path] = HITS
        if not worth:
            return None
        return FileScanned(at=now(), path=path, outcome=outcome, hits=hits, reason=reason)

    def _note(self, path: str, word: Word, before: Word | None) -> bool:
        if before == word or (before is None and self._reasons >= REASONS):
            return False
        self._forget(path)
        self._said[path] = word
        self._reasons += 1
        return True

    def _forget(self, path: str) -> None:
        if self._said.pop(path, HITS) != HITS:
            self._reasons -= 1
