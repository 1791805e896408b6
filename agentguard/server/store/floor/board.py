"""The floor in the order of need, a page at a time, and its counts by team.

What is read stays small for a million desks. How many of a team stand how is kept (`team_counts`),
with those marked as silent; the few of whom this is another matter at this moment are put right.
Where marks may be lacking, or for a text, desks are counted in an index of `desk_place`, and those
that are silent without a mark are taken out. So counts are those of the moment either way.
Lists walk `device_standing` or `desk_place` in their order; postures are read for what is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    Subquery,
    and_,
    false,
    func,
    not_,
    or_,
    select,
    true,
    union_all,
)

from agentguard.server.roles import Scope
from agentguard.server.store.desks import goodbyes, quiet
from agentguard.server.store.desks.desk_status import ACT, ATTENTION, BLIND, GOOD
from agentguard.server.store.floor import team_counts
from agentguard.server.store.floor.team_counts import STANDING, TIERS, TeamCount
from agentguard.server.store.schema.floor_tables import device_standing
from agentguard.server.store.schema.place_tables import NO_POSTURE, desk_place
from agentguard.server.store.schema.tables import device, device_seen

_STANDS, _SEEN, _PLACE = device_standing.c, device_seen.c, desk_place.c
_NAMED = 500
"""Desks that a text may find so that they are looked for once, and then named."""
_FEW = 50
"""Teams of which the desks are read one by one; of more, all desks are walked in their order."""
_Asked = Select[tuple[str]]
_Listed = Select[tuple[str, float]] | CompoundSelect[tuple[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which desks: `teams` are their ids (None for all), `text` is a part of the label.

    `cutoff` is the wall time before which the last report is too old to prove anything. `named` are
    the ids of those that the text was found to mean, None when that was not looked for. `marked`
    tells that all who are silent are known to be marked.
    """

    teams: Scope
    cutoff: float
    text: str = ""
    named: tuple[str, ...] | None = None
    marked: bool = False

    @property
    def few(self) -> bool:
        """Whether it is quicker to look at each of them than to walk all desks."""
        return self.named is not None or (self.teams is not None and len(self.teams) <= _FEW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How many of the wanted desks stand in each tier.

    `every` has them by team where they were counted one by one; else `off` is what has to be added
    to what is kept of some teams.
    """

    many: dict[str, int]
    off: dict[int, dict[str, int]] = field(default_factory=dict)
    every: list[TeamCount] | None = None


def prepared(connection: Connection, wanted: Wanted) -> Wanted:
    """Return what is wanted with what is known of marks, and the desks that its text means.

    They are not named if they are very many.
    """
    wanted = replace(wanted, marked=quiet.known(connection) >= wanted.cutoff)
    if not wanted.text:
        return wanted
    every = _among(replace(wanted, text=""))
    meant = _PLACE.label.contains(wanted.text, autoescape=True)  # SQLite's LIKE asks for no case
    asked = select(_PLACE.device).where(every, meant)
    if connection.dialect.name == "postgresql":  # the index of texts is that of the desks' own rows
        meant = device.c.label.icontains(wanted.text, autoescape=True)
        every = _among(replace(wanted, text=""), first=False)
        asked = select(_PLACE.device).join(device, device.c.id == _PLACE.device).where(meant, every)
    ids = tuple(connection.scalars(asked.limit(_NAMED + 1)))
    return wanted if len(ids) > _NAMED else replace(wanted, named=ids)


def standing(connection: Connection, wanted: Wanted) -> Standing:
    """Count the desks by tier; by team as well where they are counted one by one."""
    if not wanted.text and wanted.marked:
        off = _put_right(connection, wanted)
        many = team_counts.total(connection, wanted.teams)
        for one in off.values():
            many = {tier: many[tier] + one[tier] for tier in TIERS}
        if min(many.values()) >= 0:  # fewer than none: what is kept has drifted
            return Standing(many=many, off=off)
    every = team_counts.named(connection, _walked(connection, wanted))
    return Standing(many=tally(every), every=every)


def counts(connection: Connection, wanted: Wanted) -> list[TeamCount]:
    """Count the desks by team and tier, by the teams' names."""
    return among(connection, wanted, standing(connection, wanted), wanted.teams)


def among(
    connection: Connection, wanted: Wanted, stands: Standing, teams: Scope
) -> list[TeamCount]:
    """Return how the desks of some of the wanted teams stand, by the teams' names."""
    if stands.every is not None:
        return [one for one in stands.every if teams is None or one.id in teams]
    wanted = replace(wanted, teams=within(wanted.teams, teams))
    found = defaultdict(lambda: dict.fromkeys(TIERS, 0), team_counts.kept(connection, wanted.teams))
    for id_, off in stands.off.items():
        if wanted.teams is None or id_ in wanted.teams:
            found[id_] = {tier: found[id_][tier] + off[tier] for tier in TIERS}
    if any(many < 0 for one in found.values() for many in one.values()):
        found = defaultdict(dict, _walked(connection, wanted))
    return team_counts.named(
        connection, {id_: one for id_, one in found.items() if any(one.values())}
    )


def worst(
    connection: Connection, wanted: Wanted, stands: Standing, *, start: int, limit: int
) -> tuple[list[TeamCount], int]:
    """Return some of the teams, the worst first, and how many there are.

    A team that is put right may stand anywhere, so that all those are looked at beside the first.
    """
    if stands.every is not None:
        found, many = stands.every, len(stands.every)
    else:
        most = start + limit + len(stands.off)
        ids, many = team_counts.worst(connection, wanted.teams, most)
        found = among(connection, wanted, stands, frozenset({*ids, *stands.off}))
    order = sorted(found, key=lambda one: team_counts.most_trouble_first(one.counts))
    return order[start : start + limit], many


def _walked(connection: Connection, wanted: Wanted) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for row in connection.execute(_standing_counts(wanted)):
        one = found.setdefault(row.team, dict.fromkeys(TIERS, 0))
        one[STANDING.get(row.rank, "attention")] += row.every
        _take_out(one, row)
    for silent in connection.execute(_quiet_counts(wanted, _unheard(wanted))):
        _take_out(found[silent.team], silent)
    return found


def _put_right(connection: Connection, wanted: Wanted) -> dict[int, dict[str, int]]:
    """Return by team what is to be added to the kept counts, which say another thing of some desks.

    These are the marked that are not silent yet or whose goodbye holds no longer, and those that
    were never heard.
    """
    found: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(TIERS, 0))
    for early in connection.execute(_early_counts(wanted)):
        one = found[early.team]
        one["away" if early.gone else "silent"] -= early.many
        one[STANDING.get(early.rank, "attention")] += early.many
    for lapsed in connection.execute(_lapsed_counts(wanted)):
        found[lapsed.team]["away"] -= lapsed.many
        found[lapsed.team]["silent"] += lapsed.many
    for never in connection.execute(_quiet_counts(wanted, _never().subquery("unheard"))):
        _take_out(found[never.team], never)
    return found


def tally(teams: list[TeamCount]) -> dict[str, int]:
    """Add the teams' counts up."""
    return {tier: sum(one.counts[tier] for one in teams) for tier in TIERS}


def page(
    connection: Connection,
    wanted: Wanted,
    tiers: tuple[str, ...],
    many: dict[str, int],
    *,
    start: int,
    limit: int,
) -> list[str]:
    """Return the ids of a page of desks in these tiers, the worst first.

    `many` counts each tier.
    """
    ids: list[str] = []
    for tier in (one for one in TIERS if one in tiers):
        left = limit - len(ids)
        if left > 0 and start < many[tier]:
            asked = _LISTS[tier](wanted).offset(start).limit(left)
            ids += connection.scalars(asked)
        start = max(0, start - many[tier])
    return ids


def within(scope: Scope, teams: Scope) -> Scope:
    """Return the teams that are both asked for and allowed."""
    if scope is None or teams is None:
        return scope if teams is None else teams
    return scope & teams


def _standing_counts(wanted: Wanted) -> Select[tuple[int, int, int, int, int]]:
    """Count by their last posture all that are shown, and which of them are marked as silent."""
    marked = false() if wanted.few else _PLACE.quiet_since < wanted.cutoff
    return (
        select(
            _PLACE.team,
            _PLACE.rank,
            func.count().label("every"),
            func.count().filter(marked).label("many"),
            func.count().filter(marked, _goodbye_holds(wanted.cutoff)).label("away"),
        )
        .where(_among(wanted))
        .group_by(_PLACE.team, _PLACE.rank)
    )


def _quiet_counts(wanted: Wanted, unheard: Subquery) -> Select[tuple[int, int, int, int]]:
    return (
        select(
            _PLACE.team,
            _PLACE.rank,
            func.count().label("many"),
            func.count().filter(_goodbye_holds(wanted.cutoff)).label("away"),
        )
        .select_from(unheard.join(desk_place, _PLACE.device == unheard.c.device))
        .where(_among(wanted, first=False))
        .group_by(_PLACE.team, _PLACE.rank)
    )


def _early_counts(wanted: Wanted) -> Select[tuple[int, int, bool, int]]:
    """Count those that are marked and not yet silent."""
    gone = _PLACE.gone_at.is_not(None).label("gone")
    return (
        select(_PLACE.team, _PLACE.rank, gone, func.count().label("many"))
        .where(_PLACE.quiet_since >= wanted.cutoff, _among(wanted))
        .group_by(_PLACE.team, _PLACE.rank, gone)
    )


def _lapsed_counts(wanted: Wanted) -> Select[tuple[int, int]]:
    """Count the silent whose goodbye holds no longer."""
    lapsed = _PLACE.gone_at < wanted.cutoff - goodbyes.HOLDS
    return (
        select(_PLACE.team, func.count().label("many"))
        .where(lapsed, _PLACE.quiet_since < wanted.cutoff, _among(wanted))
        .group_by(_PLACE.team)
    )


def _take_out(counted: dict[str, int], silent: Row[Any]) -> None:
    counted[STANDING.get(silent.rank, "attention")] -= silent.many
    counted["away"] += silent.away
    counted["silent"] += silent.many - silent.away


def _unheard(wanted: Wanted) -> Subquery:
    """Return the desks whose last report is too old, or that never sent one, and since when.

    Of many, those that are marked are left out.
    """
    if wanted.marked and not wanted.few:
        return _never().subquery("unheard")
    if not wanted.few:
        old = select(_SEEN.device, _SEEN.last_seen.label("since"))
        unmarked = old.where(_SEEN.last_seen < wanted.cutoff, ~_SEEN.quiet)
        return union_all(unmarked, _never()).subquery("unheard")
    since = func.coalesce(_SEEN.last_seen, device.c.enrolled_at)
    return (
        select(_PLACE.device, since.label("since"))
        .join(device, device.c.id == _PLACE.device)
        .outerjoin(device_seen, _SEEN.device == _PLACE.device)
        .where(_among(wanted), or_(_SEEN.last_seen.is_(None), _SEEN.last_seen < wanted.cutoff))
        .subquery("unheard")
    )


def _goodbye_holds(cutoff: float) -> ColumnElement[bool]:
    return _PLACE.gone_at >= cutoff - goodbyes.HOLDS


def _is_gone(cutoff: float) -> ColumnElement[bool]:
    return func.coalesce(_goodbye_holds(cutoff), false())


def _never() -> Select[tuple[str, float]]:
    heard = select(_SEEN.device).where(_SEEN.device == _PLACE.device).exists()
    return (
        select(_PLACE.device, device.c.enrolled_at.label("since"))
        .join(device, device.c.id == _PLACE.device)
        .where(_PLACE.shown, _PLACE.rank == NO_POSTURE, ~heard)
    )


def _among(wanted: Wanted, *, first: bool = True) -> ColumnElement[bool]:
    """Return the condition; unless `first`, in words no index answers: others are walked first."""
    if wanted.named is not None:
        return _PLACE.device.in_(wanted.named)
    shown = _PLACE.shown if first else func.coalesce(_PLACE.shown, false())
    allowed = true() if wanted.teams is None else _PLACE.team.in_(wanted.teams)
    text = _PLACE.label.icontains(wanted.text, autoescape=True) if wanted.text else true()
    return and_(shown, allowed, text)


def _failing(wanted: Wanted) -> _Asked:
    """Walk the standing in its order, and pass over desks that are silent."""
    if wanted.few:
        return _ranked(wanted, ACT)
    return (
        select(_STANDS.device)
        .join(device_seen, _SEEN.device == _STANDS.device)
        .join(desk_place, _PLACE.device == _STANDS.device)
        .where(_STANDS.rank == ACT, _SEEN.last_seen >= wanted.cutoff, _among(wanted, first=False))
        .order_by(_STANDS.severity, _STANDS.since, _STANDS.device)
    )


def _attention(wanted: Wanted) -> _Asked:
    """Return what asks for attention; a desk that reports without a posture comes last."""
    return _ranked(wanted, ATTENTION, BLIND, NO_POSTURE)


def _ranked(wanted: Wanted, *ranks: int) -> _Asked:
    return (
        select(_PLACE.device)
        .join(device_seen, _SEEN.device == _PLACE.device)
        .outerjoin(device_standing, _STANDS.device == _PLACE.device)
        .where(_PLACE.rank.in_(ranks), _SEEN.last_seen >= wanted.cutoff, _among(wanted))
        .order_by(_PLACE.rank, _STANDS.severity, _STANDS.since, _PLACE.device)
    )


def _silent(wanted: Wanted) -> _Listed:
    return _quiet(wanted, not_(_is_gone(wanted.cutoff)))


def _away(wanted: Wanted) -> _Listed:
    return _quiet(wanted, _is_gone(wanted.cutoff))


def _quiet(wanted: Wanted, how: ColumnElement[bool]) -> _Listed:
    """Walk the marked in their order, beside those that are silent without a mark."""
    unheard = _unheard(wanted)
    found = (
        select(_PLACE.device, unheard.c.since)
        .select_from(unheard.join(desk_place, _PLACE.device == unheard.c.device))
        .where(_among(wanted, first=False), how)
    )
    if wanted.few:
        return found.order_by(unheard.c.since, _PLACE.device)
    marked = select(_PLACE.device, _PLACE.quiet_since.label("since")).where(
        _PLACE.quiet_since < wanted.cutoff, _among(wanted), how
    )
    both = union_all(marked, found)
    return both.order_by(both.selected_columns.since, both.selected_columns.device)


def _fine(wanted: Wanted) -> _Asked:
    """Walk the labels; those of a few are put in order."""
    label = func.coalesce(_PLACE.label, "") if wanted.few else _PLACE.label
    return (
        select(_PLACE.device)
        .join(device_seen, _SEEN.device == _PLACE.device)
        .where(_PLACE.rank == GOOD, _SEEN.last_seen >= wanted.cutoff, _among(wanted))
        .order_by(label, _PLACE.device)
    )


_LISTS: dict[str, Callable[[Wanted], _Asked | _Listed]] = {
    "failing": _failing,
    "attention": _attention,
    "silent": _silent,
    "away": _away,
    "ok": _fine,
}
