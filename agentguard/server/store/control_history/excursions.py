"""When a control was in another state than `pass` at a desk, as its postures tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from agentguard.server.store.control_history import numbers
from agentguard.server.store.control_history.numbers import NOT_IN_POLICY, PASS, number
from agentguard.server.store.engine import arrays
from agentguard.server.store.engine.times import seconds
from agentguard.server.store.schema.control_tables import excursion, judged
from agentguard.wire import v1

_KEY = ["desk", "control", "since"]
OPEN = arrays.look(
    "SELECT desk, control, since, state FROM excursion WHERE desk {} AND until IS NULL",
    excursion.c.desk,
)
JUDGED = arrays.look("SELECT desk, control, since FROM judged WHERE desk {}", judged.c.desk)
_GONE = arrays.gone(excursion, *_KEY)
_CLOSE = arrays.change(excursion, _KEY, "until")
_FIRST = arrays.new(judged, "desk", "control", "since")
_PUT = arrays.put(excursion, _KEY, "until", "state")


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

    gone: list[arrays.Row] = field(default_factory=list)
    closed: list[arrays.Row] = field(default_factory=list)
    opened: list[arrays.Row] = field(default_factory=list)
    first: list[arrays.Row] = field(default_factory=list)
    touched: list[tuple[int, int]] = field(default_factory=list)

    def become(
        self, key: tuple[int, int], at: int, state: int, before: tuple[int, int] | None
    ) -> None:
        """Have a control be in another state; `before` is the open excursion that ends."""
        if before is not None:
            if before[1] == state:
                return
            at = max(at, before[0])
            named = (*key, before[0])
            if at == before[0]:
                self.gone.append(named)
            else:
                self.closed.append((at, *named))
        elif state == PASS:
            return
        if state != PASS:
            self.opened.append((*key, at, None, state))
        self.touched.append((key[0], at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What is held of desks: the numbers of controls, and what `OPEN` and `JUDGED` gave."""

    names: Mapping[str, int]
    open: Iterable[Any]
    judged: Iterable[Any]


def checks(given: Iterable[Posture]) -> set[str]:
    """Return the names of the controls that postures tell of."""
    return {c.check[:100] for one in given for c in one.controls}


def look(connection: Connection, given: Sequence[Posture]) -> Before:
    """Return what is held of the desks of these postures."""
    names = numbers.controls(connection, checks(given))
    desks = [one.desk for one in given]
    open_, known = arrays.find_each(connection, (OPEN, desks), (JUDGED, desks))
    return Before(names=names, open=open_, judged=known)


def follow(
    connection: Connection, given: Sequence[Posture], before: Before
) -> list[tuple[int, int]]:
    """Write down what changed in postures; give the desks and moments of which it tells."""
    open_: dict[int, dict[int, tuple[int, int]]] = {}
    for desk, control, since, state in before.open:
        open_.setdefault(desk, {})[control] = since, state
    known: dict[int, dict[int, int]] = {}
    for desk, control, since in before.judged:
        known.setdefault(desk, {})[control] = since
    rows = _Rows()
    for one in given:
        _compare(one, before.names, known.get(one.desk, {}), open_.get(one.desk, {}), rows)
    arrays.say(connection, _GONE, rows.gone)
    arrays.say(connection, _CLOSE, rows.closed)
    arrays.say(connection, _FIRST, rows.first)
    arrays.say(connection, _PUT, rows.opened)
    return rows.touched


def _compare(
    one: Posture,
    names: Mapping[str, int],
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
            rows.first.append((one.desk, check, first or at))
            if first is not None and first < at:
                rows.opened.append((one.desk, check, first, at, NOT_IN_POLICY))
                rows.touched.append((one.desk, first))
        state = number(control.state, control.sensor)
        rows.become((one.desk, check), at, state, open_.get(check))
    for check in known.keys() - told:
        rows.become((one.desk, check), int(one.now), NOT_IN_POLICY, open_.get(check))
