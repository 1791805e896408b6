"""When a control was in another state than `pass` at a desk, as its postures tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from agentguard.server.store.control_history import numbers, spells
from agentguard.server.store.control_history.states import NOT_IN_POLICY, PASS, number
from agentguard.server.store.engine.times import seconds
from agentguard.server.store.schema.control_tables import excursion, judged
from agentguard.wire import v1

_MINE = (
    (excursion.c.desk == bindparam("k"))
    & (excursion.c.control == bindparam("c"))
    & (excursion.c.since == bindparam("s"))
)
_KEY = ["desk", "control", "since"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Posture:
    """A posture of a desk that came at `now`; `last` is when the report before it came.

    `skew` are the seconds by which this endpoint's clock is ahead of the desk's.
    """

    desk: int
    controls: tuple[v1.Control, ...]
    now: float
    last: float | None = None
    skew: float = 0.0

    def begin(self, control: v1.Control) -> int:
        """Return since when a control is as it is, by this endpoint's clock.

        No earlier than the last report, which told otherwise, and no later than this one.
        """
        at = seconds(control.since, self.now) + self.skew
        low = self.now if self.last is None else min(self.last, self.now)
        return int(min(max(at, low), self.now))


@dataclass(slots=True)
class _Rows:
    """What is to be written."""

    gone: list[dict[str, int]] = field(default_factory=list)
    closed: list[dict[str, int]] = field(default_factory=list)
    opened: list[dict[str, Any]] = field(default_factory=list)
    first: list[dict[str, int]] = field(default_factory=list)
    touched: list[tuple[int, int]] = field(default_factory=list)

    def become(
        self, key: tuple[int, int], at: int, state: int, before: tuple[int, int] | None
    ) -> None:
        """Have a control be in another state; `before` is the open excursion that ends."""
        if before is not None:
            if before[1] == state:
                return
            at = max(at, before[0])
            named = {"k": key[0], "c": key[1], "s": before[0]}
            if at == before[0]:
                self.gone.append(named)
            else:
                self.closed.append({**named, "at": at})
        elif state == PASS:
            return
        if state != PASS:
            self.opened.append(_row(key, at, None, state))
        self.touched.append((key[0], at))


def follow(connection: Connection, given: Sequence[Posture]) -> list[tuple[int, int]]:
    """Write down what changed in postures; give the desks and moments of which it tells."""
    if not given:
        return []
    checks = {c.check[:100] for one in given for c in one.controls}
    names = numbers.controls(connection, checks)
    desks = [one.desk for one in given]
    open_ = _open(connection, desks)
    known = _judged(connection, desks)
    rows = _Rows()
    for one in given:
        mine = known.get(one.desk, {})
        _compare(one, names, mine, open_.get(one.desk, {}), rows)
    _write(connection, rows)
    return rows.touched


def _compare(
    one: Posture,
    names: dict[str, int],
    known: dict[int, int],
    open_: dict[int, tuple[int, int]],
    rows: _Rows,
) -> None:
    """Compare a posture with what is open at its desk."""
    told: set[int] = set()
    first = min(known.values(), default=None)
    for control in one.controls:
        check = names[control.check[:100]]
        if check in told:
            continue
        told.add(check)
        at = one.begin(control)
        if check not in known:  # judged from now on; before, its policy did not ask for it
            at = int(one.now)
            rows.first.append({"desk": one.desk, "control": check, "since": first or at})
            if first is not None and first < at:
                rows.opened.append(_row((one.desk, check), first, at, NOT_IN_POLICY))
                rows.touched.append((one.desk, first))
        state = number(control.state, control.sensor)
        rows.become((one.desk, check), at, state, open_.get(check))
    for check in known.keys() - told:
        rows.become((one.desk, check), int(one.now), NOT_IN_POLICY, open_.get(check))


def _row(key: tuple[int, int], since: int, until: int | None, state: int) -> dict[str, Any]:
    return {"desk": key[0], "control": key[1], "since": since, "until": until, "state": state}


def _open(connection: Connection, desks: Iterable[int]) -> dict[int, dict[int, tuple[int, int]]]:
    table = excursion.c
    rows = connection.execute(
        select(table.desk, table.control, table.since, table.state).where(
            table.desk.in_(desks), table.until.is_(None)
        )
    )
    found: dict[int, dict[int, tuple[int, int]]] = {}
    for desk, control, since, state in rows:
        found.setdefault(desk, {})[control] = since, state
    return found


def _judged(connection: Connection, desks: Iterable[int]) -> dict[int, dict[int, int]]:
    asked = select(judged.c.desk, judged.c.control, judged.c.since).where(judged.c.desk.in_(desks))
    found: dict[int, dict[int, int]] = {}
    for desk, control, since in connection.execute(asked):
        found.setdefault(desk, {})[control] = since
    return found


def _write(connection: Connection, rows: _Rows) -> None:
    if rows.gone:
        connection.execute(delete(excursion).where(_MINE), rows.gone)
    if rows.closed:
        connection.execute(
            update(excursion).where(_MINE).values(until=bindparam("at")), rows.closed
        )
    if rows.first:
        connection.execute(insert(judged), rows.first)
    spells.put(connection, excursion, _KEY, rows.opened)
