"""What every part of a pack is given, and the shape of a part."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from agentguard.base.translations import Texts
from agentguard.server.feeds import sheets
from agentguard.server.keys import ServerKeys
from agentguard.trust.evidence import tables
from agentguard.trust.evidence.manifest import Scope
from agentguard.trust.evidence.writing import PackFolder

ALL, SITE, TEAM, DESK = "all", "site", "team", "desk"
PLACES = (ALL, SITE, TEAM, DESK)


class NothingThere(Exception):
    """There is no such place, requirement or desk; `kind` is of `evidence.order` in the texts."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Cancelled(Exception):
    """Somebody wants the pack no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What pack is wanted: times are whole seconds since 1970, `people` lists them by pseudonym."""

    scope: Scope
    since: int
    until: int
    by: str
    people: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A control bears on a requirement; `lacks` is what it does not prove."""

    framework: str
    requirement: str
    control: str
    relation: str
    lacks: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A desk was in the team of a number."""

    since: int
    until: int
    team: int


@dataclass(slots=True, kw_only=True)
class Summary:
    """What the paper tells, gathered while the files are written."""

    sums: dict[str, dict[str, int]] = field(default_factory=dict)
    """Seconds of each state by control."""
    worst: dict[str, tuple[int, str]] = field(default_factory=dict)
    """The longest failure of each control in seconds, and the desk's name."""
    failing: dict[str, int] = field(default_factory=dict)
    """Desks at which each control failed."""
    by_team: dict[int, dict[str, int]] = field(default_factory=dict)
    """Seconds of each state by team, of all controls together."""
    desks_of: dict[int, set[int]] = field(default_factory=dict)
    """The numbers of the desks that were in each team."""
    counts: dict[str, int] = field(default_factory=dict)
    """How many rows each file has, by what it is about: `evidence.paper.count-*`."""
    tables: dict[str, list[Sequence[str]]] = field(default_factory=dict)
    """Rows for the paper's own tables, by the part's name."""


@dataclass(slots=True, kw_only=True)
class Work:
    """One pack that is being made, within one transaction that sees one moment."""

    connection: Connection
    order: Order
    pack: PackFolder
    keys: ServerKeys
    words: Texts
    now: float
    claims: tuple[Claim, ...]
    teams: Mapping[int, str]
    wanted: frozenset[int] | None
    """The teams that it is about, None for all."""
    device: str | None
    """The one desk that it is about."""
    site: Mapping[int, Sequence[tuple[int, int]]] | None = None
    """When each team was at the site that it is about; None where it is about no site."""
    stays: dict[str, list[Stay]] = field(default_factory=dict)
    """Where each desk was, by the id of the device; the first part fills it."""
    labels: dict[str, str] = field(default_factory=dict)
    in_force: list[tuple[str, str, str, int, int]] = field(default_factory=list)
    """Which policy each desk had: the desk's name, the policy's and its digest, since and until."""
    summary: Summary = field(default_factory=Summary)
    told: Callable[[str, int, int], None] = lambda _part, _done, _whole: None

    @property
    def cut_off(self) -> int:
        """The end of what can be in it."""
        return min(self.order.until, int(self.now))

    @property
    def controls(self) -> frozenset[str]:
        """The controls that the claims name."""
        return frozenset(one.control for one in self.claims)

    def within_site(self, team: int, since: int, until: int) -> list[tuple[int, int]]:
        """Return the parts of a span in which a team was where the pack is about."""
        if self.site is None:
            return [(since, until)]
        cut = ((max(since, a), min(until, b)) for a, b in self.site.get(team, ()))
        return [(a, b) for a, b in cut if a < b]

    def team_at(self, device: str, at: float) -> str | None:
        """Return in which team a desk was, as its name; None where the pack is not about it."""
        stays = self.stays.get(device, [])
        place = bisect_right([one.since for one in stays], at)
        if not stays or (place and at >= stays[place - 1].until):
            return None
        return self.teams.get(stays[max(place - 1, 0)].team, "")

    def within(self, at: float) -> bool:
        """Check whether a moment lies in the period."""
        return self.order.since <= at < self.order.until

    def sheet(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
        """Write a table whose cells a spreadsheet may read; give its number of rows.

        A line feed within a cell becomes a space, so that a row is a line.
        """
        count = 0
        with self.pack.file(name) as pen:
            pen.write((sheets.BOM + sheets.lines([columns])).encode())

            def every() -> Iterable[bytes]:
                nonlocal count
                for row in rows:
                    count += 1
                    yield row_of(row).encode()

            pen.lines(every())
        return count

    def lines(self, name: str, head: str, rows: Iterable[str]) -> None:
        """Write a table that holds numbers, ids and times only."""
        with self.pack.file(name) as pen:
            pen.write(f"{head}\r\n".encode())
            pen.lines(f"{one}\r\n".encode() for one in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a pack: `write` writes its files; parts of a lower `place` are written first."""

    name: str
    place: int
    write: Callable[[Work], None]


def at(moment: float | None) -> str:
    """Write a moment to the second; empty for none."""
    return "" if moment is None else tables.stamp(int(moment))


def row_of(cells: Sequence[object]) -> str:
    """Return a row of cells that a spreadsheet may read, as one line."""
    return sheets.lines([[_one_line(cell) for cell in cells]])


def _one_line(cell: object) -> object:
    if isinstance(cell, float):
        return at(cell)
    return " ".join(cell.split()) if isinstance(cell, str) else cell
