"""The ways out: each takes happenings in order, and raises when it did not take one.

To NATS JetStream happenings are fanned out; one counts once the stream has acknowledged it.

A TLS connection tells here how it ended. That of asyncio closes well even when the other side
refused us with its last word, as TLS 1.3 lets it do after everything was written; here the end
counts.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Protocol, TypeVar

import msgspec
import nats.errors
import nats.js.errors
from nats.aio.client import Client

from agentguard.base.translations import Texts
from agentguard.server.feeds import http, ocsf
from agentguard.server.feeds.feed_settings import Collector, Nats, Syslog, Webhook, secret
from agentguard.server.feeds.http import FeedFailed
from agentguard.server.settings import Now
from agentguard.server.store.engine.times import iso
from agentguard.server.store.outbox.happenings import Happening

SOURCE = "/agentguard"
TYPE = "org.agentguard"
PREFIX = b"whsec_"
_FACILITY = 13  # log audit
_LEVEL = {"critical": 2, "high": 3, "medium": 4, "low": 5}
_NOTICE = 5
_JSON = msgspec.json.Encoder()
SECONDS = 10
PARTING = 1.0  # seconds for the last bytes of a connection
_ID = "Nats-Msg-Id"  # by it the stream drops what comes twice
T = TypeVar("T")
PIECE = 65536


class Sink(Protocol):
    """Takes happenings out, for as long as it is let: it may be cancelled while it waits."""

    async def send(self, every: Sequence[Happening], taken: Callable[[], None]) -> None:
        """Send them in order; `taken` is called after each that the other side has.

        Raises:
            FeedFailed: one was not taken; those before it were.

        """
        ...


@contextmanager
def _writing() -> Iterator[None]:
    """Yield what cannot be written for a receiver from what a receiver does not take.

    Raises:
        FeedFailed: it cannot be written.

    """
    try:
        yield
    except Exception as error:
        raise FeedFailed("unwritable", type(error).__name__) from error


@_writing()
def cloud_event(one: Happening, words: Texts) -> bytes:
    """Return a CloudEvent 1.0 in structured JSON, with the OCSF event as its data."""
    return _JSON.encode(
        {
            "specversion": "1.0",
            "id": one.source,
            "source": SOURCE,
            "type": f"{TYPE}.{one.what}.{one.state}",
            "time": iso(one.at),
            "subject": one.device,
            "datacontenttype": "application/json",
            "data": ocsf.event(one, words),
        }
    )


@_writing()
def ocsf_event(one: Happening, words: Texts) -> bytes:
    """Return the OCSF event as JSON."""
    return _JSON.encode(ocsf.event(one, words))


class WebhookSink:
    """One POST for each happening, signed with HMAC-SHA256."""

    def __init__(self, set_: Webhook, words: Texts, now: Now) -> None:
        self._set = set_
        self._words = words
        self._now = now
        self._key = webhook_key(secret(set_.secret_file))

    async def send(self, every: Sequence[Happening], taken: Callable[[], None]) -> None:
        """Post each, as `Sink.send`."""
        for one in every:
            body = cloud_event(one, self._words)
            headers = {
                "Content-Type": "application/cloudevents+json; charset=utf-8",
                **signature(self._key, one.source, round(self._now()), body),
            }
            await http.post(
                self._set.url,
                body,
                headers,
                allow_private=self._set.allow_private,
                ca_file=self._set.ca_file,
                proxy=self._set.proxy,
            )
            taken()


def webhook_key(text: bytes) -> bytes:
    """Return the key of a secret: base64 behind `whsec_`, or the text itself."""
    if text.startswith(PREFIX):
        try:
            return base64.b64decode(text.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            return text
    return text


def signature(key: bytes, id_: str, at: int, body: bytes) -> dict[str, str]:
    """Return the three headers of Standard Webhooks."""
    said = b".".join((id_.encode(), str(at).encode(), body))
    mac = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    return {"webhook-id": id_, "webhook-timestamp": str(at), "webhook-signature": f"v1,{mac}"}


class CollectorSink:
    """One POST of JSON lines for all of them."""

    def __init__(self, set_: Collector, words: Texts) -> None:
        self._set = set_
        self._words = words
        self._token = secret(set_.token_file).decode("latin-1") if set_.token_file else ""

    async def send(self, every: Sequence[Happening], taken: Callable[[], None]) -> None:
        """Post all at once, as `Sink.send`."""
        body = b"".join(ocsf_event(one, self._words) + b"\n" for one in every)
        headers = {"Content-Type": "application/x-ndjson"}
        if self._token:
            headers["Authorization"] = self._token
        await http.post(
            self._set.url,
            body,
            headers,
            allow_private=self._set.allow_private,
            ca_file=self._set.ca_file,
            proxy=self._set.proxy,
        )
        for _ in every:
            taken()


class SyslogSink:
    """RFC 5424 messages over TLS, each behind its length (RFC 5425)."""

    def __init__(self, set_: Syslog, words: Texts, hostname: str) -> None:
        self._set = set_
        self._words = words
        self._hostname = hostname

    async def send(self, every: Sequence[Happening], taken: Callable[[], None]) -> None:
        """Write all to one connection, as `Sink.send`.

        Syslog has no receipts: what was written before the other side closed in order counts.
        """
        try:
            await self._write([framed(self._message(one)) for one in every])
        except ssl.SSLError as error:
            raise FeedFailed("tls") from error
        except OSError as error:
            raise FeedFailed("unreached") from error
        for _ in every:
            taken()

    async def _write(self, frames: Sequence[bytes]) -> None:
        context = ssl.create_default_context(cafile=self._set.ca_file or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._set.cert_file:
            context.load_cert_chain(self._set.cert_file, self._set.key_file or None)
        streams = await asyncio.open_connection(self._set.host, self._set.port)
        try:
            secured = Secured(streams, context, self._set.host)
            await secured.open()
            for frame in frames:
                await secured.write(frame)
            await secured.close()
        finally:
            streams[1].transport.abort()
            await asyncio.sleep(0)

    def _message(self, one: Happening) -> bytes:
        priority = _FACILITY * 8 + _LEVEL.get(one.severity, _NOTICE)
        head = f"<{priority}>1 {iso(one.at)} {self._hostname} agentguard - {one.what}.{one.state} -"
        return head.encode() + b" \xef\xbb\xbf" + ocsf_event(one, self._words)


def framed(message: bytes) -> bytes:
    """Return a message behind its length."""
    return str(len(message)).encode() + b" " + message


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


class Secured:
    """Speaks TLS over a stream; `open` first, then `write`, then `close`."""

    def __init__(
        self, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], secure: ssl.SSLContext,
        host: str,
    ) -> None:  # fmt: skip
        self._reader, self._writer = streams
        self._came, self._goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = secure.wrap_bio(self._came, self._goes, server_hostname=host)

    async def open(self) -> None:
        """Agree on keys.

        Raises:
            OSError: the connection broke; ssl.SSLError: there is no trust.

        """
        await self._done(self._tls.do_handshake)

    async def write(self, data: bytes) -> None:
        """Write all of it, as far as the system takes it.

        Raises:
            OSError: the connection broke.

        """
        await self._done(lambda: self._tls.write(data))

    async def close(self) -> None:
        """Say that this is all, and wait until the other side hangs up, in whatever way.

        Raises:
            OSError: the connection broke; ssl.SSLError: the other side has refused us.

        """
        with suppress(ssl.SSLWantReadError):
            while self._tls.read(PIECE):
                pass
        with suppress(ssl.SSLWantReadError):
            self._tls.unwrap()  # which would take a refusal for an end, so that it reads nothing
        with suppress(ssl.SSLEOFError, ssl.SSLZeroReturnError):
            while await self._done(lambda: self._tls.read(PIECE)):
                pass

    async def _done(self, step: Callable[[], T]) -> T:
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                await self._send()
                data = await self._reader.read(PIECE)
                if data:
                    self._came.write(data)
                else:
                    self._came.write_eof()
                continue
            await self._send()
            return result

    async def _send(self) -> None:
        self._writer.write(self._goes.read())
        await self._writer.drain()
