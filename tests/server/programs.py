"""Fills an endpoint's tables with programs as desks would have told them, counts and all.

What desks send goes through the intake; here the tables are written as it leaves them, so that
pages are tested with names, states and dates of any kind.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert

from agentguard.server.store.schema.software_tables import (
    device_inventory,
    device_program,
    device_program_past,
    product_count,
    program,
    program_count,
    program_day,
)

STATES = ("exploited", "ended", "ending", "unknown", "allowed", "supported")
PART = len(STATES)
DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """A version of a program."""

    name: str
    version: str = "1.0"
    state: str = "supported"
    product: str = ""
    title: str = ""
    publisher: str = "Quill Ltd"
    ends: str = ""
    line: str = ""
    kind: str = "program"
    scope: str = "machine"
    arch: str = "x64"
    why: Mapping[str, object] = field(default_factory=dict)
    page: str = ""
    since: float = 0.0
    first_seen: float = 0.0

    @property
    def rank(self) -> int:
        """The place of its state."""
        return STATES.index(self.state) if self.state else PART


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a desk has, by numbers and since when, what it had until when, and what is unread."""

    device: str
    has: Mapping[int, float]
    had: Sequence[tuple[int, float, float]] = ()
    unread: str = ""


Every = Mapping[int, One]


def put(connection: Connection, every: Every, held: Iterable[Held], now: float) -> None:
    """Write programs by their numbers, what desks have of them, and what is counted of both."""
    connection.execute(insert(program), [_program(n, one) for n, one in every.items()])
    desks: Counter[int] = Counter()
    products: Counter[tuple[str, int]] = Counter()
    days: dict[tuple[float, int], list[int]] = {}
    for one in held:
        _desk(connection, every, one, now)
        desks.update(one.has.keys())
        products.update(worst(every, one.has).items())
        came = [*one.has.items(), *((n, first) for n, first, _ in one.had)]
        for place, moves in ((0, came), (1, [(n, gone) for n, _, gone in one.had])):
            for n, at in moves:
                days.setdefault((at - at % DAY, n), [0, 0])[place] += 1
    rows: list[dict[str, Any]] = [{"program": n, "desks": many} for n, many in desks.items()]
    _write(connection, program_count, rows)
    _write(
        connection,
        product_count,
        [{"product": p, "rank": r, "desks": many} for (p, r), many in products.items()],
    )
    _write(
        connection,
        program_day,
        [{"at": at, "program": n, "came": c, "went": w} for (at, n), (c, w) in days.items()],
    )


def give(connection: Connection, device: str, number: int, words: str, now: float) -> None:
    """Give a desk a program whose name no rule knows, of this number, and a product named as it."""
    name = One(name=f"{words} name", state="unknown", first_seen=now - DAY)
    known = One(name=f"{words} product", state="ended", product=device, first_seen=now - DAY)
    had = [(number, now - 3 * DAY, now - 2 * DAY)]
    has = {number: now - DAY, 1000 + number: now - DAY}
    put(
        connection,
        {number: name, 1000 + number: known},
        [Held(device=device, has=has, had=had)],
        now,
    )


def worst(every: Every, has: Iterable[int]) -> dict[str, int]:
    """Give the worst rank of each product among some versions."""
    found: dict[str, int] = {}
    for n in has:
        one = every[n]
        if one.product and one.rank < PART:
            found[one.product] = min(one.rank, found.get(one.product, one.rank))
    return found


def _desk(connection: Connection, every: Every, one: Held, now: float) -> None:
    counts = Counter(every[n].state for n in one.has)
    rank = min((every[n].rank for n in one.has), default=STATES.index("unknown"))
    row: dict[str, Any] = {"device": one.device, "digest": "ab" * 32, "seen_at": now - 60}
    row |= {"changed_at": now - 3 * DAY, "programs": len(one.has), "since": now - DAY}
    row |= {"rank": min(rank, PART - 1), "unread": one.unread, **{s: counts[s] for s in STATES}}
    connection.execute(insert(device_inventory).values(row))
    mine = {"device": one.device}
    _write(
        connection,
        device_program,
        [{**mine, "program": n, "first_seen": at} for n, at in one.has.items()],
    )
    past = [
        {**mine, "program": n, "first_seen": first, "gone_at": gone} for n, first, gone in one.had
    ]
    _write(connection, device_program_past, past)


def _program(number: int, one: One) -> dict[str, Any]:
    same = ("name", "version", "publisher", "kind", "scope", "arch", "product", "line", "state")
    return {
        "id": number,
        "digest": hashlib.sha256(str(number).encode()).digest(),
        **{key: getattr(one, key) for key in (*same, "rank", "ends", "page")},
        "title": one.title or (one.name if one.product else ""),
        "why": json.dumps(one.why) if one.why else "",
        "first_seen": one.first_seen,
        "since": one.since or one.first_seen,
    }


def _write(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)
