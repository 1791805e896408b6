"""What is worth telling the outside: findings, incidents, refused factors, tamper signs, desks.

A happening holds ids, counts, masks and general places: what the wire may carry, and nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from sqlalchemy import Connection, insert, select

from agentguard.server.store.engine.times import seconds
from agentguard.server.store.reports.batches import Arrived
from agentguard.server.store.schema.feed_tables import feed_outbox
from agentguard.server.store.schema.tables import device, team
from agentguard.server.tamper.items import Turn
from agentguard.server.tamper.kinds import ENDPOINT
from agentguard.wire import v1

What = Literal["finding", "incident", "factor", "tamper", "device"]
State = Literal["opened", "closed", "reported", "refused", "changed"]
_TOLD: Mapping[str, tuple[What, State]] = {
    "finding.opened": ("finding", "opened"),
    "finding.closed": ("finding", "closed"),
    "incident.reported": ("incident", "reported"),
    "proof.refused": ("factor", "refused"),
}
LONGEST, PLACE, HITS, MANY = 100, 200, 100, 999_999_999
"""Letters of a kind and of a place, kinds of data, and how often each, that go out of an event.

A desk may write 256 KiB into one (`v1.MAX_BODY`), which a receiver would turn down as too large.
"""
_JSON = msgspec.json.Encoder()
_HAPPENING: msgspec.json.Decoder[Happening]


class Happening(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened. `source` is its id for ever, `uid` that of what it is about."""

    source: str
    uid: str
    what: What
    state: State
    at: float
    device: str
    desk: str
    team: str
    kind: str = ""
    severity: str = ""
    place: str = ""
    params: dict[str, str | int] = {}
    hits: tuple[v1.Masked, ...] = ()


_HAPPENING = msgspec.json.Decoder(Happening)


def decoded(body: str) -> Happening:
    """Give a happening as it was kept."""
    return _HAPPENING.decode(body)


def of_reports(connection: Connection, taken: Sequence[Arrived]) -> None:
    """Keep what the events of these reports tell."""
    found = [(one, told) for one in taken for told in one.report.events if told.kind in _TOLD]
    names = _names(connection, [one.report.device for one, _ in found])
    keep(connection, [_of_event(one, told, names) for one, told in found], _now(taken))


def of_turns(connection: Connection, turns: Sequence[Turn]) -> None:
    """Keep what looks like tampering, or does no more."""
    names = {ENDPOINT: (ENDPOINT, ""), **_names(connection, [turn.device for turn in turns])}
    made = [
        Happening(
            source=f"{_uid(turn)}:{'opened' if turn.opened else 'closed'}",
            uid=_uid(turn),
            what="tamper",
            state="opened" if turn.opened else "closed",
            at=turn.at,
            device=turn.device,
            desk=names[turn.device][0],
            team=names[turn.device][1],
            kind=turn.kind.id,
            severity=turn.kind.severity,
        )
        for turn in turns
    ]
    keep(connection, made, max((turn.at for turn in turns), default=0.0))


def _uid(turn: Turn) -> str:
    return f"{ENDPOINT if turn.device == ENDPOINT else 'tamper'}:{turn.id}"


def of_device(connection: Connection, id_: str, act: str, now: float) -> None:
    """Keep that a desk was enrolled, waits, was confirmed, turned away or has another key."""
    desk, team_name = _names(connection, [id_])[id_]
    one = Happening(
        source=f"device:{id_}:{act}:{now:.3f}",
        uid=f"device:{id_}",
        what="device",
        state="changed",
        at=now,
        device=id_,
        desk=desk,
        team=team_name,
        kind=act,
    )
    keep(connection, [one], now)


def keep(connection: Connection, every: Sequence[Happening], now: float) -> None:
    """Keep happenings for the feeds, each once."""
    new = {one.source: one for one in every}
    if not new:
        return
    asked = select(feed_outbox.c.source).where(feed_outbox.c.source.in_(sorted(new)))
    known = set(connection.scalars(asked))
    rows = [
        {"source": s, "at": one.at, "kept_at": now, "body": _JSON.encode(one).decode()}
        for s, one in new.items()
        if s not in known
    ]
    if rows:
        connection.execute(insert(feed_outbox), rows)


def _of_event(one: Arrived, told: v1.Event, names: dict[str, tuple[str, str]]) -> Happening:
    id_ = one.report.device
    what, state = _TOLD[told.kind]
    place = f"{id_}:{one.report.epoch}:{told.seq}"
    check = told.check[:LONGEST]
    about = f"{id_}:{check}:{told.subject}" if what == "finding" else place
    return Happening(
        source=place,
        uid=about[:190],
        what=what,
        state=state,
        at=seconds(told.at, one.now),
        device=id_,
        desk=names[id_][0],
        team=names[id_][1],
        kind=check or _text(told, "category"),
        severity=told.severity[:LONGEST],
        place=told.place[:PLACE],
        params={"group": _text(told, "group")} if "group" in told.params else {},
        hits=tuple(
            v1.Masked(kind=hit.kind[:LONGEST], count=max(0, min(hit.count, MANY)))
            for hit in told.hits[:HITS]
        ),
    )


def _text(told: v1.Event, param: str) -> str:
    return str(told.params.get(param, ""))[:LONGEST]


def _names(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    if not ids:
        return {}
    rows = connection.execute(
        select(device.c.id, device.c.label, team.c.name)
        .join(team, team.c.id == device.c.team)
        .where(device.c.id.in_(sorted(set(ids))))
    )
    return {row.id: (row.label, row.name) for row in rows}


def _now(taken: Sequence[Arrived]) -> float:
    return max((one.now for one in taken), default=0.0)
