"""A network of its own for some services, as a daemon makes it: a bridge, names, a port outside.

Each has a network namespace, whose `eth0` hangs on the bridge, and finds the others by a resolver
at 127.0.0.11. Nothing of it is seen outside but the port that is published.
"""

from __future__ import annotations

import ipaddress
import os
import selectors
import socket
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

RESOLVER = ("127.0.0.11", 53)
A, FOUND, NOBODY = 1, 0x8180, 0x8183
PIECE = 65536


def inside(holder: int, make: Callable[[], socket.socket]) -> socket.socket:
    """Do something in a holder's network; a socket that is made there stays there."""
    made: list[socket.socket] = []

    def enter() -> None:
        with Path(f"/proc/{holder}/ns/net").open("rb") as network:
            os.setns(network.fileno(), os.CLONE_NEWNET)
        made.append(make())

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    (one,) = made
    return one


def typed(holder: int, *commands: str) -> None:
    """Type commands of `ip` in a holder's network."""
    given = "\n".join(commands)
    words = ("nsenter", "-t", str(holder), "-n", "ip", "-batch", "-")
    ended = subprocess.run(words, input=given, text=True, capture_output=True, check=False)
    assert ended.returncode == 0, f"{given}\n{ended.stderr}"


@contextmanager
def holder() -> Iterator[int]:
    """Have an empty network, for as long as somebody holds it; give who does."""
    words = (
        "setpriv",
        "--pdeathsig",
        "KILL",
        "unshare",
        "-n",
        "sh",
        "-c",
        "echo; exec sleep infinity",
    )
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"\n"
            yield process.pid
        finally:
            process.kill()


@dataclass
class Network:
    """Whoever is on it; `names` are the services, and where they run now."""

    subnet: ipaddress.IPv4Network
    stack: ExitStack
    bridge: int
    names: dict[str, set[str]] = field(default_factory=dict)
    _asked: selectors.DefaultSelector = field(default_factory=selectors.DefaultSelector)
    _free: Iterator[ipaddress.IPv4Address] = field(init=False)
    _many: int = 0

    def __post_init__(self) -> None:
        self._free = self.subnet.hosts()
        typed(self.bridge, "link add bridge type bridge", "link set lo up", "link set bridge up",
              f"address add {next(self._free)}/{self.subnet.prefixlen} dev bridge")  # fmt: skip
        threading.Thread(target=self._answer, daemon=True).start()

    def join(self) -> tuple[int, str]:
        """Give a new place on it: who holds it, and its address."""
        one, here = self.stack.enter_context(holder()), str(next(self._free))
        self._many += 1
        typed(self.bridge, f"link add port{self._many} type veth peer name eth0 netns {one}",
              f"link set port{self._many} master bridge",
              f"link set port{self._many} up")  # fmt: skip
        typed(one, "link set lo up", "link set eth0 up",
              f"address add {here}/{self.subnet.prefixlen} dev eth0")  # fmt: skip
        asked = inside(one, _resolver)
        self.stack.callback(asked.close)
        self._asked.register(asked, selectors.EVENT_READ)
        return one, here

    def _answer(self) -> None:
        while True:
            for key, _ in self._asked.select(0.2):
                with suppress(OSError):
                    one = key.fileobj
                    assert isinstance(one, socket.socket)
                    question, client = one.recvfrom(PIECE)
                    one.sendto(self._answered(question), client)

    def _answered(self, question: bytes) -> bytes:
        """Answer as RFC 1035 has it: of a name that is known the addresses, and no other record."""
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1 : at + 1 + question[at]].decode())
            at += 1 + question[at]
        asked = question[12 : at + 5]
        known = self.names.get(".".join(labels).lower(), set())
        given = sorted(known) if int.from_bytes(asked[-4:-2]) == A else []
        records = b"".join(
            b"\xc0\x0c\x00\x01\x00\x01"
            + (1).to_bytes(4)
            + b"\x00\x04"
            + ipaddress.ip_address(one).packed
            for one in given
        )
        head = (FOUND if known else NOBODY, 1, len(given), 0, 0)
        return question[:2] + b"".join(one.to_bytes(2) for one in head) + asked + records

    def published(self, address: str, port: int) -> int:
        """Have a port of this computer lead to one of theirs; give it."""

        class Relay(socketserver.BaseRequestHandler):
            def handle(relay) -> None:  # noqa: N805 - beside another self
                with suppress(OSError):
                    there = inside(
                        self.bridge, lambda: socket.create_connection((address, port), 20)
                    )
                    with there:
                        back = threading.Thread(
                            target=_pass_on, args=(there, relay.request), daemon=True
                        )
                        back.start()
                        _pass_on(relay.request, there)
                        back.join()

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Relay)
        server.daemon_threads, server.block_on_close = True, False
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self.stack.callback(server.server_close)
        self.stack.callback(server.shutdown)
        return int(server.server_address[1])


def _resolver() -> socket.socket:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(RESOLVER)
    return one


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """Pass on what comes, and its end."""
    source.settimeout(None)
    with suppress(OSError):
        while piece := source.recv(PIECE):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def network(subnet: ipaddress.IPv4Network) -> Iterator[Network]:
    """Have one."""
    with ExitStack() as stack:
        yield Network(subnet=subnet, stack=stack, bridge=stack.enter_context(holder()))
