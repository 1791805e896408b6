"""Counts a pack's requirements anew from its held seconds and its gaps, line by line.

A signature says who made a pack, not that its sums are right. So each held second is held against
the gaps, and each line of the weeks and of `requirements.csv` against both. The tables come in this
order: mapping, teams, spells, then gaps and held of some desks each, then weeks and requirements.
"""

from __future__ import annotations

import csv
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from agentguard.trust.evidence import tables
from agentguard.trust.evidence.away import Away, Parts, weeks
from agentguard.trust.evidence.tables import EVERY, moment, plain

Take = Callable[[Sequence[str]], None]
Mapped = tuple[str, str, str, str]
"""Framework, requirement, control and relation."""
Lost = Mapping[str, int]
"""Seconds by state."""

MOST_STATES = 12
"""States that gaps may have, of which there are eleven."""


class Wrong(Exception):
    """A line, or what is missing after the last one; `kind` is of `evidence.problem.sum-*`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def demand(holds: object, kind: str) -> None:
    """Check that something holds.

    Raises:
        Wrong: it does not; of the kind.

    """
    if not holds:
        raise Wrong(kind)


@dataclass(frozen=True, slots=True)
class Cell:
    """Counts the seconds of a state of a control in a team."""

    _numbers: array[int]
    _places: dict[int, int]
    _next: Callable[[], int]

    def add(self, parts: Parts) -> None:
        """Count seconds of weeks."""
        mine, places = self._numbers, self._places
        for week, part in parts:
            at = places.get(week)
            if at is None:
                at = places[week] = self._next()
            if at >= len(mine):
                mine.frombytes(bytes((at + 1 - len(mine)) * mine.itemsize))
            mine[at] += part


@dataclass(slots=True)
class Sums:
    """Seconds by team and week: of desks, and of what did not pass by control and state.

    They stand in one array for each control and state that is met, so that five hundred teams fit
    into some megabytes.
    """

    teams: dict[str, str] = field(default_factory=dict)
    """The names of the teams."""
    _time: dict[tuple[str, int], int] = field(default_factory=dict)
    _places: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    _used: int = 0
    _states: set[str] = field(default_factory=set)
    _lost: dict[tuple[str, str], array[int]] = field(
        default_factory=lambda: defaultdict(lambda: array("q"))
    )

    def stay(self, team: str, since: int, until: int) -> None:
        """Count a desk's stay in a team."""
        for week, part in weeks(since, until):
            key = team, week
            self._time[key] = self._time.get(key, 0) + part

    def lose(self, control: str, team: str, state: str, parts: Parts) -> None:
        """Count what did not pass.

        Raises:
            Wrong: there are more states than any release knows.

        """
        self.cell(control, team, state).add(parts)

    def cell(self, control: str, team: str, state: str) -> Cell:
        """Return what counts seconds of a state.

        Raises:
            Wrong: as above.

        """
        self._states.add(state)
        demand(len(self._states) <= MOST_STATES, "form")
        return Cell(self._lost[control, state], self._places[team], self._next)

    def _next(self) -> int:
        """Return the place of another week of a team."""
        self._used += 1
        return self._used - 1

    def weeks(self, controls: Iterable[str], states: Sequence[str]) -> Iterator[str]:
        """Yield the lines of the table of weeks: each control in each team.

        The first of the states is `pass`, which is what the others leave.
        """
        for control in sorted(set(controls)):
            for (team, week), numbers in self._rows(control, states[1:]):
                yield f"{control},{team},{tables.day(week)},{','.join(map(str, numbers))}"

    def lines(self, mapped: Iterable[Mapped], states: Sequence[str]) -> Iterator[str]:
        """Yield the lines of `requirements.csv`: each control and team of each requirement."""
        for control, claims in groupby(mapped, key=lambda one: one[2]):
            by_team = groupby(self._rows(control, states[1:]), key=lambda one: one[0][0])
            rows = []
            for team, own in by_team:
                whole = map(sum, zip(*(numbers for _, numbers in own), strict=True))
                rows.append(f"{team},{plain(self.teams.get(team, ''))},{','.join(map(str, whole))}")
            for claim in claims:
                first = ",".join(claim)
                for row in rows:
                    yield f"{first},{row}"

    def _rows(
        self, control: str, states: Sequence[str]
    ) -> Iterator[tuple[tuple[str, int], tuple[int, ...]]]:
        """Yield teams and weeks in order, each with all its seconds and those of each state."""
        places = sorted(self._time.items(), key=lambda one: (int(one[0][0]), one[0][1]))
        own = [self._lost.get((control, one), _NONE) for one in states]
        away = [self._lost.get((EVERY, one), _NONE) for one in states]
        for key, whole in places:
            at = self._places[key[0]].get(key[1], self._used)
            counts = [
                (mine[at] if at < len(mine) else 0) + (all_[at] if at < len(all_) else 0)
                for mine, all_ in zip(own, away, strict=True)
            ]
            yield key, (whole, whole - sum(counts), *counts)


_NONE = array("q")


class Recount:
    """Takes the tables; each `begin` gives what takes the cells of a file's lines."""

    def __init__(self, since: int, until: int) -> None:
        self._since, self._until = since, until
        self._mapped: list[Mapped] = []
        self._controls: set[str] = set()
        self._states: tuple[str, ...] = ()
        self._known: frozenset[str] = frozenset()
        self._sums = Sums()
        self._unheld: dict[tuple[str, str], int] = {}
        self._some = _Some({})
        self._wanted: Iterator[str] = iter(())

    def begin(self, name: str) -> Take | None:
        """Return what takes the lines of a file after its head; None where nothing is counted."""
        if name.startswith(tables.GAPS):
            self._gaps = _Gaps(self._since, self._until, self._sums)
            self._some = _Some(self._gaps.lost)
            return self._gaps.take
        if name == tables.WEEKS:
            self._wanted = self._sums.weeks(self._controls, self._states)
        if name == tables.REQUIREMENTS:
            self._wanted = self._sums.lines(self._mapped, self._states)
        if name.startswith(tables.HELD):
            return self._held
        takes: Mapping[str, Take] = {
            tables.MAPPING: self._mapping,
            tables.TEAMS: self._team,
            tables.SPELLS: self._spell,
            tables.WEEKS: self._week,
            tables.REQUIREMENTS: self._requirement,
        }
        return takes.get(name)

    def head(self, name: str, cells: Sequence[str]) -> None:
        """Take a file's first line.

        Raises:
            Wrong: it is another one.

        """
        line = ",".join(cells)
        if name.startswith(tables.HELD):
            states = tables.states_of(line)
            demand(states and self._states in {(), states}, "head")
            self._states, self._known = states, frozenset(states[1:])
        elif name == tables.WEEKS:
            demand(line == tables.week_head(self._states), "head")
        elif name == tables.REQUIREMENTS:
            demand(line == tables.requirement_head(self._states), "head")
        else:
            demand(line == tables.head_of(name), "head")

    def end(self, name: str) -> None:
        """Say that a file's last line was taken.

        Raises:
            Wrong: there must be more.

        """
        if name in {tables.WEEKS, tables.REQUIREMENTS}:
            demand(not next(self._wanted, ""), "short")
        if name.startswith(tables.HELD):
            for done in self._some.settle(len(self._controls)):
                del self._unheld[done]
            demand(not self._some.lost, "unheld")

    def finish(self) -> None:
        """Say that the last file was taken.

        Raises:
            Wrong: of a desk that is said to have been there no seconds are told.

        """
        demand(not self._unheld, "unheld")

    def _mapping(self, cells: Sequence[str]) -> None:
        demand(len(cells) == len(tables.MAPPING_HEAD), "form")
        framework, requirement, control, relation = cells[:4]
        self._mapped.append((framework, requirement, control, relation))
        self._controls.add(control)

    def _team(self, cells: Sequence[str]) -> None:
        number, name = cells
        self._sums.teams[number] = name

    def _spell(self, cells: Sequence[str]) -> None:
        desk, team, begins, ends, length = cells
        since, until = self._span(begins, ends)
        demand(until - since == int(length), "seconds")
        self._unheld[desk, team] = self._unheld.get((desk, team), 0) + until - since
        self._sums.stay(team, since, until)

    def _span(self, begins: str, ends: str) -> tuple[int, int]:
        since, until = moment(begins), moment(ends)
        demand(self._since <= since < until <= self._until, "outside")
        return since, until

    def _held(self, cells: Sequence[str]) -> None:
        desk, team, control, seconds, *counted = cells
        every = [int(one) for one in counted]
        demand(len(every) == len(self._states) and min(every) >= 0, "form")
        demand(sum(every) == int(seconds), "sum")
        demand(self._unheld.get((desk, team)) == int(seconds), "spell")
        demand(control not in {"", EVERY}, "form")
        self._some.hold((desk, team, control), mapped=control in self._controls)
        own, away = self._some.take(desk, team, control)
        demand(own.keys() <= self._known and away.keys() <= self._known, "gaps")
        for state, has in zip(self._states[1:], every[1:], strict=True):
            if own.get(state, 0) + away.get(state, 0) != has:
                raise Wrong("gaps")

    def _week(self, cells: Sequence[str]) -> None:
        demand(",".join(cells) == next(self._wanted, ""), "week")

    def _requirement(self, cells: Sequence[str]) -> None:
        demand(",".join(cells) == next(self._wanted, ""), "requirement")


class _Gaps:
    """Takes the rows of a file of gaps; those of a desk come by control and in order.

    What rows have in common with those before them is looked up once: there are millions of them.
    """

    def __init__(self, since: int, until: int, sums: Sums) -> None:
        self.lost: dict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
        """Seconds by state of a desk, team and control that no held line has explained."""
        self._since, self._until, self._sums = since, until, sums
        self._key = ("", "", "", "")
        self._last = since
        self._away = Away()
        self._parts = self._away.take
        self._own: dict[str, int] = {}
        self._cell: Cell | None = None

    def take(self, cells: Sequence[str]) -> None:
        """Take a row.

        Raises:
            Wrong: it cannot be right.

        """
        desk, team, control, state, begins, ends, length = cells
        since, until = moment(begins), moment(ends)
        if self._cell is None or self._key != (desk, team, control, state):
            self._cell = self._turn(desk, team, control, state)
        if not self._last <= since < until <= self._until:
            raise Wrong("overlap" if self._since <= since < until <= self._until else "outside")
        self._last = until
        parts = self._parts(since, until)
        seconds = parts[0][1] if len(parts) == 1 else sum([part for _, part in parts])
        if seconds != int(length):
            raise Wrong("seconds")
        self._own[state] = self._own.get(state, 0) + seconds
        self._cell.add(parts)

    def _turn(self, desk: str, team: str, control: str, state: str) -> Cell:
        """Begin with another desk, team, control or state."""
        last, _, before, _ = self._key
        if desk != last:
            self._away = Away()
        if (desk, control) != (last, before):
            demand(control != EVERY or desk != last, "order")
            self._last = self._since
            self._parts = self._away.take if control == EVERY else self._away.parts
        self._key = (desk, team, control, state)
        self._own = self.lost[desk, team, control]
        return self._sums.cell(control, team, state)


@dataclass(slots=True)
class _Some:
    """What is known of the desks of one file of gaps, until their file of held seconds ends."""

    lost: dict[tuple[str, str, str], dict[str, int]]
    _met: set[tuple[str, str, str]] = field(default_factory=set)
    _mapped: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def hold(self, key: tuple[str, str, str], *, mapped: bool) -> None:
        """Note that a held line was met."""
        demand(key not in self._met, "again")
        self._met.add(key)
        self._mapped[key[:2]] += mapped

    def take(self, desk: str, team: str, control: str) -> tuple[Lost, Lost]:
        """Return the seconds by state that the gaps of a control tell, and those of the desk."""
        return self.lost.pop((desk, team, control), {}), self.lost.get((desk, team, EVERY), {})

    def settle(self, controls: int) -> list[tuple[str, str]]:
        """Return which desks in which teams were met with so many mapped controls."""
        done = [key for key, met in self._mapped.items() if met == controls]
        for desk, team in done:
            self.lost.pop((desk, team, EVERY), None)
        return done


def split(name: str, lines: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the cells of lines; only the mapping and the teams have cells that hold a comma.

    Raises:
        csv.Error: a line is none of a table.

    """
    if name in {tables.MAPPING, tables.TEAMS}:
        yield from csv.reader(lines)
        return
    for one in lines:
        yield one.split(",")
