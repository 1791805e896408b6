"""Real receivers on loopback: an HTTPS endpoint, rsyslog with TLS, and a NATS server."""

from __future__ import annotations

import http.server
import json
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 30.0


def until(holds: Callable[[], object]) -> None:
    """Wait for something of another program."""
    limit, nothing = time.monotonic() + PATIENCE, threading.Event()
    while not holds():
        assert time.monotonic() < limit, "it did not happen in time"
        nothing.wait(0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
    return port


@dataclass
class Got:
    """A request that came."""

    path: str
    headers: dict[str, str]
    body: bytes
    status: int = 204  # what it was answered

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """An HTTPS receiver; `status` is what it answers, after `first`; `location` sends away.

    Once it has got as many as `holds_from` it takes what comes and does not answer. It takes bodies
    of at most so many lines as `most` says, and answers them with 204.
    """

    port: int = 0
    status: int = 204
    first: list[int] = field(default_factory=list)
    location: str = ""
    holds_from: int | None = None
    most: int | None = None
    got: list[Got] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/hook?x=1"


@contextmanager
def receiver(tls: tuple[Path, Path]) -> Iterator[Receiver]:
    """Run an HTTPS receiver."""
    one = Receiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {k.lower(): v for k, v in self.headers.items()}
            fits = one.most is not None and body.count(b"\n") <= one.most
            status = one.first.pop(0) if one.first else 204 if fits else one.status
            one.got.append(Got(path=self.path, headers=headers, body=body, status=status))
            if one.holds_from is not None and len(one.got) > one.holds_from:
                self.rfile.read(1)  # until the caller hangs up
                return
            self.send_response(status)
            if one.location:
                self.send_header("location", one.location)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
            """Say nothing."""

    class Quiet(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that does not trust this server hangs up."""

    server = Quiet(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*tls)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    one.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Rsyslog:
    """An rsyslog that runs; `messages` gives what it has written."""

    port: int
    file: Path

    def messages(self) -> list[str]:
        return self.file.read_text("utf-8").splitlines() if self.file.exists() else []


@contextmanager
def rsyslog(folder: Path, tls: tuple[Path, Path], ca: Path) -> Iterator[Rsyslog]:
    """Run rsyslog with a TLS listener for RFC 5425."""
    one = Rsyslog(port=free_port(), file=folder / "messages")
    config = folder / "rsyslog.conf"
    config.write_text(
        f"""
global(workDirectory="{folder}" maxMessageSize="64k"
  DefaultNetstreamDriverCAFile="{ca}"
  DefaultNetstreamDriverCertFile="{tls[0]}" DefaultNetstreamDriverKeyFile="{tls[1]}")
module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1"
  StreamDriver.AuthMode="anon")
template(name="plain" type="string"
  string="%pri% %app-name% %msgid% %hostname% %timestamp:::date-rfc3339% %msg%\\n")
input(type="imtcp" port="{one.port}" address="127.0.0.1")
action(type="omfile" file="{one.file}" template="plain")
"""
    )
    command = ["/usr/sbin/rsyslogd", "-n", "-f", str(config), "-i", str(folder / "pid")]
    with _running(command, one.port):
        yield one


@dataclass
class Stuck:
    """A receiver that holds its callers up; how many are on the line."""

    port: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    on: int = 0

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/hook"


Conduct = Callable[[socket.socket, threading.Event], None]
"""What a stuck receiver does with a caller, until it hangs up or the receiver ends."""


def silent(line: socket.socket, over: threading.Event) -> None:
    """Take the call and say nothing, not even for TLS."""
    line.settimeout(0.02)
    while not over.is_set():
        try:
            if not line.recv(65536):
                return
        except TimeoutError:
            continue


def answering(tls: tuple[Path, Path], first: bytes, drop: bytes) -> Conduct:
    """Speak TLS, read, then say `first` and `drop` by `drop`, without an end."""

    def conduct(line: socket.socket, over: threading.Event) -> None:
        line.settimeout(PATIENCE)
        with _server_side(tls).wrap_socket(line, server_side=True) as secure:
            secure.recv(65536)
            secure.sendall(first)
            while not over.wait(0.02):
                secure.sendall(drop)

    return conduct


def deaf(tls: tuple[Path, Path]) -> Conduct:
    """Agree on TLS, and hear nothing of what is said in it."""

    def conduct(line: socket.socket, over: threading.Event) -> None:
        line.settimeout(PATIENCE)
        plain = line.dup()
        with plain, _server_side(tls).wrap_socket(line, server_side=True):
            silent(plain, over)

    return conduct


def _server_side(tls: tuple[Path, Path], ca: Path | None = None) -> ssl.SSLContext:
    """Give what a receiver speaks; with `ca` it asks for a certificate of ours."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*tls)
    if ca is not None:
        context.load_verify_locations(ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def asking(tls: tuple[Path, Path], ca: Path) -> Conduct:
    """Ask for a certificate, and hang up on who has none."""

    def conduct(line: socket.socket, _over: threading.Event) -> None:
        with _server_side(tls, ca).wrap_socket(line, server_side=True) as secure:
            secure.recv(1)

    return conduct


@contextmanager
def stuck(conduct: Conduct) -> Iterator[Stuck]:
    """Run a receiver that holds its callers up."""
    one, over = Stuck(), threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with one.lock:
                one.on += 1
            try:
                conduct(self.request, over)
            except OSError:
                """The caller has hung up."""
            finally:
                with one.lock:
                    one.on -= 1

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    one.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield one
    finally:
        over.set()
        server.shutdown()
        server.server_close()


@contextmanager
def nats_server(folder: Path) -> Iterator[str]:
    """Run a NATS server with JetStream; give its address."""
    port = free_port()
    command = ["/usr/sbin/nats-server", "-js", "-a", "127.0.0.1", "-p", str(port)]
    with _running([*command, "-sd", str(folder)], port):
        yield f"nats://127.0.0.1:{port}"


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet)

    def answers() -> bool:
        assert process.poll() is None, "it has ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True

    try:
        until(answers)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)
