"""Keeps what waits for the endpoint within bounds: the least important is let go first, and marked.

Four lanes: critical, finding, state, telemetry. When more waits than is allowed, the oldest entries
of the lowest lane that has any are let go. Where they stood a gap keeps the chain together, and an
entry `journal.gap` says which numbers were let go. What tells of the journal itself always stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agentguard.model.moments import Moment
from agentguard.model.records import Json, Record
from agentguard.store.chain import GAP_KIND, Gap
from agentguard.store.database import Database, Value
from agentguard.store.rows import ADD_GAP, gap_of, values_of_gap

STEP = 64
"""Entries that are let go at a time, and after how many new ones it is looked again."""
MOST_STEPS = 8
"""Steps in one commit, so that it never takes long; the rest is let go at the next ones."""

CRITICAL = ("incident.", "policy.", "clock.", "action.", "vault.", "purge.", "retention.")
FINDING = ("finding.", "proof.", "lock.")
STATE = ("session.", "sensor.", "shield.", "agent.", "shift.", "desk.", "lesson.", "payment.")
OWN = "journal."
LANES = 4

_WAITING = """
    SELECT count(*), coalesce(sum(
      200 + coalesce(length(payload), 0) + coalesce(length(sealed), 0)
    ), 0) FROM entries WHERE seq > ?
"""
_KINDS = "SELECT DISTINCT kind FROM entries WHERE seq > ? AND seq < ?"
_CHOSEN = """
    SELECT seq, previous, hash FROM entries
    WHERE seq > ? AND seq < ? AND kind IN ({}) ORDER BY seq LIMIT ?
"""
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
    """Give the lane of a kind: 0 is let go first."""
    if kind.startswith(CRITICAL):
        return LANES - 1
    if kind.startswith(FINDING):
        return LANES - 2
    return 1 if kind.startswith(STATE) else 0


class Lanes:
    """Looks now and then how much waits; called within the journal's commit."""

    def __init__(self, database: Database, bounds: Bounds) -> None:
        self._database = database
        self._bounds = bounds
        self._written = STEP

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
        self._written = STEP

    def _too_much(self) -> bool:
        ((entries, size),) = self._database.rows(_WAITING, (self._cursor(),))
        return _number(entries) > self._bounds.entries or _number(size) > self._bounds.size

    def _let_go(self, rows: Sequence[tuple[int, bytes, bytes]], at: Moment) -> Record:
        runs = list(_runs(rows))
        self._database.many("DELETE FROM entries WHERE seq = ?", [(seq,) for seq, _, _ in rows])
        for run in runs:
            self._mark(run)
        digest = hashlib.sha256(b"".join(own for _, _, own in rows)).hexdigest()
        ranges: list[Json] = [[run.first, run.last] for run in runs]
        payload: dict[str, Json] = {"count": len(rows), "ranges": ranges, "hash": digest}
        return Record(kind=GAP_KIND, at=at, payload=payload)

    def _chosen(self) -> list[tuple[int, bytes, bytes]]:
        """Give number and hashes of the oldest entries of the lowest lane that has any."""
        cursor, newest = self._cursor(), _number(self._one("SELECT max(seq) FROM entries"))
        found = self._database.rows(_KINDS, (cursor, newest))
        kinds = [str(kind) for (kind,) in found if not str(kind).startswith(OWN)]
        lowest = min(map(lane, kinds), default=0)
        chosen = [kind for kind in kinds if lane(kind) == lowest]
        sql = _CHOSEN.format(",".join("?" * len(chosen)))
        rows = self._database.rows(sql, (cursor, newest, *chosen, STEP))
        return [(_number(seq), _bytes(before), _bytes(own)) for seq, before, own in rows]

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


def _runs(rows: Sequence[tuple[int, bytes, bytes]]) -> Iterable[Gap]:
    """Give the rows as runs of numbers without a hole."""
    run: Gap | None = None
    for seq, before, own in rows:
        one = Gap(first=seq, last=seq, previous=before, hash=own)
        if run is not None and run.last == seq - 1:
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
