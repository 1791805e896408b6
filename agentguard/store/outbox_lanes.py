"""Keeps what waits for the endpoint within bounds: the least important is let go first, and marked.

Four lanes: critical, finding, state, telemetry. When more waits than is allowed, the oldest entries
of the lowest lane that has any are let go. Where they stood a gap keeps the chain together, and an
entry `journal.gap` says which numbers were let go. What tells of the journal itself always stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from agentguard.model.moments import Moment
from agentguard.model.records import Json, Record
from agentguard.store.entries import ADD_GAP, gap_of, values_of_gap
from agentguard.store.sqlite_file import Database, Value
from agentguard.trust.chain.links import GAP_KIND, Gap

STEP = 64
"""Entries that are let go at a time, and after how many new ones it is looked again."""
MOST_STEPS = 8
"""Steps in one commit, so that it never takes long; the rest is let go at the next ones."""

CRITICAL = (
    "incident.", "policy.", "clock.", "action.", "vault.", "purge.", "retention.",
    "control.failed", "events.", "keeper.", "break-glass.",
)  # fmt: skip
"""What a person must not miss, signs of tampering among it."""
FINDING = ("finding.", "proof.", "lock.", "gate.", "file.")
STATE = (
    "session.", "sensor.", "shield.", "agent.", "shift.", "desk.", "lesson.", "payment.",
    "control.", "drill.",
)  # fmt: skip
OWN = "journal."
LANES = 4

_SIZE = "200 + coalesce(length(payload), 0) + coalesce(length(sealed), 0)"
_WAITING = f"SELECT count(*), coalesce(sum({_SIZE}), 0), max(seq) FROM entries WHERE seq > ?"  # noqa: S608 - a constant
_KINDS = "SELECT DISTINCT kind FROM entries WHERE seq > ? AND seq < ?"
_CHOSEN = f"""
    SELECT seq, previous, hash, {_SIZE} FROM entries
    WHERE seq > ? AND seq < ? AND kind IN ({{}}) ORDER BY seq LIMIT ?
"""  # noqa: S608 - a constant
_BEFORE = "SELECT first, last, previous, hash FROM gaps WHERE first < ? ORDER BY first DESC LIMIT 1"
_AT = "SELECT first, last, previous, hash FROM gaps WHERE first = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much may wait for the endpoint."""

    entries: int = 50_000
    size: int = 64 << 20
    """Bytes, roughly as they lie on the disk."""


USUAL = Bounds()


def lane(kind: str) -> int:
    """Return the lane of a kind: 0 is let go first."""
    if kind.startswith(CRITICAL):
        return LANES - 1
    if kind.startswith(FINDING):
        return LANES - 2
    return 1 if kind.startswith(STATE) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What waited at the last look: entries behind `cursor`, counted up to `last`."""

    cursor: int
    last: int
    entries: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """An entry that is to be let go."""

    seq: int
    previous: bytes
    hash: bytes
    size: int


class Lanes:
    """Looks now and then how much waits; called within the journal's commit."""

    def __init__(self, database: Database, bounds: Bounds) -> None:
        self._database = database
        self._bounds = bounds
        self._written = STEP
        self._seen: _Seen | None = None

    def make_room(self, count: int, at: Moment) -> list[Record]:
        """Let go of what is too much before `count` entries are written; give what says so.

        Raises:
            StoreError: the database could not be read or written.

        """
        self._written += count
        if self._written < STEP:
            return []
        self._written = 0
        said: list[Record] = []
        for _ in range(MOST_STEPS + count // STEP):
            if not self._too_much() or not (rows := self._chosen()):
                break
            said.append(self._let_go(rows, at))
        return said

    def look_again(self) -> None:
        """Look at the next commit, since this one was not written."""
        self._written, self._seen = STEP, None

    def _too_much(self) -> bool:
        seen = self._waiting()
        return seen.entries > self._bounds.entries or seen.size > self._bounds.size

    def _waiting(self) -> _Seen:
        """Return what waits; only what came since the last look is counted anew."""
        cursor, seen = self._cursor(), self._seen
        if seen is None or seen.cursor != cursor:
            seen = _Seen(cursor=cursor, last=cursor)
        ((entries, size, last),) = self._database.rows(_WAITING, (seen.last,))
        self._seen = _Seen(
            cursor=cursor,
            last=max(seen.last, _number(last)),
            entries=seen.entries + _number(entries),
            size=seen.size + _number(size),
        )
        return self._seen

    def _let_go(self, rows: Sequence[_Chosen], at: Moment) -> Record:
        runs = list(_runs(rows))
        self._database.many("DELETE FROM entries WHERE seq = ?", [(row.seq,) for row in rows])
        if self._seen is not None:
            less, size = len(rows), sum(row.size for row in rows)
            self._seen = replace(
                self._seen, entries=self._seen.entries - less, size=self._seen.size - size
            )
        for run in runs:
            self._mark(run)
        digest = hashlib.sha256(b"".join(row.hash for row in rows)).hexdigest()
        ranges: list[Json] = [[run.first, run.last] for run in runs]
        payload: dict[str, Json] = {"count": len(rows), "ranges": ranges, "hash": digest}
        return Record(kind=GAP_KIND, at=at, payload=payload)

    def _chosen(self) -> list[_Chosen]:
        """Return the oldest entries of the lowest lane that has any."""
        cursor, newest = self._cursor(), _number(self._one("SELECT max(seq) FROM entries"))
        found = self._database.rows(_KINDS, (cursor, newest))
        kinds = [str(kind) for (kind,) in found if not str(kind).startswith(OWN)]
        lowest = min(map(lane, kinds), default=0)
        chosen = [kind for kind in kinds if lane(kind) == lowest]
        sql = _CHOSEN.format(",".join("?" * len(chosen)))
        rows = self._database.rows(sql, (cursor, newest, *chosen, STEP))
        return [
            _Chosen(seq=_number(n), previous=_bytes(before), hash=_bytes(own), size=_number(size))
            for n, before, own, size in rows
        ]

    def _mark(self, gap: Gap) -> None:
        """Write a gap, as one with those that it touches."""
        path = self._database.path
        for values in self._database.rows(_BEFORE, (gap.first,)):
            before = gap_of(values, path)
            if before.last == gap.first - 1:
                gap = _joined(before, gap)
        for values in self._database.rows(_AT, (gap.last + 1,)):
            gap = _joined(gap, gap_of(values, path))
        self._database.rows("DELETE FROM gaps WHERE first BETWEEN ? AND ?", (gap.first, gap.last))
        self._database.rows(ADD_GAP, values_of_gap(gap))

    def _cursor(self) -> int:
        return _number(self._one("SELECT max(seq) FROM receipts"))

    def _one(self, sql: str) -> Value:
        return self._database.rows(sql)[0][0]


def _joined(one: Gap, other: Gap) -> Gap:
    return Gap(first=one.first, last=other.last, previous=one.previous, hash=other.hash)


def _runs(rows: Sequence[_Chosen]) -> Iterable[Gap]:
    """Yield the rows as runs of numbers without a hole."""
    run: Gap | None = None
    for row in rows:
        one = Gap(first=row.seq, last=row.seq, previous=row.previous, hash=row.hash)
        if run is not None and run.last == row.seq - 1:
            run = _joined(run, one)
            continue
        if run is not None:
            yield run
        run = one
    if run is not None:
        yield run


def _number(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _bytes(value: Value) -> bytes:
    return value if isinstance(value, bytes) else b""
