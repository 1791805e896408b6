"""What a person asked a list of programs for: a state, a class, a kind, words, and the order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection

from agentguard.model.facts import Kind
from agentguard.model.vendors import ProgramClass
from agentguard.server.console import filters
from agentguard.server.console.filters import Filter, Reach
from agentguard.server.console.site import Asked
from agentguard.server.roles import Scope
from agentguard.server.store.floor.places import Placed
from agentguard.server.store.software import fleet_pages
from agentguard.server.store.software.counting import STATES
from agentguard.server.store.software.fleet_pages import SORTS, Wanted
from agentguard.software import classes

CLASSES = tuple(one.value for one in ProgramClass)
KINDS = tuple(one.value for one in (Kind.PROGRAM, Kind.SYSTEM, Kind.RUNTIME, Kind.EXTENSION))
MOST_TEAMS = 300
"""Teams up to which a list of them can be chosen from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramFilter(Filter):
    """What was asked; `kind` is a state, `of` a class or a kind of programs, `sort` the order."""

    of: str = ""
    sort: str = ""

    def asked(self) -> dict[str, object]:
        """Return what an address says of it."""
        return {**Filter.asked(self), "of": self.of, "sort": self.sort}

    @property
    def narrow(self) -> bool:
        """Whether anything was asked for."""
        return any((self.team, self.site, self.shift, self.kind, self.text, self.of))

    def wanted(self, connection: Connection, teams: Scope) -> Wanted:
        """Return what the database is asked for."""
        return Wanted(
            teams=teams,
            state=self.kind,
            text=self.text,
            kind=self.of if self.of in KINDS else "",
            ids=_classed(connection, self.of) if self.of in CLASSES else None,
        )


def asked(request: Asked, path: str = "") -> ProgramFilter:
    """Read what was asked; what makes no sense is as if it were not there."""
    plain = filters.asked(request, STATES, path=path)
    of, sort = (str(request.query_params.get(name, "")) for name in ("of", "sort"))
    return ProgramFilter(
        path=plain.path,
        team=plain.team,
        site=plain.site,
        shift=plain.shift,
        kind=plain.kind,
        text=plain.text,
        page=plain.page,
        of=of if of in (*CLASSES, *KINDS) else "",
        sort=sort if sort in SORTS[1:] else "",
    )


def teams(reach: Reach) -> list[Placed]:
    """Return the teams that the list's form lets a person choose from; none when they are many."""
    return reach.own if 1 < len(reach.own) <= MOST_TEAMS else []


def _classed(connection: Connection, of: str) -> Collection[int]:
    return [
        one
        for one, name, publisher, product in fleet_pages.names(connection)
        if of in _classes(name, publisher, product)
    ]


@lru_cache(maxsize=50_000)
def _classes(name: str, publisher: str, product: str) -> frozenset[str]:
    return frozenset(one.value for one in classes.shipped().of(name, publisher, product))
