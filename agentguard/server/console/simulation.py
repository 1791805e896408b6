"""Figures of a draft beside what it changes, and of a trial on one ring; teams, never persons."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from agentguard.model import simulation
from agentguard.model.policy import Policy
from agentguard.model.simulation import Figure, Recorded, What
from agentguard.server.policies.publication import RINGS
from agentguard.server.roles import Scope
from agentguard.server.store.desks.policies import EVERYONE, Bundle
from agentguard.server.store.floor import places, simulating
from agentguard.server.store.floor.simulating import Asked

DAY, WEEK = 86400.0, 7
PERIODS = (WEEK, 14, 30)
"""Days of records on which a draft can be tried."""
DAYS = max(PERIODS)
TRIED_RINGS = tuple(one for one in RINGS if one < EVERYONE)
RING, SITE, TEAM = "ring", "site", "team"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Desks on which a draft may be tried: `id` is the percent of a ring, or of a site or team."""

    kind: str
    id: int
    name: str = ""

    @property
    def word(self) -> str:
        """What stands for it in a form."""
        return f"{self.kind}-{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """On how many days and on which desks a draft is tried; no place is all of its group."""

    days: int = WEEK
    place: str = ""


def wish(days: str, place: str) -> Wish:
    """Return what was chosen in a form; what is not offered is a week, and all desks."""
    told = {str(one): one for one in PERIODS}
    return Wish(days=told.get(days, WEEK), place=place)


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamFigures:
    """A team with its desks and the figures in which the draft differs from what happened."""

    name: str
    desks: int
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A draft tried on the last days: all desks of its scope together, and team by team.

    `place` is where, None for all desks of its group; `places` are those where it can be tried.
    """

    days: int
    place: Place | None
    places: tuple[Place, ...]
    desks: int
    counting: int
    figures: tuple[Figure, ...]
    teams: tuple[TeamFigures, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What really happened under a policy on its ring, and meanwhile on the other desks."""

    ring: int
    others: int
    lines: tuple[tuple[str, What, int, int], ...]


def tried(
    connection: Connection, present: Policy | None, draft: Policy, now: float, wished: Wish
) -> Tried | None:
    """Try a draft on desks of its team, or of all; None without a policy before it."""
    if present is None:
        return None
    offered = places_of(connection, draft.release.group)
    place = next((one for one in offered if one.word == wished.place), None)
    asked = Asked(
        teams=_teams(connection, draft.release.group, place),
        since=now - wished.days * DAY,
        ring=place.id if place is not None and place.kind == RING else EVERYONE,
    )
    teams = simulating.by_team(connection, asked)
    whole = simulating.together(teams)
    each = [
        TeamFigures(name=name, desks=one.desks, figures=_differing(present, draft, one))
        for name, one in teams.items()
    ]
    return Tried(
        days=wished.days,
        place=place,
        places=offered,
        desks=whole.desks,
        counting=whole.counting,
        figures=simulation.simulated(present, draft, whole),
        teams=tuple(one for one in each if one.figures),
    )


def places_of(connection: Connection, group: str) -> tuple[Place, ...]:
    """Return where a draft for a team, or for all, can be tried: rings, sites and teams."""
    every = [one for one in places.list_placed(connection) if group in {"", one.name}]
    used = {one.site for one in every}
    sites = [one for one in places.sites(connection) if one.id in used]
    return (
        *(Place(kind=RING, id=one) for one in TRIED_RINGS),
        *(Place(kind=SITE, id=one.id, name=one.name) for one in sites if not group),
        *(Place(kind=TEAM, id=one.id, name=one.name) for one in every if not group),
    )


def _teams(connection: Connection, group: str, place: Place | None) -> Scope:
    """Return the teams of a place."""
    match place:
        case Place(kind="team", id=id_):
            return frozenset({id_})
        case Place(kind="site", id=id_):
            placed = places.list_placed(connection)
            return frozenset(one.id for one in placed if one.site == id_)
        case _:
            return _scope(connection, group)


def measured(connection: Connection, one: Bundle, policy: Policy, now: float) -> Measured | None:
    """Return what happened on the ring of a policy since it is there; None where nobody has it."""
    since = max(one.published_at, now - DAYS * DAY)
    asked = Asked(teams=_scope(connection, one.label.team), since=since, digest=one.label.digest)
    ring = simulating.together(simulating.by_team(connection, asked))
    others = simulating.together(simulating.by_team(connection, replace(asked, others=True)))
    if not ring.desks:
        return None
    here, there = _real(policy, ring), _real(policy, others)
    lines = tuple((*key, here.get(key, 0), there.get(key, 0)) for key in sorted({*here, *there}))
    return Measured(ring=ring.desks, others=others.desks, lines=lines)


def _scope(connection: Connection, team: str) -> Scope:
    if not team:
        return None
    return frozenset(one.id for one in places.list_placed(connection) if one.name == team)


def _differing(present: Policy, draft: Policy, recorded: Recorded) -> tuple[Figure, ...]:
    every = simulation.simulated(present, draft, recorded)
    return tuple(one for one in every if one.draft is None or one.more)


def _real(policy: Policy, recorded: Recorded) -> dict[tuple[str, What], int]:
    every = simulation.simulated(policy, policy, recorded)
    return {(one.check, one.what): one.real for one in every}
