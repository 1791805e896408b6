"""Watched files to events: looked at each minute, hashed when their state says so and once a day.

A state is size, time of change and inode: whoever can forge these is found by the daily hash. The
program's own files are one entry, of which each version has a baseline of its own; a program that
runs from its sources changes all the time and is not watched.

The baseline, what the files were when they were first seen, is kept beside the journal:

1. The first look at a pattern takes its files as they are; from then on a file that is new, gone or
   other than it was is changed.
2. A change stays one, over restarts as well, until the file is as before or its content is accepted
   by the policy; then that is the baseline.
3. Everything that happens to a baseline is written down with it, in one transaction: the path, the
   hashes and when, never content.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from glob import glob
from itertools import islice
from pathlib import Path

from agentguard import __version__
from agentguard.base.errors import StoreError
from agentguard.model.events import SensorState, Watching
from agentguard.model.machine import ChangedFile, ChangesSeen
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.records import Json, Record
from agentguard.ports.clock import Bell, Clock, Stop
from agentguard.ports.sensor import Submit
from agentguard.ports.storage import Journal
from agentguard.ports.turns import Turns, alone
from agentguard.sensors.absent_sensor import watching_state

NAME = "changes"
EVERY = 60.0
DAILY = 24 * 3600.0
MOST = 1000  # files of one pattern
BLOCK = 1 << 20
OWN = f"agentguard {__version__}"
State = tuple[int, ...]
FILE = "watched-file/"
PATTERN = "watched-pattern/"
ABSENT = ""
"""Stands for the hash of a file that is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is watched: patterns of files, hashes that are good, and the program's own folder."""

    files: tuple[str, ...]
    accepted: tuple[str, ...] = ()
    own: Path | None = None


class ChangesSensor:
    """Tells the watched files that are not as they were."""

    name = NAME

    def __init__(self, rules: Callable[[], Rules], journal: Journal, clock: Clock) -> None:
        self._rules = rules
        self._journal = journal
        self._clock = clock
        self.bell = Bell()
        self._hashed: dict[str, tuple[State, str]] = {}
        self._hashed_at: float | None = None

    def poke(self) -> None:
        """Hash everything again now."""
        self._hashed_at = None
        self.bell.ring()

    def run(self, submit: Submit, stop: Stop) -> None:
        """Look each minute until `stop` is set; a StoreError is told, and it goes on."""
        alone(self.turns(submit, stop), self._clock, stop, self.bell)

    def turns(self, submit: Submit, _stop: Stop) -> Turns:
        """Look each minute."""
        baseline = Baseline(self._journal)
        submit(watching_state(NAME, self._clock))
        while True:
            self.bell.hush()
            try:
                submit(self.compare(baseline))
            except StoreError:
                submit(
                    SensorState(
                        at=self._clock.now(),
                        sensor=NAME,
                        state=Watching.FAILED,
                        message=say("engine.journal-refused"),
                    )
                )
            yield EVERY

    def compare(self, baseline: Baseline) -> ChangesSeen:
        """Return what has changed since the baseline, which is kept up.

        Raises:
            StoreError: what changed could not be kept.

        """
        at, rules = self._clock.now(), self._rules()
        if self._hashed_at is None or at.boot - self._hashed_at >= DAILY:
            self._hashed.clear()
            self._hashed_at = at.boot
        found: dict[str, Hashes] = {}
        for pattern in rules.files:
            found[pattern] = {path: self._hash(path) for path in _matching(pattern)}
        if rules.own is not None:
            found[OWN] = {f"{rules.own} ({__version__})": self._hash_tree(rules.own)}
        accepted = frozenset(digest.lower() for digest in rules.accepted)
        first = not all(map(baseline.knows, found))
        changed = baseline.compare(found, accepted, at)
        every = [digest for hashes in found.values() for digest in hashes.values()]
        denied, watched = None in every, sum(map(bool, every))
        unread = "denied" if denied and not changed else ""
        return ChangesSeen(at=at, watched=watched, changed=changed, first=first, unread=unread)

    def _hash(self, path: str) -> str | None:
        """Return the hash of a file, from before while its state is the same; None when denied."""
        try:
            now = Path(path).stat()
            state = (now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino)
            known = self._hashed.get(path)
            if known is not None and known[0] == state:
                return known[1]
            digest = _digest(Path(path))
        except FileNotFoundError:
            return ""
        except OSError:
            return None
        self._hashed[path] = (state, digest)
        return digest

    def _hash_tree(self, folder: Path) -> str:
        """Return one hash of all files below a folder, but for what Python keeps beside them."""
        whole = hashlib.sha256()
        for file in _tree(folder):
            digest = self._hash(str(file)) or "unread"
            whole.update(f"{file.relative_to(folder).as_posix()}\0{digest}\n".encode())
        return whole.hexdigest()


def own_folder() -> Path | None:
    """Return the folder of the installed program; None when it runs from its sources."""
    if getattr(sys, "frozen", False):
        return Path(sys.executable).resolve().parent
    package = Path(__file__).resolve().parents[1]
    installed = {"site-packages", "dist-packages"} & set(package.parts)
    return package if installed else None


def _matching(pattern: str) -> Iterator[str]:
    """Return the paths of a pattern; one without wildcards is itself, there or not."""
    place = os.path.expanduser(pattern)  # noqa: PTH111 - a pattern is no path
    if not any(sign in place for sign in "*?["):
        return iter((place,))
    return islice((path for path in sorted(glob(place)) if Path(path).is_file()), MOST)  # noqa: PTH207 - whole patterns


def _tree(folder: Path) -> list[Path]:
    files = (file for file in folder.rglob("*") if "__pycache__" not in file.parts)
    return sorted(file for file in files if file.is_file())


def _digest(file: Path) -> str:
    whole = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(BLOCK):
            whole.update(block)
    return whole.hexdigest()


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
