"""What the watched files were when they were first seen, kept beside the journal.

The rules:

1. The first look at a pattern takes its files as they are; from then on a file that is new, gone or
   other than it was is changed.
2. A change stays one, over restarts as well, until the file is as before or its content is accepted
   by the policy; then that is the baseline.
3. Everything that happens to a baseline is written down with it, in one transaction: the path, the
   hashes and when, never content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from agentguard.model.machine import ChangedFile
from agentguard.model.moments import Moment
from agentguard.model.records import Json, Record
from agentguard.ports.storage import Journal

FILE = "watched-file/"
PATTERN = "watched-pattern/"
ABSENT = ""
"""Stands for the hash of a file that is not there."""


@dataclass(frozen=True, slots=True)
class Known:
    """A file's baseline, and the change from it: its hash, and since when (wall seconds)."""

    path: str
    pattern: str
    digest: str
    now: str | None = None
    since: float = 0.0

    @property
    def json(self) -> Json:
        """The form in which it is kept."""
        return {
            "path": self.path,
            "pattern": self.pattern,
            "sha256": self.digest,
            "now": self.now,
            "since": self.since,
        }


Hashes = Mapping[str, str | None]


class Baseline:
    """Compares; `journal` keeps the baselines and the records."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._known = {k.path: k for k in map(_known, journal.memory(FILE).values()) if k}
        self._patterns = frozenset(map(str, journal.memory(PATTERN).values()))

    def knows(self, pattern: str) -> bool:
        """Check whether the files of a pattern were looked at before."""
        return pattern in self._patterns

    def compare(
        self, found: Mapping[str, Hashes], accepted: frozenset[str], at: Moment
    ) -> tuple[ChangedFile, ...]:
        """Compare what was found, by pattern the hash of each path, and give what changed.

        A hash of None says that the file could not be read: nothing is said of it.

        Raises:
            StoreError: nothing of it was kept; it is compared again the next time.

        """
        changed: list[ChangedFile] = []
        for pattern, hashes in found.items():
            known = {k.path: ABSENT for k in self._known.values() if k.pattern == pattern}
            first = pattern not in self._patterns
            for path, digest in sorted({**known, **hashes}.items()):
                if digest is None:
                    continue
                seen = Known(path, pattern, digest)
                after = self._first(seen, at) if first else self._after(seen, accepted, at)
                if after.now is not None:
                    how = "gone" if not after.now else "changed" if after.digest else "new"
                    changed.append(ChangedFile(path=path, how=how, since=after.since))
            if first:
                self._journal.commit((), {_key(PATTERN, pattern): pattern})
                self._patterns |= {pattern}
        return tuple(changed)

    def _first(self, seen: Known, at: Moment) -> Known:
        """Take a file as it is, unless it has a baseline by another pattern."""
        return self._known.get(seen.path) or self._keep(seen, "file.baselined", seen.digest, at)

    def _after(self, seen: Known, accepted: frozenset[str], at: Moment) -> Known:
        known = self._known.get(seen.path) or Known(seen.path, seen.pattern, ABSENT)
        if seen.digest == known.digest:
            if known.now is None:
                return known
            return self._keep(seen, "file.restored", seen.digest, at)
        if seen.digest in accepted:
            return self._keep(seen, "file.accepted", seen.digest, at)
        if seen.digest == known.now:
            return known
        since = at.wall if known.now is None else known.since
        other = replace(known, now=seen.digest, since=since)
        return self._keep(other, "file.changed", seen.digest, at)

    def _keep(self, known: Known, kind: str, digest: str, at: Moment) -> Known:
        payload: dict[str, Json] = {
            "subject": known.path,
            "sha256": digest,
            "baseline": known.digest,
        }
        record = Record(kind=kind, at=at, payload=payload)
        self._journal.commit((record,), {_key(FILE, known.path): known.json})
        self._known[known.path] = known
        return known


def _key(prefix: str, name: str) -> str:
    return prefix + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _known(value: Json) -> Known | None:
    match value:
        case {
            "path": str(path),
            "pattern": str(pattern),
            "sha256": str(digest),
            "now": str() | None as now,
            "since": int() | float() as since,
        }:
            return Known(path, pattern, digest, now, float(since))
        case _:
            return None
