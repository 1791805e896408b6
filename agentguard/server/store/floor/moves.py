"""Desks and teams under other names, and desks in other teams: many at once, or none of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from agentguard.server import masking
from agentguard.server.roles import Scope
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.control_history import enrolments
from agentguard.server.store.desks import policies
from agentguard.server.store.desks.policies import Bundle
from agentguard.server.store.floor import places
from agentguard.server.store.records import audit
from agentguard.server.store.records.legal_holds import TEAM
from agentguard.server.store.schema.history_tables import legal_hold
from agentguard.server.store.schema.tables import device, device_seen, policy_bundle, team

MOST = 100  # desks at once
LONGEST_LABEL, LONGEST_TEAM = 200, 100


class MoveRefused(Exception):
    """Nothing was changed; `kind` is `gone`, `name`, `taken`, `policies`, `signed` or `company`.

    `about` names the desk or the team.
    """

    def __init__(self, kind: str, about: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.about = about


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A desk with its label and its team."""

    id: str
    label: str
    team: int
    team_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a desk is to be called, and in which team it is to be."""

    id: str
    label: str
    team: int


def seats(connection: Connection, ids: Sequence[str], scope: Scope) -> list[Seat]:
    """Return the desks of these ids that may be seen, by team and label."""
    asked = (
        select(device.c.id, device.c.label, device.c.team, team.c.name)
        .join(team, team.c.id == device.c.team)
        .where(device.c.id.in_(ids[:MOST]))
        .order_by(team.c.name, device.c.label, device.c.id)
    )
    if scope is not None:
        asked = asked.where(device.c.team.in_(scope))
    rows = connection.execute(asked)
    return [Seat(id=r.id, label=r.label, team=r.team, team_name=r.name) for r in rows]


def arrange(connection: Connection, wanted: Sequence[Wanted], by: Visitor, now: float) -> int:
    """Move and rename desks, each with its line of the audit log; give how many changed.

    Raises:
        MoveRefused: one of them cannot be; the transaction has to be given up.

    """
    known = {one.id: one for one in seats(connection, [one.id for one in wanted], by.scope)}
    teams = {int(row.id): str(row.name) for row in connection.execute(select(team))}
    published, have = policies.bundles(connection), _present(connection, list(known))
    changed = 0
    for one in wanted:
        before, label = known.get(one.id), plain(one.label)
        may = by.scope is None or one.team in by.scope
        if before is None or one.team not in teams or not may:
            raise MoveRefused("gone", label)
        if not label or len(label) > LONGEST_LABEL or not label.isprintable():
            raise MoveRefused("name", before.label)
        named = before.label if label == before.label else masking.name(label)
        moves = one.team != before.team
        if moves and _keeps_other(published, before.id, teams[one.team], have.get(one.id, "")):
            raise MoveRefused("policies", before.label)
        changed += _arrange(connection, before, Wanted(id=one.id, label=named, team=one.team),
                            (by.name, teams[one.team], now))  # fmt: skip
    return changed


def _arrange(
    connection: Connection, before: Seat, after: Wanted, said: tuple[str, str, float]
) -> bool:
    by, name, now = said
    moved, renamed = after.team != before.team, after.label != before.label
    if not moved and not renamed:
        return False
    mine = update(device).where(device.c.id == after.id)
    connection.execute(mine.values(team=after.team, label=after.label))
    if renamed:
        audit.note(connection, now, by, "device.renamed", f"{after.id} {after.label}")
    if moved:
        enrolments.follow(connection, after.id, now)
        audit.note(connection, now, by, "device.moved", f"{after.id} {before.team_name} > {name}")
    return True


def arrange_teams(
    connection: Connection,
    wanted: Sequence[places.Placed],
    by: str,
    now: float,
    company: Collection[str] = (),
) -> None:
    """Name and place teams, each change with its line of the audit log; holds on a team go along.

    `company` are the names that the company's sign-in gives teams by.

    Raises:
        MoveRefused: one of them cannot be; the transaction has to be given up.

    """
    known = {one.id: one for one in places.list_placed(connection)}
    for one in wanted:
        before, name = known.get(one.id), plain(one.name)
        if before is None:
            raise MoveRefused("gone", name)
        if name != before.name:
            _rename(connection, before, name, company)
            audit.note(connection, now, by, "team.renamed", f"{before.name} > {name}")
        if (before.site, before.shift) == (one.site, one.shift):
            continue
        if not places.place(connection, one.id, one.site, one.shift, now):
            raise MoveRefused("gone", name)
        audit.note(connection, now, by, "team.placed", str(one.id))


def _rename(
    connection: Connection, before: places.Placed, name: str, company: Collection[str]
) -> None:
    if not name or len(name) > LONGEST_TEAM or not name.isprintable():
        raise MoveRefused("name", before.name)
    if connection.scalar(select(team.c.id).where(team.c.name == name)) is not None:
        raise MoveRefused("taken", name)
    if {before.name, name} & _with_policies(connection):
        raise MoveRefused("signed", before.name)
    if before.name in company:
        raise MoveRefused("company", before.name)
    connection.execute(update(team).where(team.c.id == before.id).values(name=name))
    held = legal_hold.c.kind == TEAM, legal_hold.c.subject == before.name
    connection.execute(update(legal_hold).where(*held).values(subject=name))


def plain(name: str) -> str:
    """Return a name as it is kept: single spaces, none at its ends."""
    return " ".join(name.split())


def _present(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return the digest of the policy that each device told of last."""
    rows = connection.execute(
        select(device_seen.c.device, device_seen.c.policy_digest).where(
            device_seen.c.device.in_(ids)
        )
    )
    return {row.device: row.policy_digest for row in rows}


def _keeps_other(published: Sequence[Bundle], id_: str, team_name: str, present: str) -> bool:
    """Check whether a desk would keep what is not its new team's, as none goes back."""
    has = next((one for one in published if one.label.digest == present), None)
    best = policies.chosen(published, id_, team_name)
    if has is None or policies.wanted(published, id_, team_name, present) is not None:
        return False
    other = has.label.team not in {"", team_name}
    return other or (best is not None and best.label.team != has.label.team)


def _with_policies(connection: Connection) -> set[str]:
    """Return the teams that policies are signed for; these name the team."""
    return {name for name in connection.scalars(select(policy_bundle.c.team).distinct()) if name}
