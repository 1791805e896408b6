"""Posts to the endpoint and classes what comes back; a success is only what can be decoded."""

from __future__ import annotations

import http.client
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

import msgspec

from agentguard.base.errors import UplinkError
from agentguard.ports.clock import Clock
from agentguard.ports.network import NO_PROXIES, Network
from agentguard.uplink.problems import bounded, problem
from agentguard.uplink.signing import Sign
from agentguard.uplink.transport import address, connected, tls_context
from agentguard.uplink.tunnel import Channel, place
from agentguard.wire import httpsig, v1

TOTAL_SECONDS = 30.0
LARGEST_ANSWER = 1024 * 1024
SMALL = 500  # bytes of a body that is sent as it is
GZIP = b"\x1f\x8b"
_AS_GZIP = 16 + zlib.MAX_WBITS
"""What has `zlib` write the header of gzip, with no time in it."""
_CHUNK = 64 * 1024
_REDIRECTS = range(300, 400)
_CLOCK = frozenset({"clock", "clock-skew", "clock_skew"})
_UNKNOWN = frozenset({"revoked", "unknown-device"})
_NAMED = frozenset({"cloned", "pending", "revoked"})

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def refusal(self) -> v1.Problem | None:
        """The problem that the body describes, if it does."""
        try:
            return msgspec.json.decode(self.body, type=v1.Problem)
        except msgspec.DecodeError:
            return None


class Client:
    """Speaks with one endpoint; it keeps no connection, so any thread may call it.

    Raises:
        UsageError: the URL is not an https URL, or the CA file cannot be used.

    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        ca_file: str = "",
        total_seconds: float = TOTAL_SECONDS,
        network: Network = NO_PROXIES,
    ) -> None:
        self._to = address(url)
        self._context = tls_context(ca_file)
        self._clock = clock
        self._total_seconds = total_seconds
        self._network = network
        self._offset = 0.0

    @property
    def host(self) -> str:
        """The endpoint's name."""
        return self._to.host

    @property
    def url(self) -> str:
        """The endpoint's address, as the network is asked for the way to it."""
        return place(self._to)

    def post(self, path: str, body: bytes, answer: type[T], sign: Sign | None = None) -> T:
        """Post a body and decode the answer; a difference of the clocks is made up for once.

        Raises:
            UplinkError: the endpoint was not reached, refused, or did not answer as it must.

        """
        return self._decoded(self._sent("POST", path, body, sign), answer)

    def put(self, path: str, body: bytes, answer: type[T], sign: Sign) -> T:
        """Put a body and decode the answer.

        Raises:
            UplinkError: the endpoint was not reached, refused, or did not answer as it must.

        """
        return self._decoded(self._sent("PUT", path, body, sign), answer)

    def _decoded(self, given: Answer, answer: type[T]) -> T:
        try:
            return msgspec.json.decode(given.body, type=answer)
        except msgspec.DecodeError as error:
            raise problem("portal", self._to.host) from error

    def get(self, path: str, sign: Sign) -> bytes:
        """Return what stands at a path, as it came.

        Raises:
            UplinkError: the endpoint was not reached or refused.

        """
        return self._sent("GET", path, b"", sign).body

    def _sent(self, method: str, path: str, body: bytes, sign: Sign | None) -> Answer:
        """Return a success; once more with the endpoint's time when the clocks differ."""
        if len(body) > SMALL:  # packing a small body costs more than it saves
            body = zlib.compress(body, level=9, wbits=_AS_GZIP)
        answer = self._send(method, path, body, sign)
        try:
            self._refuse(answer)
        except UplinkError as error:
            if error.kind != "clock" or sign is None:
                raise
            answer = self._send(method, path, body, sign)
            self._refuse(answer)
        return answer

    def _send(self, method: str, path: str, body: bytes, sign: Sign | None) -> Answer:
        deadline = self._clock.now().boot + self._total_seconds

        def left() -> float:
            seconds = deadline - self._clock.now().boot
            if seconds <= 0:
                raise TimeoutError
            return seconds

        full = f"{self._to.prefix}{path}"
        headers = {"Host": self._to.authority, "Connection": "close"}
        if body:
            headers["Content-Type"] = "application/json"
        if body.startswith(GZIP):
            headers["Content-Encoding"] = "gzip"
        if sign is not None:
            target = httpsig.Target(method=method, authority=self._to.authority, path=full)
            headers |= sign(target, body, self._clock.now().wall + self._offset)
        with connected(self._to, self._context, left, self._network) as channel:
            return self._exchange(channel, (method, full), body, headers)

    def _exchange(
        self, channel: Channel, what: tuple[str, str], body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        connection = http.client.HTTPConnection(self._to.host)
        connection.sock = channel.as_socket()
        try:
            connection.request(*what, body=body or None, headers=headers)
            response = connection.getresponse()
            return Answer(
                status=response.status,
                headers={name.lower(): value for name, value in response.getheaders()},
                body=self._body(response),
            )
        except TimeoutError as error:
            raise problem("timeout", self._to.host) from error
        except (OSError, http.client.IncompleteRead) as error:
            raise problem("tcp", self._to.host) from error
        except http.client.HTTPException as error:
            raise problem("portal", self._to.host) from error

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        found = bytearray()
        while chunk := response.read1(_CHUNK):
            found += chunk
            if len(found) > LARGEST_ANSWER:
                raise problem("portal", self._to.host)
        if response.length:
            raise http.client.IncompleteRead(b"")
        return bytes(found)

    def _refuse(self, answer: Answer) -> None:
        """Raise the error that the status stands for; return when it is a success."""
        status, host = answer.status, self._to.host
        html = "html" in answer.headers.get("content-type", "").lower()
        if html or status in _REDIRECTS:
            raise problem("portal", host)
        if status < HTTPStatus.BAD_REQUEST:
            return
        said = answer.refusal
        kind = said.kind if said is not None else ""
        if status == HTTPStatus.TOO_MANY_REQUESTS or _retry_after(answer):
            raise problem("busy", host, retry_after=bounded(_retry_after(answer)))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise problem("http_5xx", host, why=str(status))
        named = "revoked" if status == HTTPStatus.GONE or kind in _UNKNOWN else kind
        if named in _NAMED:
            raise problem(named, host)
        if status == HTTPStatus.CONFLICT:
            epoch, seq = (said.epoch, said.seq) if said is not None else (0, 0)
            raise problem("gap" if kind == "gap" else "conflict", host, epoch=epoch, seq=seq)
        if status == HTTPStatus.UNAUTHORIZED and self._set_clock(answer, kind):
            raise problem("clock", host)
        raise problem("http_4xx", host, why=f"{status} {kind}".strip())

    def _set_clock(self, answer: Answer, kind: str) -> bool:
        """Take over the endpoint's time; tell whether the clocks were the matter."""
        from email.utils import parsedate_to_datetime  # noqa: PLC0415 - for a wrong clock alone

        try:
            theirs = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
        except ValueError:
            return kind in _CLOCK
        ours = self._clock.now().wall
        wrong = kind in _CLOCK or abs(theirs - ours - self._offset) > httpsig.MAX_SKEW
        if wrong:
            self._offset = theirs - ours
        return wrong


def _retry_after(answer: Answer) -> float:
    """Return the seconds that the endpoint asked for, 0 for none; a date counts as none."""
    text = answer.headers.get("retry-after", "")
    return float(text[:9]) if text.isascii() and text.isdigit() else 0.0
