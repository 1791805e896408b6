"""Requests to a platform: by TLS alone, through the computer's own way, with one short deadline.

An answer that is no JSON object where one is due, or that does not come, is an error; no answer
and no error ever holds a credential.
"""

from __future__ import annotations

import base64
import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import msgspec

from agentguard.base.errors import UplinkError
from agentguard.ports.clock import Clock
from agentguard.ports.network import NO_PROXIES, Network
from agentguard.uplink.problems import problem
from agentguard.uplink.transport import address, connected, tls_context
from agentguard.uplink.tunnel import Channel

SECONDS = 4.0  # for one request, connection and all
LARGEST = 1024 * 1024  # bytes of an answer
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
Sign = Callable[[str, str, str, bytes], Mapping[str, str]]
"""Gives the headers that sign a method, a host, a path with its query, and a body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What came back: the status, and the object of a JSON answer, empty where it is none."""

    status: int
    told: Mapping[str, object] = field(default_factory=dict)

    @property
    def well(self) -> bool:
        """Whether it is a success."""
        return self.status in range(200, 300)

    def text(self, name: str) -> str:
        """Return a text of the answer; empty where there is none."""
        found = self.told.get(name)
        return found if isinstance(found, str) else ""

    def rows(self, name: str) -> tuple[Mapping[str, object], ...]:
        """Return the objects of a list of the answer."""
        found = self.told.get(name)
        return tuple(one for one in found if isinstance(one, dict)) if type(found) is list else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """Asks platforms; `ca_file` trusts one authority alone."""

    clock: Clock
    network: Network = NO_PROXIES
    ca_file: str = ""

    def ask(
        self,
        method: str,
        url: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        sign: Sign | None = None,
    ) -> Said:
        """Return the answer, whatever its status is; a redirect is not followed.

        Raises:
            UplinkError: it was not reached, or did not answer as HTTP does.
            UsageError: the address is no https address.

        """
        to = address(url)
        end = self.clock.now().boot + SECONDS

        def left() -> float:
            seconds = end - self.clock.now().boot
            if seconds <= 0:
                raise TimeoutError
            return seconds

        full = f"{to.prefix}{path}"
        sent = {"Host": to.authority, "Connection": "close", "Accept": JSON, **(headers or {})}
        if sign is not None:
            sent |= sign(method, to.authority, full, body)
        with connected(to, tls_context(self.ca_file), left, self.network) as channel:
            return _exchanged(channel, to.host, (method, full), body, sent)


def _exchanged(
    channel: Channel, host: str, what: tuple[str, str], body: bytes, headers: Mapping[str, str]
) -> Said:
    connection = http.client.HTTPConnection(host)
    connection.sock = channel.as_socket()
    try:
        connection.request(*what, body=body, headers=headers)
        response = connection.getresponse()
        found = response.read(LARGEST + 1)
    except TimeoutError as error:
        raise problem("timeout", host) from error
    except (OSError, http.client.HTTPException) as error:
        raise problem("tcp", host) from error
    return Said(status=response.status, told=_object(found))


def _object(body: bytes) -> Mapping[str, object]:
    try:
        found = msgspec.json.decode(body) if len(body) <= LARGEST else None
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def basic(user: str, password: str) -> dict[str, str]:
    """Return the header of HTTP's basic authentication (RFC 7617)."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def bearer(token: str) -> dict[str, str]:
    """Return the header of a bearer token (RFC 6750)."""
    return {"Authorization": f"Bearer {token}"}


def form(**values: str) -> bytes:
    """Return a body as forms send it."""
    return urlencode(values).encode()


def json(value: object) -> bytes:
    """Return a body of JSON."""
    return msgspec.json.encode(value)


def refused(said: Said, url: str) -> UplinkError:
    """Return the error of an answer that is no success; it tells the status and nothing else."""
    kind = "http_5xx" if said.status >= 500 else "http_4xx"  # noqa: PLR2004 - HTTP's own classes
    return problem(kind, address(url).host, why=str(said.status))
