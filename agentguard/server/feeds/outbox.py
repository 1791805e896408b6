"""Keeps what happens for the feeds, in the transaction in which it is taken in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete

from agentguard.server.feeds import happenings
from agentguard.server.feeds.settings import FILE
from agentguard.server.settings import ServerSettings
from agentguard.server.store.batches import Arrived
from agentguard.server.store.feed_tables import feed_outbox
from agentguard.server.tamper.items import Turn
from agentguard.server.tamper.watch import Deaf, Listener

KEPT = 7 * 24 * 3600  # seconds for which a happening is kept for the feeds


class Outbox:
    """Hears what happens, and keeps it."""

    def turns(self, connection: Connection, every: Sequence[Turn]) -> None:
        """Keep what looks like tampering."""
        happenings.of_turns(connection, every)

    def reports(self, connection: Connection, taken: Sequence[Arrived]) -> None:
        """Keep what the events of reports tell."""
        happenings.of_reports(connection, taken)


def listener(settings: ServerSettings) -> Listener:
    """Give who keeps what happens: nobody where no feed is set."""
    return Outbox() if (settings.data / FILE).exists() else Deaf()


def forget(connection: Connection, now: float) -> None:
    """Delete what is older than it is kept, whether every feed has it or not."""
    connection.execute(delete(feed_outbox).where(feed_outbox.c.kept_at < now - KEPT))
