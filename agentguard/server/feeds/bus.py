"""Fans happenings out to NATS JetStream; a message counts once the stream has acknowledged it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress

import nats.errors
import nats.js.errors
from nats.aio.client import Client

from agentguard.base.translations import Texts
from agentguard.server.feeds.feed_settings import Nats
from agentguard.server.feeds.http import FeedFailed
from agentguard.server.feeds.sinks import cloud_event
from agentguard.server.store.outbox.happenings import Happening

SECONDS = 10
PARTING = 1.0  # seconds for the last bytes of a connection
_ID = "Nats-Msg-Id"  # by it the stream drops what comes twice


class NatsSink:
    """Publishes to `<subject>.<what>.<state>`."""

    def __init__(self, set_: Nats, words: Texts) -> None:
        self._set = set_
        self._words = words

    async def send(self, every: Sequence[Happening], taken: Callable[[], None]) -> None:
        """Publish each, as `sinks.Sink.send`."""
        try:
            await self._send(every, taken)
        except (nats.js.errors.Error, nats.errors.NoRespondersError) as error:
            raise FeedFailed("no-stream") from error
        except (nats.errors.Error, OSError, TimeoutError) as error:
            raise FeedFailed("unreached") from error

    async def _send(self, every: Sequence[Happening], taken: Callable[[], None]) -> None:
        ca = self._set.ca_file
        tls = ssl.create_default_context(cafile=ca) if ca else None
        client = Client()
        try:
            await client.connect(
                self._set.url,
                connect_timeout=SECONDS,
                allow_reconnect=False,
                max_reconnect_attempts=1,  # it would be 60, before it says that nobody answers
                error_cb=_quiet,
                user_credentials=self._set.credentials_file or None,
                tls=tls,
            )
            stream = client.jetstream(timeout=SECONDS)
            for one in every:
                subject = f"{self._set.subject}.{one.what}.{one.state}"
                body = cloud_event(one, self._words)
                await stream.publish(subject, body, headers={_ID: one.source})
                taken()
        finally:
            with suppress(TimeoutError, nats.errors.Error):
                async with asyncio.timeout(PARTING):
                    await client.close()


async def _quiet(_error: Exception) -> None:
    """Say nothing: the error is raised as well."""
