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
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from agentguard.server.admin import Admin
from agentguard.server.certificate import CA_FILE, make_certificate
from agentguard.server.run import LocalServer
from agentguard.server.settings import ServerSettings

PASSWORD = "correct horse battery staple"
SUPERVISOR = "sam"


def _thread(name: str, run: Callable[[], None]) -> None:
    threading.Thread(target=run, name=name, daemon=True).start()


class Centre:
    """An endpoint with SQLite behind TLS, always at the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = ServerSettings(data=folder)
        self._tls = make_certificate(folder, ("127.0.0.1", "localhost"), time.time)
        self.ca = folder / CA_FILE
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"https://127.0.0.1:{self.port}"
        self.admin = Admin(self.settings, time.time)
        self.admin.add_user(SUPERVISOR, PASSWORD)
        self._server: LocalServer | None = None

    def start(self) -> None:
        self._server = LocalServer(self.settings, time.time, _thread, port=self.port, tls=self._tls)
        self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    def own_context(self) -> ssl.SSLContext:
        """The TLS of the endpoint itself, for what answers in its place."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self._tls)
        return context

    def events(self, device: str) -> list[tuple[int, int]]:
        """Every event row of a device as (epoch, seq), doubles included."""
        ask = "SELECT epoch, seq FROM event WHERE device = ? ORDER BY epoch, seq"
        with closing(sqlite3.connect(self.folder / "server.db")) as database:
            return [(epoch, seq) for epoch, seq in database.execute(ask, (device,))]

    def raw(self) -> bytes:
        """All bytes of the database, the write-ahead log too."""
        return b"".join(file.read_bytes() for file in self.folder.glob("server.db*"))


class Browser:
    """A supervisor's browser: cookies, redirects, and what browsers send with a form."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        context = ssl.create_default_context(cafile=str(centre.ca))
        tls = urllib.request.HTTPSHandler(context=context)
        self._opener = urllib.request.build_opener(jar, tls, urllib.request.ProxyHandler({}))

    def get(self, path: str) -> str:
        with self._opener.open(self._centre.url + path, timeout=20) as answer:
            page: str = answer.read().decode()
        return page

    def words(self, path: str) -> str:
        """What can be read on a page."""
        return " ".join(re.sub(r"<[^>]*>", " ", self.get(path)).split())

    def sign_in(self) -> None:
        fields = {"name": SUPERVISOR, "password": PASSWORD, "code": ""}
        asked = urllib.request.Request(
            self._centre.url + "/sign-in",
            data=urllib.parse.urlencode(fields).encode(),
            headers={"sec-fetch-site": "same-origin"},
        )
        with self._opener.open(asked, timeout=20) as answer:
            assert answer.url.rstrip("/") == self._centre.url


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
