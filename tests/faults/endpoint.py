"""A small endpoint that can do everything wrong, and keeps a ledger of what it was given."""

from __future__ import annotations

import base64
import gzip
import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agentguard.wire import httpsig, openings, v1
from agentguard.wire.inventory import INVENTORY
from agentguard.wire.proof_messages import ProofAnswer, ProofAsked

DEVICE = "device-1"
CODE = "good-code"


def public(key: Ed25519PrivateKey) -> str:
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(raw).decode()


@dataclass
class Reply:
    """An HTTP answer, or what stands in its place."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})

    def raw(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} X", f"Content-Length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join((*lines, "", "")).encode() + self.body


Behaviour = Callable[["Endpoint", socket.socket, Reply], None]
"""Answers on the socket, given the honest reply that was made after the report was kept."""


def honest(_endpoint: Endpoint, sock: socket.socket, reply: Reply) -> None:
    sock.sendall(reply.raw())


def instead(reply: Reply) -> Behaviour:
    """Answer something else, without keeping the report."""

    def answer(_endpoint: Endpoint, sock: socket.socket, _reply: Reply) -> None:
        sock.sendall(reply.raw())

    answer.keeps = False  # type: ignore[attr-defined] # read by Endpoint.serve
    return answer


class Endpoint:
    """Keeps events by (device, epoch, seq); `behaviour` decides what is answered."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.behaviour: Behaviour = honest
        self.events: dict[tuple[int, int], bytes] = {}
        self.heads: dict[int, tuple[int, str]] = {}
        self.contradictions: list[tuple[int, int]] = []
        self.repeats = 0
        self.requests = 0
        self.reports: list[v1.Report] = []
        self.packed = 0
        self.bad_signatures = 0
        self.next_in = 60
        self.device_key = ""
        self.need_posture = False
        self.created = 0.0
        self._guard = threading.Lock()
        self._context = context
        endpoint = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                endpoint.serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request: object, client_address: object) -> None:
                """A cut connection is what these tests are about."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def serve(self, plain: socket.socket) -> None:
        plain.settimeout(30)
        try:
            with self._context.wrap_socket(plain, server_side=True) as sock:
                path, headers, body = _read(sock)
                with self._guard:
                    self.requests += 1
                    behaviour = self.behaviour
                keeps = getattr(behaviour, "keeps", True)
                behaviour(self, sock, self._reply(path, headers, body) if keeps else Reply())
        except OSError:
            return

    def _reply(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        with self._guard:
            if path == v1.ENROL:
                return self._enrol(msgspec.json.decode(plain(headers, body), type=v1.Enrol))
            if path == INVENTORY:  # an older endpoint, which takes no lists of programs
                return problem(404, "not-found")
            if not self._signed(path, headers, body):
                self.bad_signatures += 1
                return problem(401, "signature")
            if path == v1.PROOFS:
                asked = msgspec.json.decode(plain(headers, body), type=ProofAsked)
                right = asked.answer == "123456"
                return Reply(body=msgspec.json.encode(
                    ProofAnswer(accepted=right, problem="" if right else "wrong")
                ))  # fmt: skip
            if path == openings.OPENINGS:  # an older endpoint, which knows of none
                return problem(404, "not-found")
            self.packed += body.startswith(b"\x1f\x8b")
            return self._keep(msgspec.json.decode(plain(headers, body), type=v1.Report))

    def _enrol(self, asked: v1.Enrol) -> Reply:
        if asked.code != CODE:
            return problem(403, "code")
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(asked.public_key))
        key.verify(base64.b64decode(asked.proof), f"{asked.code}\n{asked.nonce}".encode())
        self.device_key = asked.public_key
        return Reply(body=msgspec.json.encode(
            v1.Enrolled(device=DEVICE, team="blue", receipt_key=public(self.key), next_in=60)
        ))  # fmt: skip

    def _signed(self, path: str, headers: dict[str, str], body: bytes) -> bool:
        parsed = httpsig.parse(headers.get("signature-input", ""), headers.get("signature", ""))
        digest = headers.get("content-digest", "")
        if parsed is None or digest != httpsig.content_digest(body):
            return False
        parameters, signature = parsed
        self.created = parameters.created
        target = httpsig.Target(method="POST", authority=headers["host"], path=path)
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(self.device_key))
        key.verify(signature, httpsig.signature_base(target, digest, parameters))
        return True

    def _keep(self, report: v1.Report) -> Reply:
        seq, digest = self.heads.get(report.epoch, (0, ""))
        if report.seq < seq or (report.seq == seq and digest and report.hash != digest):
            return problem(409, "conflict", epoch=max(self.heads))
        for event in report.events:
            place, encoded = (report.epoch, event.seq), msgspec.json.encode(event)
            if place not in self.events:
                self.events[place] = encoded
            elif self.events[place] == encoded:
                self.repeats += 1
            else:
                self.contradictions.append(place)
        self.heads[report.epoch] = (report.seq, report.hash)
        self.reports.append(report)
        return Reply(status=202, body=msgspec.json.encode(self.receipt(report)))

    def receipt(self, report: v1.Report, key: Ed25519PrivateKey | None = None) -> v1.Received:
        receipt = msgspec.json.encode(v1.Receipt(
            device=report.device, epoch=report.epoch, seq=report.seq, hash=report.hash, at="now",
            seal=report.seal,
        ))  # fmt: skip
        signature = (key or self.key).sign(receipt)
        return v1.Received(
            receipt=receipt.decode(),
            signature=base64.b64encode(signature).decode(),
            next_in=self.next_in,
            need_posture=self.need_posture,
        )

    @property
    def seqs(self) -> list[int]:
        with self._guard:
            return sorted(seq for _, seq in self.events)


def problem(status: int, kind: str, *, epoch: int = 0, **headers: str) -> Reply:
    body = {"title": "no", "status": status, "kind": kind, "epoch": epoch}
    return Reply(
        status=status,
        body=json.dumps(body).encode(),
        headers={
            "Content-Type": "application/problem+json",
            "Date": formatdate(usegmt=True),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
    )


def plain(headers: dict[str, str], body: bytes) -> bytes:
    """Unpack a body that says that it is packed."""
    return gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body


def _read(sock: socket.socket) -> tuple[str, dict[str, str], bytes]:
    """Read a request; one that was cut raises OSError."""
    reader = sock.makefile("rb")
    lines: list[str] = []
    while (line := reader.readline()) != b"\r\n":
        if not line:
            raise ConnectionAbortedError
        lines.append(line.decode().strip())
    pairs = (line.partition(":") for line in lines[1:])
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    length = int(headers.get("content-length", "0"))
    body = reader.read(length)
    if len(body) < length:
        raise ConnectionAbortedError
    return lines[0].split(" ")[1], headers, body


@contextmanager
def serving(context: ssl.SSLContext) -> Iterator[Endpoint]:
    endpoint = Endpoint(context)
    try:
        yield endpoint
    finally:
        endpoint.close()


class Proxy:
    """An HTTP proxy that tunnels, or asks for a sign-in."""

    def __init__(self, *, asks: bool = False, credentials: str = "Basic of nobody") -> None:
        self.tunnels: list[str] = []
        self.asked_with: list[str] = []
        proxy = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                target = self.rfile.readline().decode().split(" ")[1]
                given = ""
                while line := self.rfile.readline().decode().strip():
                    name, _, value = line.partition(":")
                    given = value.strip() if name.lower() == "proxy-authorization" else given
                proxy.asked_with.append(given)
                if asks and given != credentials:
                    basic = b'Proxy-Authenticate: Basic realm="the house, NTLM"\r\n'
                    self.wfile.write(b"HTTP/1.1 407 No\r\n" + basic + b"Connection: close\r\n\r\n")
                    return
                proxy.tunnels.append(target)
                host, _, port = target.rpartition(":")
                with socket.create_connection((host, int(port))) as there:
                    self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
                    back = threading.Thread(target=pump, args=(there, self.connection))
                    back.start()
                    pump(self.connection, there)
                    back.join()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return
