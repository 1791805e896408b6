"""Keeps what happens for the feeds, in the transaction in which it is taken in.

It is what desks report, their findings, incidents and proofs, and what looks forged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, delete, func, select, update

from agentguard.server.feeds.feed_settings import FILE
from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine.times import seconds
from agentguard.server.store.outbox.happenings import Happening, State, What, keep, names
from agentguard.server.store.reports.batches import Arrived
from agentguard.server.store.schema.feed_tables import feed_outbox, feed_state
from agentguard.server.tamper.items import Turn
from agentguard.server.tamper.kinds import ENDPOINT
from agentguard.server.tamper.watch import Deaf, Listener
from agentguard.wire import v1

KEPT = 7 * 24 * 3600
"""Seconds for which a happening is kept that every feed has."""
LONGEST = 30 * 24 * 3600
"""Seconds for which it is kept for a feed that does not have it: the disk is not without end."""
_TOLD: Mapping[str, tuple[What, State]] = {
    "finding.opened": ("finding", "opened"),
    "finding.closed": ("finding", "closed"),
    "incident.reported": ("incident", "reported"),
    "proof.refused": ("factor", "refused"),
}
LONGEST_KIND, PLACE, HITS, MANY = 100, 200, 100, 999_999_999
"""Letters of a kind and of a place, kinds of data, and how often each, that go out of an event.

A desk may write 256 KiB into one (`v1.MAX_BODY`), which a receiver would turn down as too large.
"""


class Outbox:
    """Hears what happens, and keeps it."""

    def turns(self, connection: Connection, every: Sequence[Turn]) -> None:
        """Keep what looks like tampering."""
        of_turns(connection, every)

    def reports(self, connection: Connection, taken: Sequence[Arrived]) -> None:
        """Keep what the events of reports tell."""
        of_reports(connection, taken)


def listener(settings: ServerSettings) -> Listener:
    """Return who keeps what happens: nobody where no feed is set."""
    return Outbox() if (settings.data / FILE).exists() else Deaf()


def waiting(connection: Connection, sent: int) -> int:
    """Count what a feed that came as far as `sent` does not have."""
    asked = select(func.count()).select_from(feed_outbox).where(feed_outbox.c.id > sent)
    return int(connection.scalar(asked) or 0)


def forget(connection: Connection, now: float, feeds: Iterable[str]) -> None:
    """Delete what is older than it is kept; what one of these feeds never had is counted there.

    The last one stays whatever its age: SQLite, and PostgreSQL after a restore, number on behind
    the highest id that is there, and a feed would take what has an id again for sent.
    """
    outbox, names = feed_outbox.c, list(feeds)
    followed = outbox.id < select(func.max(outbox.id)).scalar_subquery()
    mine = feed_state.c.feed.in_(names)
    behind = connection.scalar(select(func.min(feed_state.c.sent)).where(mine))
    told = (outbox.kept_at < now - KEPT) & followed
    if behind is not None:
        told &= outbox.id <= behind
    connection.execute(delete(feed_outbox).where(told))
    old = (outbox.kept_at < now - LONGEST) & followed
    lost = (
        select(func.count()).where(old, outbox.id > feed_state.c.sent).correlate(feed_state)
    ).scalar_subquery()
    connection.execute(update(feed_state).where(mine).values(dropped=feed_state.c.dropped + lost))
    connection.execute(delete(feed_outbox).where(old))


def of_reports(connection: Connection, taken: Sequence[Arrived]) -> None:
    """Keep what the events of these reports tell."""
    found = [(one, told) for one in taken for told in one.report.events if told.kind in _TOLD]
    named = names(connection, [one.report.device for one, _ in found])
    keep(connection, [_of_event(one, told, named) for one, told in found], _now(taken))


def of_turns(connection: Connection, turns: Sequence[Turn]) -> None:
    """Keep what looks like tampering, or does no more."""
    named = {ENDPOINT: (ENDPOINT, ""), **names(connection, [turn.device for turn in turns])}
    made = [
        Happening(
            source=f"{_uid(turn)}:{'opened' if turn.opened else 'closed'}",
            uid=_uid(turn),
            what="tamper",
            state="opened" if turn.opened else "closed",
            at=turn.at,
            device=turn.device,
            desk=named[turn.device][0],
            team=named[turn.device][1],
            kind=turn.kind.id,
            severity=turn.kind.severity,
        )
        for turn in turns
    ]
    keep(connection, made, max((turn.at for turn in turns), default=0.0))


def _uid(turn: Turn) -> str:
    return f"{ENDPOINT if turn.device == ENDPOINT else 'tamper'}:{turn.id}"


def _of_event(one: Arrived, told: v1.Event, named: dict[str, tuple[str, str]]) -> Happening:
    id_ = one.report.device
    what, state = _TOLD[told.kind]
    place = f"{id_}:{one.report.epoch}:{told.seq}"
    check = told.check[:LONGEST_KIND]
    about = f"{id_}:{check}:{told.subject}" if what == "finding" else place
    return Happening(
        source=place,
        uid=about[:190],
        what=what,
        state=state,
        at=seconds(told.at, one.now),
        device=id_,
        desk=named[id_][0],
        team=named[id_][1],
        kind=check or _text(told, "category"),
        severity=told.severity[:LONGEST_KIND],
        place=told.place[:PLACE],
        params={"group": _text(told, "group")} if "group" in told.params else {},
        hits=tuple(
            v1.Masked(kind=hit.kind[:LONGEST_KIND], count=max(0, min(hit.count, MANY)))
            for hit in told.hits[:HITS]
        ),
    )


def _text(told: v1.Event, param: str) -> str:
    return str(told.params.get(param, ""))[:LONGEST_KIND]


def _now(taken: Sequence[Arrived]) -> float:
    return max((one.now for one in taken), default=0.0)
