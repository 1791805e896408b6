"""TCP sockets that other machines can reach, by the tables of any system."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import IPv6Address, ip_address
from typing import Protocol

import psutil

from agentguard.model.facts import Listener, ListenersSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy

DENIED, NO_ANSWER = "denied", "no-answer"


class Socket(Protocol):
    """What is used of psutil's connections."""

    @property
    def laddr(self) -> tuple[str, int] | tuple[()]:
        """The address and port it is bound to."""
        ...

    @property
    def status(self) -> str:
        """Its state, such as LISTEN."""
        ...

    @property
    def pid(self) -> int | None:
        """Its process, None when that may not be known."""
        ...


def read_from(
    sockets: Iterable[Socket],
    program: Callable[[int], str],
    at: Moment,
    hers: Callable[[int], bool] = lambda _pid: False,
) -> ListenersSeen:
    """Keep those that listen on other than loopback addresses, each once.

    `hers` tells whether a process runs as the person at the desk.
    """
    found = {
        Listener(
            port=socket.laddr[1],
            protocol="tcp",
            program=program(socket.pid) if socket.pid else "",
            hers=hers(socket.pid) if socket.pid else False,
        )
        for socket in sockets
        if socket.status == psutil.CONN_LISTEN and socket.laddr and not _loopback(socket.laddr[0])
    }
    order = sorted(found, key=lambda listener: (listener.port, listener.program))
    return ListenersSeen(at=at, listeners=tuple(order))


def _loopback(address: str) -> bool:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        return parsed.ipv4_mapped.is_loopback
    return parsed.is_loopback


def program_of(pid: int) -> str:
    """Return the image name of a process, in lower case; empty when it may not be known."""
    try:
        return psutil.Process(pid).name().lower()
    except psutil.Error:
        return ""


def runs_as_person(pid: int) -> bool:
    """Check whether a process runs as this one does; what may not be known does not."""
    try:
        return psutil.Process(pid).username() == psutil.Process().username()
    except (psutil.Error, OSError, KeyError):
        return False


def read(at: Moment, _policy: Policy) -> ListenersSeen:
    """Read the kernel's table of sockets."""
    try:
        return read_from(psutil.net_connections(kind="tcp"), program_of, at, runs_as_person)
    except (psutil.AccessDenied, PermissionError):
        return ListenersSeen(at=at, unread=DENIED)
    except (psutil.Error, OSError):
        return ListenersSeen(at=at, unread=NO_ANSWER)
