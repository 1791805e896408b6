from __future__ import annotations

import socket
import ssl
from typing import Any

import pytest

from agentguard.server.listener.slow_clients import Crowd, origin
from agentguard.server.settings import Limits

QUICK = Limits(request_wait=0.5, connections_of_one=5)
LONGEST = 15
CHUNKED = b"POST /v1/reports HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"


def connected(running: Any) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(running.ca))
    raw = socket.create_connection(("127.0.0.1", running.server.port), timeout=LONGEST)
    return context.wrap_socket(raw, server_hostname="127.0.0.1")


def everything(one: ssl.SSLSocket) -> bytes:
    """Read until the endpoint hangs up; running into the time limit fails the test."""
    parts = []
    try:
        while part := one.recv(65536):
            parts.append(part)
    except (ssl.SSLError, ConnectionError):
        pass
    return b"".join(parts)


@pytest.mark.parametrize("limits", [QUICK])
@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"POST /v1/reports HT",
        b"POST /v1/reports HTTP/1.1\r\nhost: x\r\nx-slow: ",
        b"POST /v1/reports HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nab",
        b"POST /sign-in HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
    ],
)
def test_a_client_that_does_not_finish_its_request_is_hung_up_on(
    running: Any, desk: Any, begun: bytes
) -> None:
    with connected(running) as slow:
        slow.sendall(begun)
        assert b" 200 " not in everything(slow)
    desk.receipt(desk.send())


@pytest.mark.parametrize("limits", [QUICK])
def test_a_client_that_drips_gains_nothing(running: Any) -> None:
    """Each byte must not give it more time."""
    with connected(running) as slow:
        slow.settimeout(0.05)
        dripped = 0
        try:
            for byte in b"GET /healthz HTTP/1.1\r\nx-drip: " + b"a" * 400:
                slow.sendall(bytes([byte]))
                dripped += 1
                try:
                    if not slow.recv(1):
                        break
                except TimeoutError:
                    continue
        except (ssl.SSLError, ConnectionError):
            pass
        assert dripped < 100


def refused(running: Any) -> bool:
    """Tell whether the endpoint lets no further connection in."""
    try:
        with connected(running) as late:
            late.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            return not late.recv(4096)
    except (ssl.SSLError, ConnectionError):
        return True


@pytest.mark.parametrize("limits", [QUICK])
def test_one_address_may_hold_only_so_many_connections(running: Any, connect: Any) -> None:
    kept = []
    for _ in range(QUICK.connections_of_one):
        kept.append(connected(running))
        kept[-1].sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        assert b" 200 " in kept[-1].recv(4096)
    assert refused(running)
    for one in kept:
        one.close()
    with connect(running) as http:
        assert _alive(http)


def _alive(http: Any) -> bool:
    """Ask until the connections that were closed are gone."""
    import httpx  # noqa: PLC0415 - only here

    for _ in range(200):
        try:
            return bool(http.get("/healthz").status_code == 200)
        except httpx.TransportError:
            continue
    return False


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz?" + b"a" * 20_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: x\r\n" + b"x-many: aaaaaaaa\r\n" * 2000 + b"\r\n",
        b"\x16\x03\x01 not HTTP at all\r\n\r\n",
    ],
)
def test_a_head_that_is_too_long_or_no_head_is_refused(
    running: Any, desk: Any, head: bytes
) -> None:
    with connected(running) as wordy:
        wordy.sendall(head)
        answer = everything(wordy)
    assert answer.startswith(b"HTTP/1.1 400 ") or answer == b""
    desk.receipt(desk.send())


def test_two_requests_on_one_connection_are_both_answered(running: Any) -> None:
    """The time for one request is not left over for the next."""
    with connected(running) as one:
        for _ in range(2):
            one.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            said = b""
            while not said.endswith(b"{}"):
                said += one.recv(4096)
            assert b" 200 " in said


@pytest.mark.parametrize(
    "pieces",
    [
        [b"GET /healthz?", *[b"a" * 4096] * 40],
        [b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: ", *[b"a" * 4096] * 40],
        [
            CHUNKED + b"0\r\nx-late: ",
            *[b"a" * 4096] * 40,
        ],
        [
            CHUNKED + b"0\r\n",
            *[b"x-late: " + b"a" * 4096 + b"\r\n"] * 40,
        ],
        [
            CHUNKED + b"5;x=",
            *[b"a" * 4096] * 40,
        ],
    ],
    ids=["address", "header", "trailer", "trailers", "chunk"],
)
def test_a_piece_that_never_ends_is_not_kept_until_it_does(
    running: Any, desk: Any, pieces: list[bytes]
) -> None:
    """Neither of a head nor of what follows a body; the time for a request is not the limit."""
    with connected(running) as wordy:
        sent = 0
        try:
            for piece in pieces:
                wordy.sendall(piece)
                sent += len(piece)
        except (ssl.SSLError, ConnectionError):
            pass
        answer = everything(wordy)
    assert answer.startswith(b"HTTP/1.1 400 ") or answer == b""
    desk.receipt(desk.send())


def test_a_proxy_may_hold_more_connections_than_others() -> None:
    crowd = Crowd(Limits(connections_of_one=2, connections=6), ["192.0.2.0/28", "2001:db8::7"])
    assert [crowd.enter("192.0.2.16") for _ in range(3)] == [True, True, False]
    assert [crowd.enter("192.0.2.15") for _ in range(3)] == [True, True, True]
    assert [crowd.enter("2001:db8::7") for _ in range(2)] == [True, False], "all together"
    crowd.leave("192.0.2.15")
    assert not crowd.enter("192.0.2.16")
    assert crowd.enter("2001:db8::7")
    assert not crowd.enter("")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.16", "192.0.2.16"),
        ("::ffff:192.0.2.16", "192.0.2.16"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::1", "::1"),
        ("", ""),
        ("a socket", "a socket"),
    ],
)
def test_who_has_a_network_of_addresses_is_counted_as_one(address: str, counted: str) -> None:
    assert origin(address) == counted
