"""What a person asked a list for: team, site, shift, state, a text, and which page of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from litestar.exceptions import NotFoundException
from sqlalchemy import Connection

from agentguard.server.console.site import Asked
from agentguard.server.roles import Scope
from agentguard.server.store.floor import board, places
from agentguard.server.store.floor.places import Placed, Shift, Site

PAGE = 100  # lines of a list
LONGEST = 100  # characters of a text
LAST_PAGE = 100_000
DIGITS = 9  # of an id


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What was asked; None and empty mean everything."""

    path: str
    team: int | None = None
    site: int | None = None
    shift: int | None = None
    kind: str = ""
    text: str = ""
    page: int = 1

    @property
    def start(self) -> int:
        """How many lines come before the page."""
        return (self.page - 1) * PAGE

    @property
    def narrow(self) -> bool:
        """Whether anything was asked for."""
        return any((self.team, self.site, self.shift, self.kind, self.text))

    def asked(self) -> dict[str, object]:
        """Return what an address says of it."""
        return {
            "team": self.team,
            "site": self.site,
            "shift": self.shift,
            "kind": self.kind,
            "text": self.text,
        }

    def link(self, path: str = "", **changes: str | int | None) -> str:
        """Return the address of the same list with some things changed; the page begins anew."""
        kept = {k: str(v) for k, v in {**self.asked(), **changes}.items() if v}
        return (path or self.path) + (f"?{urlencode(kept)}" if kept else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """Where a page stands in its list; the addresses are empty at the ends."""

    first: int
    last: int
    total: int
    before: str
    after: str


def asked(request: Asked, kinds: Sequence[str] = (), path: str = "") -> Filter:
    """Read what was asked; what makes no sense is as if it were not there."""
    query = request.query_params
    kind = str(query.get("kind", ""))
    return Filter(
        path=path or quote(request.url.path),
        team=_number(query.get("team")),
        site=_number(query.get("site")),
        shift=_number(query.get("shift")),
        kind=kind if kind in kinds else "",
        text=str(query.get("text", "")).strip().replace("\x00", "")[:LONGEST],
        page=min(_number(query.get("page")) or 1, LAST_PAGE),
    )


def pager(wish: Filter, total: int, **more: str) -> Pager:
    """Return the way to the pages before and after; `more` stays in their addresses."""
    last = min(total, wish.start + PAGE)

    def at(number: int) -> str:
        changes: dict[str, str | int | None] = {**more, "page": number}
        return wish.link("", **changes)

    return Pager(
        first=min(total, wish.start + 1),
        last=last,
        total=total,
        before=at(wish.page - 1) if wish.page > 1 else "",
        after=at(wish.page + 1) if last < total else "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The teams that a list is about, and what else the visitor may choose from."""

    teams: Scope
    own: list[Placed]
    sites: list[Site]
    shifts: list[Shift]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The teams that a list is about, without their names: `team` is that of the one asked for."""

    teams: Scope
    team: str
    sites: list[Site]
    shifts: list[Shift]


def span(connection: Connection, wish: Filter, scope: Scope) -> Span:
    """Return the teams that were asked for, for a page that names few of them.

    Raises:
        NotFoundException: there is no such place, or the visitor may not see it.

    """
    teams = scope
    for kind, id_ in (("team", wish.team), ("site", wish.site), ("shift", wish.shift)):
        if id_ is not None:
            near = places.near(connection, scope, kind, id_)
            if not near:
                raise NotFoundException
            teams = board.within(teams, near)
    sites, shifts = places.used(connection, scope)
    return Span(teams=teams, team=places.name(connection, wish.team), sites=sites, shifts=shifts)


def reach(connection: Connection, wish: Filter, scope: Scope) -> Reach:
    """Return the teams that were asked for.

    Raises:
        NotFoundException: there is no such place, or the visitor may not see it.

    """
    own = places.list_placed(connection, scope)
    teams = scope
    for name, id_ in (("id", wish.team), ("site", wish.site), ("shift", wish.shift)):
        if id_ is not None:
            near = frozenset(one.id for one in own if getattr(one, name) == id_)
            if not near:
                raise NotFoundException
            teams = board.within(teams, near)
    at, when = {one.site for one in own}, {one.shift for one in own}
    return Reach(
        teams=teams,
        own=own,
        sites=[one for one in places.sites(connection) if one.id in at],
        shifts=[one for one in places.shifts(connection) if one.id in when],
    )


def _number(value: object) -> int | None:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= DIGITS else None
