"""Sums of days: how long each control was in each state in each team and site, in seconds.

A page reads these (`day_sums.py`); an evidence pack goes to the spells themselves. A day is one of
UTC. What is late changes sums of days that are over, so these are made again (`held_desk.touched`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from agentguard.model.failures import failures
from agentguard.model.held import ORDER, Control, Period, State
from agentguard.server.store.control_history import histories, team_places
from agentguard.server.store.control_history.histories import History
from agentguard.server.store.control_history.spells import DAY
from agentguard.server.store.control_history.team_places import Place
from agentguard.server.store.schema.control_tables import (
    STATES,
    USED,
    held_control,
    held_day,
    held_desk,
    held_failed,
    held_org_day,
)
from agentguard.server.store.schema.exception_tables import exception_desk

MOST = 31
"""Days that are made again at once, when something was learned of a day before."""
_COLUMNS = dict(zip(ORDER, STATES, strict=True))
_NEVER = Control(judged=None)
_ADDED = (*STATES, *USED)
PACK = 2**32
"""A longest failure is its seconds times this and its desk: a maximum of such keeps both."""
Made = dict[str, Any]
Where = tuple[int, int]
"""A team and a site."""


@dataclass(slots=True)
class Books:
    """The rows of a day while desk after desk is entered."""

    rows: dict[tuple[Where, str], Made] = field(default_factory=dict)
    failed: list[Made] = field(default_factory=list)
    _bare: dict[Where, dict[State, int]] = field(default_factory=dict)
    _used: dict[Where, dict[State, int]] = field(default_factory=dict)
    _counts: dict[Where, int] = field(default_factory=dict)
    _seen: dict[tuple[Where, str], int] = field(default_factory=dict)

    def enter(self, one: History, places: Mapping[int, Sequence[Place]]) -> None:
        """Add a desk to the sums of the teams and sites in which it was."""
        stays = [
            ((member.team, place.site), place)
            for member in one.teams
            for place in team_places.cut(places.get(member.team, ()), member.since, member.until)
        ]
        for where in {where for where, _ in stays}:
            self._counts[where] = self._counts.get(where, 0) + 1
        for where, place in stays:
            self._stay(one, where, place)

    def _stay(self, one: History, where: Where, place: Place) -> None:
        period = Period(since=place.since, until=place.until)
        presence = one.presence(period)
        in_use = presence.within(one.used(place.hours(one.period)))
        _add(self._bare.setdefault(where, dict.fromkeys(ORDER, 0)), presence.sums(_NEVER))
        _add(self._used.setdefault(where, dict.fromkeys(ORDER, 0)), in_use.sums(_NEVER))
        for check, control in one.controls.items():
            row = self.rows.setdefault((where, check), _empty())
            sums, used = presence.sums(control), in_use.sums(control)
            for state, column in _COLUMNS.items():
                row[column] += sums[state]
            row["used_fail"] += used[State.FAIL]
            row["used_passed"] += used[State.PASS]
            self._seen[where, check] = self._seen.get((where, check), 0) + period.seconds
            if any(span.state is State.FAIL for span in control.spans):
                self._fail(one, (where, check), period, sums[State.FAIL])

    def _fail(self, one: History, key: tuple[Where, str], period: Period, seconds: int) -> None:
        (team, site), check = key
        row = self.rows[key]
        if seconds:
            row["failing"] += 1
            self.failed.append(
                {"check": check, "desk": one.number, "team": team, "site": site, "seconds": seconds}
            )
        hidden = histories.hidden(one)
        for failure in failures(one.controls[check], period, hidden):
            row["longest"] = max(row["longest"], failure.seconds * PACK + one.number)
            if failure.mended:
                row["mended"].append(failure.seconds)

    def close(self) -> None:
        """Add the desks of each team at which nothing was ever judged of a control.

        Their time is what the team's is more than that of the others, less what is known of these.
        """
        for (where, check), row in self.rows.items():
            bare, used = self._bare[where], self._used[where]
            rest = sum(bare.values()) - self._seen[where, check]
            for state in (State.NOT_ENROLLED, State.OFFLINE):
                more = bare[state] - row[_COLUMNS[state]]
                row[_COLUMNS[state]] += more
                rest -= more
            row[_COLUMNS[State.NOT_IN_POLICY]] += rest
            row["used"] = sum(used.values()) - used[State.NOT_ENROLLED]
            row["used_offline"] = used[State.OFFLINE]
            row["desks"] = self._counts[where]


def of(at: float) -> int:
    """Return the day of a moment, counted from 1970 in UTC."""
    return int(at) // DAY


@dataclass(frozen=True, slots=True)
class Day:
    """The rows of a day: sums by team and site, and who failed for how long."""

    sums: Sequence[Made] = ()
    failed: Sequence[Made] = ()


def make(connection: Connection, day: int, now: float) -> Day:
    """Return the rows of a day, as far as it is over; one transaction sees all of it as it was."""
    period = Period(since=day * DAY, until=min((day + 1) * DAY, int(now)))
    if not period.seconds:
        return Day()
    books = Books()
    excepted, places = spans(connection, period), team_places.read(connection, period)
    for one in histories.read(connection, period, now, excepted=excepted):
        books.enter(one, places)
    books.close()
    names = {row.check: row.number for row in connection.execute(select(held_control))}
    sums = []
    for ((team, site), check), row in books.rows.items():
        mended = ",".join(map(str, row.pop("mended")))
        key = {"team": team, "site": site, "day": day, "control": names[check]}
        sums.append({**row, **key, "mended": mended})
    failed: dict[tuple[Any, ...], Made] = {}
    for row in books.failed:  # a desk may come back to a team on the same day
        row |= {"day": day, "control": names[row.pop("check")]}
        of_whom = row["control"], row["desk"], row["team"], row["site"]
        row["seconds"] += failed.get(of_whom, {"seconds": 0})["seconds"]
        failed[of_whom] = row
    return Day(sums, list(failed.values()))


def _empty() -> Made:
    return {**dict.fromkeys((*_ADDED, "longest", "failing"), 0), "mended": []}


def _add(into: dict[State, int], more: Mapping[State, int]) -> None:
    for state, seconds in more.items():
        into[state] += seconds


def put(connection: Connection, day: int, made: Day) -> None:
    """Write the rows of a day, in the place of those that there were."""
    org: dict[int, Made] = {}
    for row in made.sums:
        whole = org.setdefault(row["control"], {"control": row["control"], "day": day})
        for name in (*_ADDED, "desks", "failing"):
            whole[name] = whole.get(name, 0) + row[name]
        whole["longest"] = max(whole.get("longest", 0), row["longest"])
        whole["mended"] = ",".join(filter(None, (whole.get("mended"), row["mended"])))
    tables = ((held_day, made.sums), (held_org_day, [*org.values()]), (held_failed, made.failed))
    for table, given in tables:
        connection.execute(delete(table).where(table.c.day == day))
        if given:
            connection.execute(insert(table), given)


def touched(connection: Connection, now: float) -> Iterable[int]:
    """Return the days before yesterday of which something was learned since they were summed."""
    first = connection.scalar(select(func.min(held_desk.c.touched)))
    if first is None:
        return ()
    known = held_desk.c.touched.is_not(None)
    connection.execute(update(held_desk).where(known).values(touched=None))
    yesterday = of(now) - 1
    return range(max(of(first), yesterday - MOST), yesterday)


def spans(connection: Connection, period: Period) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """Return the spans within a period, by device and check; one that ended early ends there."""
    table = exception_desk.c
    until = func.coalesce(table.ended_at, table.until)
    rows = connection.execute(
        select(table.device, table.control, table.since, until.label("until")).where(
            table.since < period.until, until > period.since
        )
    )
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in rows:
        found.setdefault((row.device, row.control), []).append((int(row.since), int(row.until)))
    return found
