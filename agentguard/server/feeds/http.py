"""Posts to an address that a person has set, and to no other: no redirect, no private network.

The name is looked up once and the connection goes to what was found, so that a name which means
something else a moment later leads nowhere (server-side request forgery, by DNS rebinding). Where
the feed names a proxy it looks up the name, and decides whom it lets through to where. How
long all of it may take is whoever calls to say, by `asyncio.timeout`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import SplitResult, urlsplit

PROXY_PORT = 8080
PARTING = 1.0  # seconds for the receiver to say the rest of its answer
_SUCCESS = range(200, 300)
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})[ \r\n]")
_LINE = re.compile(r"[\x20-\x7e]*")  # what may stand in a line of a request
_TARGET = re.compile(r"/[\x21-\x7e]*")
_UNICAST = ipaddress.ip_network("2000::/3")  # what IPv6 gives to the public internet
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # an IPv4 address for who has only IPv6 (RFC 6052)
LEAST_ANSWER = 4096  # bytes that are read, so that the connection ends well
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class FeedFailed(Exception):
    """It was not taken; `problem` is an id of the texts below `feeds.problem`."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.detail = detail


async def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allow_private: bool,
    ca_file: str = "",
    proxy: str = "",
) -> None:
    """Post a body; whatever is no success raises.

    Raises:
        FeedFailed: why it was not taken.

    """
    to = urlsplit(url)
    if to.scheme != "https" or not to.hostname:
        raise FeedFailed("not-https")
    request = _request(to, body, headers)
    try:
        if proxy:
            streams = await _tunnelled(to, proxy, ca_file)
        else:
            address = await looked_up(to.hostname, to.port or 443, allow_private=allow_private)
            streams = await _straight(to, address, ca_file)
        status = await _asked(streams, request)
    except ssl.SSLError as error:
        raise FeedFailed("tls") from error
    except (OSError, ValueError) as error:  # ValueError: a line without an end
        raise FeedFailed("unreached") from error
    if status not in _SUCCESS:
        raise FeedFailed("refused", str(status))


async def looked_up(host: str, port: int, *, allow_private: bool) -> str:
    """Return an address of a name.

    Raises:
        FeedFailed: there is none, or one of them is not on the public internet.

    """
    try:
        loop = asyncio.get_running_loop()
        every = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FeedFailed("no-name") from error
    found = [str(one[4][0]) for one in every]
    if not allow_private and not all(_is_public(one) for one in found):
        raise FeedFailed("private")
    return found[0]


def _is_public(address: str) -> bool:
    plain = ipaddress.ip_address(address.partition("%")[0])
    if not isinstance(plain, ipaddress.IPv6Address):
        return plain.is_global and not plain.is_multicast
    hidden = plain.ipv4_mapped
    if plain in _NAT64:
        hidden = ipaddress.IPv4Address(int(plain) & 0xFFFFFFFF)
    if hidden is not None:
        return _is_public(str(hidden))
    leads_on = plain.sixtofour is not None or plain.teredo is not None
    return plain in _UNICAST and plain.is_global and not leads_on


def _request(to: SplitResult, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Write a request; nothing that a file holds begins a line of its own in it."""
    target = (to.path or "/") + (f"?{to.query}" if to.query else "")
    every = {
        "Host": to.netloc.rpartition("@")[2],
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    lines = [f"{name}: {value}" for name, value in every.items()]
    if not _TARGET.fullmatch(target) or not all(map(_LINE.fullmatch, lines)):
        raise FeedFailed("wrong-letters")
    head = "\r\n".join((f"POST {target} HTTP/1.1", *lines, "", ""))
    return head.encode("ascii") + body


def _context(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


async def _straight(to: SplitResult, address: str, ca_file: str) -> Streams:
    return await asyncio.open_connection(
        address, to.port or 443, ssl=_context(ca_file), server_hostname=to.hostname
    )


async def _tunnelled(to: SplitResult, proxy: str, ca_file: str) -> Streams:
    """Have a proxy connect, and secure what it gives: it sees whom we speak to, and nothing else.

    Raises:
        FeedFailed: it is none, or does not let us through.

    """
    by = urlsplit(f"//{proxy.removeprefix('http://').rstrip('/')}")
    if not by.hostname or "@" in by.netloc:
        raise FeedFailed("proxy-wrong")
    reader, writer = await asyncio.open_connection(by.hostname, by.port or PROXY_PORT)
    try:
        await _asked_through(to, reader, writer)
        await writer.start_tls(_context(ca_file), server_hostname=to.hostname)
    except BaseException:
        writer.transport.abort()
        raise
    return reader, writer


async def _asked_through(
    to: SplitResult, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    host = f"[{to.hostname}]" if ":" in (to.hostname or "") else to.hostname
    target = f"{host}:{to.port or 443}"
    writer.write(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode("ascii"))
    await writer.drain()
    status = await _status(reader)
    if status not in _SUCCESS:
        raise FeedFailed("proxy-refused", str(status))
    while (await reader.readline()).strip():
        pass


async def _asked(streams: Streams, request: bytes) -> int:
    reader, writer = streams
    try:
        writer.write(request)
        await writer.drain()
        status = await _status(reader)
        with suppress(OSError, asyncio.IncompleteReadError):
            async with asyncio.timeout(PARTING):  # so that the connection ends well
                await reader.readexactly(LEAST_ANSWER)
        return status
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)


async def _status(reader: asyncio.StreamReader) -> int:
    """Read up to the status that counts: those below 200 say only that one is to come."""
    while True:
        found = _STATUS.match(await reader.readline())
        if found is None:
            raise FeedFailed("unreached")
        if not found[1].startswith(b"1"):
            return int(found[1])
        while (await reader.readline()).strip():
            pass
