"""Our nginx file before two processes that go and come again, one soon after the other.

What stands behind it only tells its name: which of the two nginx asks is all that is looked at.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from agentguard.server.listener.certificate import make_certificate
from tests.server.test_proxy import HOST, OURS, PATIENCE, free_port, nginx

pytestmark = [pytest.mark.heavy, pytest.mark.posix]
TRIES, MANY = 6, 10
NOBODY = 502


class Named(BaseHTTPRequestHandler):
    """Answers its server's name."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Peer

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", "0")))
        self.send_response(200)
        self.send_header("content-length", str(len(self.server.name)))
        self.end_headers()
        self.wfile.write(self.server.name.encode())

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


class Peer(ThreadingHTTPServer):
    """One of the two; `go` ends it as the end of a process does, with its connections."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, name: str, port: int, tls: ssl.SSLContext) -> None:
        super().__init__((HOST, port), Named)
        self.name, self._tls = name, tls
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def get_request(self) -> tuple[socket.socket, Any]:
        raw, address = super().get_request()
        wrapped = self._tls.wrap_socket(raw, server_side=True, do_handshake_on_connect=False)
        self._open.append(wrapped)
        return wrapped, address

    def handle_error(self, _request: object, _address: object) -> None:
        """Say nothing of a connection that was cut."""

    def go(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class Pair:
    """Both, by name, behind nginx."""

    def __init__(self, data: Path) -> None:
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._tls.load_cert_chain(data / "endpoint.pem", data / "endpoint-key.pem")
        self.ports = {"one": free_port(), "two": free_port()}
        self._here: dict[str, Peer] = {}
        self.asking: httpx.Client
        self.log = data.parent / "nginx.log"

    def come(self, *names: str) -> None:
        for name in names:
            self._here[name] = Peer(name, self.ports[name], self._tls)

    def go(self, *names: str) -> None:
        for name in names:
            self._here.pop(name).go()

    def answers(self, path: str) -> set[str | int]:
        """Give who answered some reports, or pages, or by which number nobody did."""
        way = "POST" if path == "/v1/reports" else "GET"
        told = [self.asking.request(way, path, content=b"x") for _ in range(TRIES)]
        return {one.text if one.status_code == httpx.codes.OK else one.status_code for one in told}

    def until(self, name: str, path: str) -> set[str | int]:
        """Ask until this one answers; give what was answered until then."""
        seen: set[str | int] = set()
        limit = time.monotonic() + PATIENCE
        while name not in seen:
            assert time.monotonic() < limit, f"{name} is not asked again"
            seen |= self.answers(path)
        return seen


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    data = tmp_path / "server"
    make_certificate(data, (HOST, "localhost"), time.time)
    made = Pair(data)
    made.come("one", "two")
    trust = ssl.create_default_context(cafile=str(data / "ca.pem"))
    with (
        nginx(data, tmp_path, list(made.ports.values())) as port,
        httpx.Client(base_url=f"https://{HOST}:{port}", verify=trust) as made.asking,
    ):
        yield made
    made.go(*made._here)


@pytest.mark.parametrize("path", ["/v1/reports", "/sign-in"])
def test_row_563_the_second_may_go_as_soon_as_the_first_answers_again(
    pair: Pair, path: str
) -> None:
    assert pair.answers(path) == {"one", "two"}
    for going, staying in (("one", "two"), ("two", "one"), ("one", "two")):
        pair.go(going)
        assert pair.answers(path) == {staying}
        pair.come(going)
        assert pair.until(going, path) <= {"one", "two"}
    assert pair.answers(path) == {"one", "two"}


@pytest.mark.parametrize("path", ["/v1/reports", "/sign-in"])
def test_row_563_when_both_were_gone_the_first_that_is_back_answers(pair: Pair, path: str) -> None:
    pair.go("one", "two")
    assert pair.answers(path) == {NOBODY}
    pair.come("two")
    assert pair.until("two", path) <= {"two", NOBODY}
    assert pair.answers(path) == {"two"}


def test_row_563_one_that_is_gone_is_tried_once_a_second_and_not_by_everybody(pair: Pair) -> None:
    """Else each request is a line in the proxy's log for as long as one is gone."""
    assert "max_fails=1 fail_timeout=1s;" in OURS.read_text(encoding="utf-8")
    assert pair.answers("/v1/reports") == {"one", "two"}
    pair.go("one")
    begun = time.monotonic()
    for _ in range(MANY):
        assert pair.answers("/v1/reports") == {"two"}
    lasted = time.monotonic() - begun
    tries = pair.log.read_text(encoding="utf-8").count("Connection refused")
    assert 1 <= tries <= lasted + 2
