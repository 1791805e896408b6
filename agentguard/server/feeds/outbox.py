"""Keeps what happens for the feeds, in the transaction in which it is taken in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, func, select, update

from agentguard.server.feeds import reported
from agentguard.server.feeds.feed_settings import FILE
from agentguard.server.settings import ServerSettings
from agentguard.server.store.reports.batches import Arrived
from agentguard.server.store.schema.feed_tables import feed_outbox, feed_state
from agentguard.server.tamper.items import Turn
from agentguard.server.tamper.watch import Deaf, Listener

KEPT = 7 * 24 * 3600
"""Seconds for which a happening is kept that every feed has."""
LONGEST = 30 * 24 * 3600
"""Seconds for which it is kept for a feed that does not have it: the disk is not without end."""


class Outbox:
    """Hears what happens, and keeps it."""

    def turns(self, connection: Connection, every: Sequence[Turn]) -> None:
        """Keep what looks like tampering."""
        reported.of_turns(connection, every)

    def reports(self, connection: Connection, taken: Sequence[Arrived]) -> None:
        """Keep what the events of reports tell."""
        reported.of_reports(connection, taken)


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
