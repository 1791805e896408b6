"""The way out of this computer: straight, or through a proxy that may want to know who asks.

A proxy is asked without a sign-in first. What it then offers decides: the name and password of its
own setting (Basic), or the account that this program runs as (Negotiate, then NTLM: the system
signs, no password is ever seen here). The rounds of one sign-in stay on one connection (RFC 4559,
[MS-NTHT]), and there are at most three. Every step on a socket keeps one deadline.
"""

from __future__ import annotations

import base64
import http.client
import io
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from agentguard.base.errors import PlatformError, UplinkError
from agentguard.ports.network import Network, Proxy, SignIn, Way
from agentguard.uplink.problems import problem

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CONNECT_SECONDS = 5.0
ROUNDS = 3
LONGEST_REFUSAL = 64 * 1024
OWN_ACCOUNT = ("negotiate", "ntlm")
BASIC = "basic"
_SHOWN = {"negotiate": "Negotiate", "ntlm": "NTLM", "basic": "Basic", "digest": "Digest"}
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_SCHEME = re.compile(
    r"(?:^|,)\s*([A-Za-z][\w-]*)(?=\s|,|$)(?:\s+([A-Za-z0-9+/]+=*)(?=\s*(?:,|$)))?"
)
Left = Callable[[], float]
"""Gives the seconds that are left; raises TimeoutError when there are none."""


def reach(to: Address, network: Network, left: Left) -> socket.socket:
    """Return a connection on which the endpoint's own TLS can begin.

    Raises:
        UplinkError: dns, tcp, timeout, proxy_away, proxy_auth, proxy_refused or proxy_script.

    """
    url = place(to)
    way = network.way(url)
    try:
        return _through(way, to, network, left) if way.proxies else _straight(way, to, left)
    except UplinkError:
        network.lost(url)
        raise


def _straight(way: Way, to: Address, left: Left) -> socket.socket:
    try:
        return _connected(to.host, to.port, to.host, left)
    except UplinkError as error:
        if way.where:
            raise problem("proxy_script", to.host, why=way.where) from error
        raise


def _connected(host: str, port: int, shown: str, left: Left) -> socket.socket:
    try:
        return socket.create_connection((host, port), timeout=min(CONNECT_SECONDS, left()))
    except (socket.gaierror, UnicodeError) as error:
        raise problem("dns", shown) from error
    except OSError as error:
        raise problem("tcp", shown) from error


def _through(way: Way, to: Address, network: Network, left: Left) -> socket.socket:
    """Ask the first proxy that answers; what the second says of us is for the next report."""
    for proxy in way.proxies:
        tunnel = _Tunnel(to=to, proxy=proxy, own=way.own, network=network, left=left)
        try:
            plain = tunnel.opened()
        except UplinkError:
            continue
        return tunnel.made(plain)
    raise problem("proxy_away", to.host, why=", ".join(one.shown for one in way.proxies))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What a proxy says; `whole` when the connection is good for another request."""

    status: int
    offers: Mapping[str, bytes]
    whole: bool

    @property
    def through(self) -> bool:
        return self.status in range(200, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tunnel:
    """One way through one proxy."""

    to: Address
    proxy: Proxy
    own: bool
    network: Network
    left: Left

    def opened(self) -> socket.socket:
        """Connect to the proxy itself."""
        return _connected(self.proxy.host, self.proxy.port, self.proxy.shown, self.left)

    def made(self, plain: socket.socket) -> socket.socket:
        """Have it tunnel to the endpoint, with a sign-in if it wants one."""
        used = plain
        try:
            answer = self._asked(used, "")
            if answer.through:
                return used
            fresh = answer.whole
            for scheme in self._schemes(answer.offers):
                with ExitStack() as stack:
                    signing = self._begun(scheme)
                    if signing is None:
                        continue
                    stack.callback(signing.close)
                    if not fresh:
                        used.close()
                        used = self.opened()
                    fresh = False
                    if self._agreed(scheme, signing, used):
                        return used
        except BaseException:
            used.close()
            raise
        used.close()
        raise problem("proxy_auth", self.to.host, why=self._cause(answer.offers))

    def _schemes(self, offers: Mapping[str, bytes]) -> Iterator[str]:
        if self.proxy.user:
            wanted: tuple[str, ...] = (BASIC,)
        else:
            wanted = OWN_ACCOUNT if self.own else ()
        return (one for one in wanted if one in offers)

    def _cause(self, offers: Mapping[str, bytes]) -> str:
        """Name the proxy, and what it would take; of what it says itself nothing is repeated."""
        every = "/".join(sorted({_SHOWN.get(one, "?") for one in offers} or {"?"}))
        return f"{self.proxy.shown}, {every}"

    def _begun(self, scheme: str) -> SignIn | None:
        return _Basic(self.proxy) if scheme == BASIC else self.network.sign_in(scheme, self.proxy)

    def _agreed(self, scheme: str, signing: SignIn, plain: socket.socket) -> bool:
        challenge = b""
        for _ in range(ROUNDS):
            try:
                said = signing.answer(challenge)
            except PlatformError:
                return False
            token = base64.b64encode(said).decode("ascii")
            answer = self._asked(plain, f"{_SHOWN[scheme]} {token}")
            if answer.through:
                return True
            challenge = answer.offers.get(scheme, b"")
            if not challenge or not answer.whole:
                break
        if scheme != BASIC:
            self.network.refused(scheme, self.proxy)
        return False

    def _asked(self, plain: socket.socket, authorization: str) -> _Answer:
        answer = self._ask(plain, authorization)
        if answer.through or answer.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            return answer
        why = f"{self.proxy.shown}, {answer.status}"
        raise problem("proxy_refused", self.to.host, why=why)

    def _ask(self, plain: socket.socket, authorization: str) -> _Answer:
        host = f"[{self.to.host}]" if ":" in self.to.host else self.to.host
        target = f"{host}:{self.to.port}"
        lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}", "Proxy-Connection: Keep-Alive"]
        lines += [f"Proxy-Authorization: {authorization}"] if authorization else []
        channel = Channel(plain, self.left)
        try:
            channel.sendall("\r\n".join((*lines, "", "")).encode("latin-1"))
            answer = http.client.HTTPResponse(channel.as_socket(), method="CONNECT")
            answer.begin()
            status = answer.status
            whole = status in range(200, 300) or _emptied(answer)
        except TimeoutError as error:
            raise problem("timeout", self.to.host) from error
        except (OSError, http.client.HTTPException) as error:
            raise problem("proxy_away", self.to.host, why=self.proxy.shown) from error
        told = answer.headers.get_all("Proxy-Authenticate") or ()
        return _Answer(status=status, offers=offered(told), whole=whole)


@dataclass(frozen=True, slots=True)
class _Basic:
    """The name and password of the proxy's setting."""

    proxy: Proxy

    def answer(self, challenge: bytes) -> bytes:
        if challenge:
            raise PlatformError("A proxy asks for Basic in rounds.")
        return f"{self.proxy.user}:{self.proxy.password}".encode()

    def close(self) -> None:
        """Nothing is held."""


def _emptied(answer: http.client.HTTPResponse) -> bool:
    """Read what a refusal says; tell whether another request may follow it."""
    if answer.will_close:
        return False
    return len(answer.read(LONGEST_REFUSAL + 1)) <= LONGEST_REFUSAL


def offered(told: object) -> dict[str, bytes]:
    """Return the schemes of `Proxy-Authenticate` headers in lower case, each with its challenge."""
    found: dict[str, bytes] = {}
    for line in told if isinstance(told, list | tuple) else ():
        for name, token in _SCHEME.findall(_QUOTED.sub("x", line)):
            found.setdefault(name.lower(), _decoded(token))
    return found


def _decoded(token: str) -> bytes:
    try:
        return base64.b64decode(token, validate=True)
    except ValueError:
        return b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the endpoint is; `authority` is what stands in the Host header."""

    host: str
    port: int
    authority: str
    prefix: str


def place(to: Address) -> str:
    """Return the URL that the way to an address is asked by."""
    return f"https://{to.authority}/"


class _Reader(io.RawIOBase):
    """Reads from a socket; every read may take only what is left of the deadline."""

    def __init__(self, sock: socket.socket, left: Left) -> None:
        self._sock = sock
        self._left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._sock.settimeout(self._left())
        return self._sock.recv_into(buffer)


class Channel:
    """What http.client needs of a socket; whoever opened the socket closes it.

    `certificate` is the endpoint's own, in DER; empty without TLS.
    """

    def __init__(self, sock: socket.socket, left: Left) -> None:
        self._sock = sock
        self._left = left
        told = sock.getpeercert(binary_form=True) if isinstance(sock, ssl.SSLSocket) else None
        self.certificate = told or b""

    def sendall(self, data: bytes) -> None:
        """Send everything within the deadline."""
        self._sock.settimeout(self._left())
        self._sock.sendall(data)

    def makefile(self, *_mode: object, **_options: object) -> io.BufferedReader:
        """Return a reader that keeps the deadline."""
        return io.BufferedReader(_Reader(self._sock, self._left))

    def close(self) -> None:
        """Leave the socket open: the answer is still read from it."""

    def as_socket(self) -> socket.socket:
        """Return it as what http.client declares, of which it uses only the methods above."""
        return cast("socket.socket", self)
