"""Opens the feeds that the endpoint's file names, and runs them from its start to its end."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Protocol

from agentguard.base.translations import Texts
from agentguard.server.feeds import feed_settings
from agentguard.server.feeds.digest import Digest
from agentguard.server.feeds.feed_settings import Collector, Nats, Syslog, Webhook
from agentguard.server.feeds.pump import Pump, Way
from agentguard.server.feeds.sinks import CollectorSink, NatsSink, Sink, SyslogSink, WebhookSink
from agentguard.server.http_messages import App, Receive, Scope, Send
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.store.engine import causes
from agentguard.server.store.engine.database import Database

LOG = logging.getLogger(__name__)
LOOK = 3.0  # seconds between two looks at what is to be sent
STOP = 5.0  # seconds that all feeds together have to end


class Turning(Protocol):
    """A feed that is moved on."""

    name: str

    def turn(self) -> None:
        """Move it on as far as it goes."""
        ...

    def stop(self) -> None:
        """Cut a turn short, from another thread."""
        ...


class Feeding:
    """Lets each feed turn in a thread of its own: a receiver that is slow holds nothing else up."""

    def __init__(self, feeds: Sequence[Turning]) -> None:
        self._feeds = feeds
        self._worker = ThreadPoolExecutor(max(1, len(feeds)), thread_name_prefix="server-feed")
        self._ending = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], str] = {}

    def around(self, inner: App) -> App:
        """Return the application that starts the feeds once it serves, and ends them before it."""

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "lifespan":
                await inner(scope, receive, send)
                return

            async def heard() -> MutableMapping[str, Any]:
                message = await receive()
                if message["type"] == "lifespan.shutdown":
                    await self._stop()
                return message

            async def said(message: MutableMapping[str, Any]) -> None:
                if message["type"] == "lifespan.startup.complete":
                    self._start()
                await send(message)

            await inner(scope, heard, said)

        return app

    def _start(self) -> None:
        for feed in self._feeds:
            self._tasks[asyncio.create_task(self._for_ever(feed))] = feed.name

    async def _stop(self) -> None:
        """End within `STOP`: what was not taken by then comes again after the next start."""
        self._ending.set()
        for feed in self._feeds:
            feed.stop()
        if self._tasks:
            _, left = await asyncio.wait(self._tasks, timeout=STOP)
            for task in left:
                LOG.warning("feed %s has not ended in time", self._tasks[task])
                task.cancel()
        self._worker.shutdown(wait=False)

    async def _for_ever(self, feed: Turning) -> None:
        loop = asyncio.get_running_loop()
        while not self._ending.is_set():
            await loop.run_in_executor(self._worker, _turn, feed)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), LOOK)


def _turn(feed: Turning) -> None:
    try:
        feed.turn()
    except Exception as error:  # noqa: BLE001 - the thread's boundary: the next turn tries again
        LOG.error("feed %s failed: %s", feed.name, causes.logged(error))  # noqa: TRY400 - no values


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
