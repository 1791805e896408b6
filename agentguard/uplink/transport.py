"""A TLS connection to the endpoint in which every step keeps one deadline.

Each failure is told apart, because a person must do something else about each. There is no switch
that turns verification off.
"""

from __future__ import annotations

import base64
import http.client
import io
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import truststore

from agentguard.base import translations
from agentguard.base.errors import UsageError
from agentguard.uplink.problems import problem

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CONNECT_SECONDS = 5.0
HTTPS_PORT = 443
PROXY_PORT = 8080
_PROXY_ASKS = 407
# X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH, and Windows' CERT_E_CN_NO_MATCH
_WRONG_NAME = (62, 64, 0x800B010F)

Left = Callable[[], float]
"""Gives the seconds that are left; raises TimeoutError when there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the endpoint is; `authority` is what stands in the Host header."""

    host: str
    port: int
    authority: str
    prefix: str


def address(url: str) -> Address:
    """Take an endpoint's URL apart.

    Raises:
        UsageError: it is not an https URL with a host.

    """
    parts = _split(url)
    if parts is None or parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        said = translations.load()
        raise UsageError(said.say("uplink.not-https"), said.say("uplink-advice.not-https"))
    port = parts.port or HTTPS_PORT
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Address(
        host=parts.hostname,
        port=port,
        authority=host if port == HTTPS_PORT else f"{host}:{port}",
        prefix=parts.path.rstrip("/"),
    )


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def tls_context(ca_file: str) -> ssl.SSLContext:
    """Trust the certificates of the system, or only those of `ca_file` when one is named.

    Raises:
        UsageError: the file could not be read, or holds no certificate.

    """
    if not ca_file:
        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        try:
            context = ssl.create_default_context(cafile=Path(ca_file))
        except OSError as error:  # ssl.SSLError is one
            said = translations.load()
            raise UsageError(
                said.say("uplink.no-ca", file=ca_file), said.say("uplink-advice.no-ca")
            ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


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


@contextmanager
def connected(to: Address, context: ssl.SSLContext, left: Left) -> Iterator[Channel]:
    """Connect, through the system's proxy where one is set, and secure the connection.

    Raises:
        UplinkError: dns, tcp, proxy_auth, cert_untrusted, cert_host or tls.

    """
    proxy = _proxy_for(to)
    plain = _reach(proxy.hostname or "", proxy.port or PROXY_PORT) if proxy else _reach(
        to.host, to.port
    )  # fmt: skip
    try:
        if proxy:
            _tunnel(plain, proxy, to, left)
        secure = _secured(plain, to, context, left)
    except BaseException:
        plain.close()
        raise
    try:
        yield Channel(secure, left)
    finally:
        secure.close()


def _proxy_for(to: Address) -> SplitResult | None:
    found = getproxies().get("https", "")
    if not found or proxy_bypass(to.authority):
        return None
    return _split(found if "://" in found else f"http://{found}")


def _reach(host: str, port: int) -> socket.socket:
    try:
        return socket.create_connection((host, port), timeout=CONNECT_SECONDS)
    except (socket.gaierror, UnicodeError) as error:
        raise problem("dns", host) from error
    except OSError as error:
        raise problem("tcp", host) from error


def _tunnel(plain: socket.socket, proxy: SplitResult, to: Address, left: Left) -> None:
    channel = Channel(plain, left)
    lines = [f"CONNECT {to.host}:{to.port} HTTP/1.1", f"Host: {to.host}:{to.port}"]
    lines += [f"{name}: {value}" for name, value in _credentials(proxy).items()]
    try:
        channel.sendall("\r\n".join((*lines, "", "")).encode("latin-1"))
        answer = http.client.HTTPResponse(channel.as_socket(), method="CONNECT")
        answer.begin()
    except (OSError, http.client.HTTPException) as error:
        raise problem("tcp", to.host) from error
    if answer.status == _PROXY_ASKS:
        raise problem("proxy_auth", to.host)
    if answer.status != http.HTTPStatus.OK:
        raise problem("tcp", to.host)


def _credentials(proxy: SplitResult) -> Mapping[str, str]:
    if not proxy.username:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _secured(
    plain: socket.socket, to: Address, context: ssl.SSLContext, left: Left
) -> ssl.SSLSocket:
    try:
        plain.settimeout(left())
        return context.wrap_socket(plain, server_hostname=to.host)
    except ssl.SSLCertVerificationError as error:
        if error.verify_code in _WRONG_NAME:
            raise problem("cert_host", to.host) from error
        why = error.verify_message.rstrip(".")  # Windows' own sentences have one
        raise problem("cert_untrusted", to.host, why=why) from error
    except ssl.SSLError as error:
        raise problem("tls", to.host) from error
    except TimeoutError as error:
        raise problem("timeout", to.host) from error
    except OSError as error:
        raise problem("tcp", to.host) from error
