"""Opens the feeds that the endpoint's file names."""

from __future__ import annotations

import socket

from agentguard.base.translations import Texts
from agentguard.server.feeds import feed_settings
from agentguard.server.feeds.bus import NatsSink
from agentguard.server.feeds.digest import Digest
from agentguard.server.feeds.feed_settings import Collector, Nats, Syslog, Webhook
from agentguard.server.feeds.pump import Pump, Way
from agentguard.server.feeds.sinks import CollectorSink, Sink, SyslogSink, WebhookSink
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.store.engine.database import Database


def ways(made: ServerSettings, words: Texts, now: Now) -> dict[str, Way]:
    """Return the feeds by name.

    Raises:
        UsageError: the file, or a file that it names, cannot be read or is wrong.

    """
    found: dict[str, Way] = {}
    for name, one in feed_settings.read(made.data).every.items():
        sink: Sink
        match one:
            case Webhook():
                sink = WebhookSink(one, words, now)
            case Collector():
                sink = CollectorSink(one, words)
            case Syslog():
                sink = SyslogSink(one, words, socket.getfqdn())
            case Nats():
                sink = NatsSink(one, words)
            case _:
                continue
        found[name] = Way(sink=sink, what=one.what)
    return found


def pumps(made: ServerSettings, database: Database, words: Texts, now: Now) -> list[Pump]:
    """Return a pump for each feed.

    Raises:
        UsageError: as `ways`.

    """
    return [Pump(database, name, way, now) for name, way in ways(made, words, now).items()]


def digests(made: ServerSettings, database: Database, words: Texts, now: Now) -> list[Digest]:
    """Return what tells people by mail; nothing where no mail server is set.

    Raises:
        UsageError: as `ways`.

    """
    mail = feed_settings.read(made.data).mail
    return [] if mail is None else [Digest(database, mail, words, now)]
