"""The call recorder's hook: signed, local or by TLS, and honest about what was not done."""

from __future__ import annotations

import base64
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agentguard.base.errors import PolicyError, UplinkError
from agentguard.platforms import system_clock
from agentguard.policy.parser import parse
from agentguard.runtime.known_checks import shapes
from agentguard.runtime.recorder_hand import RecorderHand
from agentguard.uplink.recorder import Recorder
from agentguard.uplink.signing import signed_by
from agentguard.wire import httpsig


class Told(http.server.ThreadingHTTPServer):
    """A recorder that keeps what it was told and answers with `statuses`, the last for ever."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.statuses = [204]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?line=7"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Told

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers.items()), body))
        statuses = self.server.statuses
        self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@contextmanager
def recorder() -> Iterator[Told]:
    """Have a recorder listen on this computer."""
    with Told() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def told() -> Iterator[Told]:
    with recorder() as server:
        yield server


def tell(folder: Path, url: str, event: str = "pause") -> None:
    Recorder(folder, system_clock()).tell(url, event, threading.Event())


def test_it_is_told_with_a_signature_that_its_public_key_verifies(told, tmp_path) -> None:
    tell(tmp_path, told.url)
    ((path, headers, body),) = told.requests
    said = json.loads(body)
    assert (path, said["event"], headers["Content-Type"]) == (
        "/hook?line=7",
        "pause",
        "application/json",
    )
    parameters, signature = httpsig.parse(headers["Signature-Input"], headers["Signature"])
    target = httpsig.Target(method="POST", authority=headers["Host"], path=path)
    base = httpsig.signature_base(target, httpsig.content_digest(body), parameters)
    public = (tmp_path / "recorder.pub").read_text(encoding="ascii").strip()
    assert said["key"] == public
    assert signed_by(public, base, base64.b64encode(signature).decode())


def test_the_key_stays_the_same_and_the_nonce_does_not(told, tmp_path) -> None:
    tell(tmp_path, told.url, "pause")
    tell(tmp_path, told.url, "resume")
    first, second = (headers["Signature-Input"] for _, headers, _ in told.requests)
    assert first != second
    assert first.split("keyid=")[1] == second.split("keyid=")[1]


@pytest.mark.posix  # Windows keeps rights in access lists; the file takes its folder's
def test_the_key_is_for_its_owner_alone(told, tmp_path) -> None:
    tell(tmp_path, told.url)
    assert (tmp_path / "recorder.key").stat().st_mode & 0o077 == 0


def test_a_recorder_that_stumbles_is_told_again(told, tmp_path) -> None:
    told.statuses = [503, 500, 200]
    tell(tmp_path, told.url)
    assert len(told.requests) == 3


@pytest.mark.parametrize(
    ("status", "kind"), [(404, "http_4xx"), (500, "http_5xx"), (302, "http_4xx")]
)
def test_no_success_is_an_error_and_no_redirect_is_followed(told, tmp_path, status, kind) -> None:
    told.statuses = [status]
    with pytest.raises(UplinkError) as error:
        tell(tmp_path, told.url)
    assert (error.value.kind, len(told.requests)) == (kind, 3)


def test_nobody_there_is_an_error(tmp_path) -> None:
    with pytest.raises(UplinkError):
        tell(tmp_path, "http://127.0.0.1:9/")


@pytest.mark.parametrize(
    "url",
    [
        "http://recorder.example/hook",
        "http://127.0.0.1.example/",
        "http://localhost@evil.example/",
        "ftp://127.0.0.1/",
        "https://user@recorder.example/",
        "https://",
    ],
)
def test_a_policy_may_name_only_https_or_this_computer(url: str) -> None:
    words = f"policy: p\nversion: 1\npayment: {{recorder: '{url}'}}\n"
    with pytest.raises(PolicyError):
        parse(words.encode(), "p.yaml", shapes())


@pytest.mark.parametrize(
    "url", ["", "https://recorder.example/pause", "http://localhost:8080", "http://[::1]:81/x"]
)
def test_such_addresses_are_taken(url: str) -> None:
    words = f"policy: p\nversion: 1\npayment: {{recorder: '{url}'}}\n"
    assert parse(words.encode(), "p.yaml", shapes()).payment.recorder == url


def test_plain_http_leaves_this_computer_for_nobody(tmp_path) -> None:
    with pytest.raises(UplinkError):
        tell(tmp_path, "http://192.0.2.1/")


def test_an_agent_that_ends_tries_once(told, tmp_path) -> None:
    told.statuses = [500]
    words = f"policy: p\nversion: 1\npayment: {{recorder: '{told.url}'}}\n"
    policy = parse(words.encode(), "p.yaml", shapes())
    hand = RecorderHand(folder=tmp_path, policy=lambda: policy, clock=system_clock())
    with pytest.raises(UplinkError):
        hand.go_on()
    assert [json.loads(body)["event"] for _, _, body in told.requests] == ["resume"]
