"""A real proxy that wants to know who asks: NTLM or Negotiate, each round on one connection."""

from __future__ import annotations

import base64
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import spnego

from agentguard.base.errors import PlatformError
from agentguard.platforms._network import Begin, SystemNetwork
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.network import Proxy, SignIn, Told, Way
from tests.faults.endpoint import pump

USER, PASSWORD = "CENTRE\\ann", "s3cret of ann"
NAMES = {"ntlm": "NTLM", "negotiate": "Negotiate"}


class SigningProxy:
    """Tunnels for whom the security context accepts; `asked` holds each Proxy-Authorization.

    With `closes` it ends the connection after the first refusal, as many proxies do; `always`
    refuses everybody with another challenge.
    """

    def __init__(self, *schemes: str, closes: bool = False, always: bytes = b"") -> None:
        self.asked: list[str] = []
        self.connections = 0
        self.tunnels: list[str] = []
        proxy = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                proxy.connections += 1
                with suppress(OSError):
                    proxy.serve(self, schemes, closes=closes, always=always)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def proxy(self) -> Proxy:
        return Proxy(host="127.0.0.1", port=self.port)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def serve(
        self,
        client: socketserver.StreamRequestHandler,
        schemes: tuple[str, ...],
        *,
        closes: bool,
        always: bytes,
    ) -> None:
        contexts: dict[str, spnego.ContextProxy] = {}
        while line := client.rfile.readline().decode("latin-1"):
            target, given = line.split(" ")[1], ""
            while header := client.rfile.readline().decode().strip():
                name, _, value = header.partition(":")
                given = value.strip() if name.lower() == "proxy-authorization" else given
            self.asked.append(given)
            if not schemes:
                self.tunnel(client, target)
                return
            challenges = [f"Proxy-Authenticate: {NAMES[one]}" for one in schemes]
            if given:
                name, _, token = given.partition(" ")
                scheme = name.lower()
                said = always or self.judged(contexts, scheme, base64.b64decode(token))
                if said is None:
                    self.tunnel(client, target)
                    return
                if said:
                    word = base64.b64encode(said).decode()
                    challenges = [f"Proxy-Authenticate: {NAMES[scheme]} {word}"]
            ends = closes and not given
            challenges += ["Connection: close"] if ends else []
            body = b"<html>who are you</html>"
            head = ["HTTP/1.1 407 Who", *challenges, f"Content-Length: {len(body)}", "", ""]
            client.wfile.write("\r\n".join(head).encode() + body)
            if ends:
                return

    def judged(
        self, contexts: dict[str, spnego.ContextProxy], scheme: str, token: bytes
    ) -> bytes | None:
        """Give the next challenge, empty for a refusal, None when the person is accepted."""
        try:
            known = contexts.setdefault(scheme, spnego.server(protocol=scheme))
            said = known.step(token)
        except spnego.exceptions.SpnegoError:
            return b""
        return None if known.complete else said or b""

    def tunnel(self, client: socketserver.StreamRequestHandler, target: str) -> None:
        self.tunnels.append(target)
        host, _, port = target.rpartition(":")
        with socket.create_connection((host, int(port))) as there:
            client.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(target=pump, args=(there, client.connection))
            back.start()
            pump(client.connection, there)
            back.join()


class Person:
    """A SignIn in place of Windows' SSPI, with the same rounds made by pyspnego."""

    def __init__(self, scheme: str, proxy: Proxy, password: str = PASSWORD) -> None:
        self._context = spnego.client(
            USER, password, hostname=proxy.host, service="HTTP", protocol=scheme
        )
        self.closed = False

    def answer(self, challenge: bytes) -> bytes:
        try:
            said = self._context.step(challenge or None)
        except spnego.exceptions.SpnegoError as error:
            raise PlatformError(type(error).__name__) from error
        if not said:
            raise PlatformError("nothing to say")
        return said

    def close(self) -> None:
        self.closed = True


def account(password: str = PASSWORD) -> Begin:
    """Give what begins a sign-in as the person."""

    def begin(scheme: str, proxy: Proxy) -> SignIn | None:
        return Person(scheme, proxy, password)

    return begin


def through(
    *proxies: Proxy, begin: Begin = Person, own: bool = True, clock: FakeClock | None = None
) -> SystemNetwork:
    """Give a network whose one source names these proxies."""
    way = Way(proxies=proxies, told=Told.USER, own=own)
    return SystemNetwork((lambda _to: way,), clock or FakeClock(), begin=begin)


@contextmanager
def signing(
    *schemes: str,
    closes: bool = False,
    always: bytes = b"",
    made: type[SigningProxy] = SigningProxy,
) -> Iterator[SigningProxy]:
    proxy = made(*schemes, closes=closes, always=always)
    try:
        yield proxy
    finally:
        proxy.close()


@contextmanager
def saying(words: bytes) -> Iterator[tuple[Proxy, list[bytes]]]:
    """Give a proxy that says the same to everybody and hangs up, and what it was asked."""
    asked: list[bytes] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while (line := self.rfile.readline()).strip():
                asked.append(line)
            self.wfile.write(words)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield Proxy(host="127.0.0.1", port=server.server_address[1]), asked
        server.shutdown()
        thread.join()
