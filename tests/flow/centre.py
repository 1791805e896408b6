"""A real endpoint that can go away and come back, what may stand in its place, and a browser."""

from __future__ import annotations

import http.cookiejar
import http.server
import re
import socket
import sqlite3
import ssl
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pyotp
import pytest

from agentguard.server.admin.accounts import Admin
from agentguard.server.listener.certificate import CA_FILE, make_certificate
from agentguard.server.run import LocalServer
from agentguard.server.settings import Limits, ServerSettings
from tests.server.migrated import migrated

PASSWORD = "correct horse battery staple"
SUPERVISOR = "sam"
PATIENCE = 60.0
"""Seconds in which what is waited for has to come true, however busy the computer is."""


def until(holds: Callable[[], object]) -> None:
    """Wait until something is so."""
    limit, nothing = time.monotonic() + PATIENCE, threading.Event()
    while not holds():
        assert time.monotonic() < limit, "it did not happen in time"
        nothing.wait(0.05)


def _thread(name: str, run: Callable[[], None]) -> None:
    threading.Thread(target=run, name=name, daemon=True).start()


def _kept_port(owner: object) -> int:
    """Give a free port that is given to nobody else while `owner` lives, also when it is shut."""
    held = socket.socket()
    weakref.finalize(owner, held.close)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return int(held.getsockname()[1])


class Served:
    """An endpoint behind TLS, always at the same port; its clock may run ahead.

    Its database is SQLite in its folder, unless an address of another is given.
    """

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder = folder
        # What a test changes in the database counts within a moment.
        self.settings = migrated(
            ServerSettings(data=folder, database=database, limits=Limits(key_fresh=1, key_kept=1))
        )
        self._tls = make_certificate(folder, ("127.0.0.1", "localhost"), time.time)
        self.ca = folder / CA_FILE
        self.port = _kept_port(self)
        self.url = f"https://127.0.0.1:{self.port}"
        self.ahead = 0.0
        self._server: LocalServer | None = None

    def now(self) -> float:
        return time.time() + self.ahead

    def start(self) -> None:
        self._server = LocalServer(self.settings, self.now, _thread, port=self.port, tls=self._tls)
        self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    def events(self, device: str) -> list[tuple[int, int]]:
        """Every event row of a device as (epoch, seq), doubles included."""
        ask = "SELECT epoch, seq FROM event WHERE device = ? ORDER BY epoch, seq"
        with closing(sqlite3.connect(self.settings.data / "server.db")) as database:
            return [(epoch, seq) for epoch, seq in database.execute(ask, (device,))]


class Centre(Served):
    """The same with a supervisor who can sign in, and what an administrator does at its machine."""

    def __init__(self, folder: Path, database: str = "") -> None:
        super().__init__(folder, database)
        self.admin = Admin(self.settings, time.time)
        self.admin.add_user(SUPERVISOR, PASSWORD, "officer")

    def close(self) -> None:
        """End for good: the administrator's commands let go of the database as well."""
        self.stop()
        self.admin.close()

    def own_context(self) -> ssl.SSLContext:
        """The TLS of the endpoint itself, for what answers in its place."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self._tls)
        return context

    def raw(self) -> bytes:
        """All bytes of the database, the write-ahead log too."""
        return b"".join(file.read_bytes() for file in self.folder.glob("server.db*"))


@contextmanager
def started(folder: Path, monkeypatch: pytest.MonkeyPatch, database: str = "") -> Iterator[Centre]:
    """Give a running endpoint, to which no proxy is the way."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    folder.mkdir(exist_ok=True)
    centre = Centre(folder, database)
    centre.start()
    try:
        yield centre
    finally:
        centre.close()


class Browser:
    """A supervisor's browser: cookies, redirects, and what browsers send with a form."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        context = ssl.create_default_context(cafile=str(centre.ca))
        tls = urllib.request.HTTPSHandler(context=context)
        self._opener = urllib.request.build_opener(jar, tls, urllib.request.ProxyHandler({}))

    def get(self, path: str) -> str:
        return self.fetch(path).decode()

    def fetch(self, path: str) -> bytes:
        with self._opener.open(self._centre.url + path, timeout=20) as answer:
            given: bytes = answer.read()
        return given

    def words(self, path: str) -> str:
        """What can be read on a page."""
        return " ".join(re.sub(r"<[^>]*>", " ", self.get(path)).split())

    def sign_in(self) -> None:
        """Sign in for the first time: the password, and one-time codes as the second factor."""
        page = self._submit("/sign-in", name=SUPERVISOR, password=PASSWORD)
        secret = re.search(r'class="secret">([A-Z2-7]{32})<', page)
        assert secret is not None, page
        code = pyotp.TOTP(secret[1]).at(time.time())
        assert "recovery codes" in self._submit("/sign-in/enrol", proof_code=code)

    def submit(self, page: str, path: str, **fields: str) -> str:
        """Send a form of a page, with the token that stands in it."""
        token = re.search(r'name="token" value="([^"]+)"', self.get(page))
        assert token is not None, page
        return self._submit(path, token=token[1], **fields)

    def _submit(self, path: str, **fields: str) -> str:
        asked = urllib.request.Request(
            self._centre.url + path,
            data=urllib.parse.urlencode(fields).encode(),
            headers={"sec-fetch-site": "same-origin"},
        )
        with self._opener.open(asked, timeout=20) as answer:
            page: str = answer.read().decode()
        return page


class _Page(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        page = b"<html><body>Welcome to the hotel, please sign in.</body></html>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not trust this server hangs up."""


@contextmanager
def in_its_place(port: int, context: ssl.SSLContext) -> Iterator[None]:
    """Answer every report with a page of HTML, as a hotel's network does."""
    server = _Server(("127.0.0.1", port), _Page)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
