"""Hangs up on clients that are too slow, too many or too wordy, before they cost anything.

uvicorn waits for a request's end as long as the client likes. Here a request has a time to come
in, counted from its first byte (or from the connection), and a size of its head; one address
and all addresses together may hold so many connections.
"""

from __future__ import annotations

import asyncio
import ipaddress
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from agentguard.server.settings import Limits

if sys.platform != "win32":
    import resource

Hang = Callable[[], None]
"""Hangs up on one connection."""
APART = "agentguard.apart"
"""The extension of a request's scope whose `call` has its connection counted apart."""
KEPT = 160
"""Descriptors for the database, the log, feeds, and for what was accepted and is not yet judged."""
_MAPPED = 96
"""Bits before an IPv4 address that is written as an IPv6 one."""


def believed(proxies: Sequence[str]) -> list[str]:
    """Return the networks of proxies under both names that an IPv4 address has.

    Who listens on `::` sees it as an IPv6 one (RFC 4291, 2.5.5.2).
    """
    networks = [ipaddress.ip_network(one) for one in proxies]
    mapped = [
        f"::ffff:{one.network_address}/{_MAPPED + one.prefixlen}"
        for one in networks
        if isinstance(one, ipaddress.IPv4Network)
    ]
    return [*map(str, networks), *mapped]


_SITE = 64
"""Bits of an IPv6 address that name a network, all of whose addresses one has (RFC 4291, 2.5.4)."""


def origin(address: str) -> str:
    """Return by what an address is counted: an IPv4 address, or the network of an IPv6 one."""
    try:
        here = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(here, ipaddress.IPv4Address):
        return str(here)
    if here.ipv4_mapped is not None:
        return str(here.ipv4_mapped)
    if here.is_loopback:
        return str(here)
    return str(ipaddress.ip_network((int(here), _SITE), strict=False))


class Crowd:
    """The connections that are open, by address; behind that of a proxy there are many."""

    def __init__(self, limits: Limits, proxies: Sequence[str] = ()) -> None:
        self._limits = limits
        self._proxies = [ipaddress.ip_network(one) for one in proxies]
        self._open: Counter[str] = Counter()
        self._apart = 0
        self._silent: dict[Hang, str] = {}
        self._room = room(limits.connections)
        self.hung_up: Counter[str] = Counter()
        """Connections that were hung up on before a request was there, by why."""

    def enter(self, address: str, newest: Hang | None = None) -> bool:
        """Let a connection in; False when there are too many.

        `newest` hangs up on it while it has not greeted: where there is no room, the one that
        stays silent longest makes it, of the same address where that has too many.
        """
        full = self._open.total() + self._apart >= self._room
        of_one = self._open[address] >= self._limits.connections_of_one
        many = of_one and not self._proxy(address)
        if (full or many) and not self._make_room(address if many else None):
            self.hung_up["crowd"] += 1
            return False
        self._open[address] += 1
        if newest is not None:
            self._silent[newest] = address
        return True

    def greeted(self, one: Hang) -> None:
        """Count a connection as one that has greeted, or that was let go before."""
        self._silent.pop(one, None)

    def empty(self) -> None:
        """Hang up on all who are silent."""
        for one in list(self._silent):
            one()

    def _make_room(self, address: str | None) -> bool:
        """Hang up on who is silent longest, of an address or of all."""
        if address is None:
            one = next(iter(self._silent), None)
        else:
            one = next((hang for hang, of in self._silent.items() if of == address), None)
        if one is None:
            return False
        self.hung_up["silent"] += 1
        del self._silent[one]
        one()
        return True

    def leave(self, address: str) -> None:
        """Let one go."""
        self._open[address] -= 1
        if self._open[address] <= 0:
            del self._open[address]

    def part(self, address: str) -> None:
        """Count a connection apart from those of its address: it is bounded in another way."""
        self.leave(address)
        self._apart += 1

    def join(self, address: str) -> None:
        """Count it with those of its address again."""
        self._apart -= 1
        self._open[address] += 1

    def _proxy(self, address: str) -> bool:
        try:
            here = ipaddress.ip_network(address)
        except ValueError:
            return False
        return any(here.overlaps(one) for one in self._proxies)


def stands_apart(extensions: Mapping[str, Any] | None) -> None:
    """Have the connection of a request counted apart, until the answer is over."""
    part = (extensions or {}).get(APART)
    if part is not None:
        part["call"]()


class Patient(HttpToolsProtocol):
    """One connection; a subclass says what it is held to."""

    limits: ClassVar[Limits]
    crowd: ClassVar[Crowd]

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._address: str | None = None
        self._due: float | None = None  # when the request must be there, in the loop's time
        self._timer: asyncio.TimerHandle | None = None
        self._head = self._loose = 0
        self._apart = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn
        """Let it in when there is room; its first request must come in time."""
        super().connection_made(transport)
        address = origin(self.client[0]) if self.client else ""
        if not self.crowd.enter(address, self._make_room):
            transport.abort()
            return
        self._address = address
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let it go."""
        self._rest()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.crowd.greeted(self._make_room)
        self._join()
        if self._address is not None:
            self.crowd.leave(self._address)
            self._address = None
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin to count time and size of a request."""
        super().on_message_begin()
        self.crowd.greeted(self._make_room)
        self.scope["extensions"] = {APART: {"call": self._part}}
        self._head = self._loose = 0
        self._wait()

    def on_response_complete(self) -> None:
        """Count the connection with those of its address again when it was counted apart."""
        self._join()
        super().on_response_complete()

    def data_received(self, data: bytes) -> None:
        """Take bytes in; a piece of a head that never ends would be kept until it does."""
        self._loose += len(data)
        super().data_received(data)
        if self._loose > self.limits.head and not self.transport.is_closing():
            self.send_400_response("Invalid HTTP request received.")

    def on_url(self, url: bytes) -> None:
        """Count a piece of the address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header, or a trailer, that came whole."""
        self._loose = 0
        self._head += len(name) + len(value)
        if self._head > self.limits.head:
            raise ValueError  # as `_count` does: a call more for each header would cost as much
        super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """Hand on a piece of a body, which has limits of its own."""
        self._loose = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop the clock: the request is there."""
        self._loose = 0
        self._rest()
        super().on_message_complete()

    def _part(self) -> None:
        if self._address is not None and not self._apart:
            self._apart = True
            self.crowd.part(self._address)

    def _join(self) -> None:
        if self._address is not None and self._apart:
            self._apart = False
            self.crowd.join(self._address)

    def _make_room(self) -> None:
        self.transport.abort()

    def _count(self, size: int) -> None:
        self._loose = 0
        self._head += size
        if self._head > self.limits.head:
            raise ValueError  # httptools makes it a request that is not valid: 400

    def _wait(self) -> None:
        """Begin to wait; a timer that runs from before is left, since most requests are short."""
        self._due = self.loop.time() + self.limits.request_wait
        if self._timer is None:
            self._timer = self.loop.call_at(self._due, self._look)

    def _rest(self) -> None:
        self._due = None

    def _look(self) -> None:
        """Hang up when it is time, or look again when it is."""
        self._timer = None
        if self._due is None:
            return
        if self.loop.time() < self._due:
            self._timer = self.loop.call_at(self._due, self._look)
        else:
            self.crowd.hung_up["slow"] += 1
            self.transport.abort()


def room(wanted: int) -> int:
    """Return how many connections there is room for: some descriptors are kept for other work."""
    if sys.platform != "win32":
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        if most != resource.RLIM_INFINITY:
            return min(wanted, max(most - KEPT, most // 2))
    return wanted


def patient(limits_: Limits, crowd_: Crowd) -> type[Patient]:
    """Return uvicorn's protocol with these limits; `crowd` are all connections of the process."""

    class Held(Patient):
        limits = limits_
        crowd = crowd_

    return Held
