"""A platform on this computer, over real TLS: it notes every request and answers by a script."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agentguard.model.policy import NO_PAYMENT, Payment, Policy, RecorderPlatform
from agentguard.platforms import system_clock
from agentguard.runtime.recorder_hand import RecorderHand
from agentguard.uplink.recorders.logins import Logins
from agentguard.uplink.recorders.platform import Login
from tests.faults.certificates import Authority
from tests.unit.engine.conftest import make_policy

SECRET = "s3cr3t-Of-The-Platform"


@dataclass(frozen=True)
class Seen:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


Answer = Callable[[Seen], tuple[int, object]]
"""Gives the status and the JSON of an answer; bytes are sent as they are."""


@dataclass
class Fake:
    """What was asked of the platform, and how the person's desk asks it."""

    folder: Path
    ca_file: Path
    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    answer: Answer = lambda _seen: (500, {})

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def lines(self) -> list[str]:
        return [one.line for one in self.seen]

    def hand(self, vendor: str, **rules: str) -> RecorderHand:
        """Give the hand of a desk whose policy names the platform, with a login that is kept."""
        platform = RecorderPlatform(vendor=vendor, address=self.url, **rules)
        login = Login(user="id-of-the-desk", secret=SECRET, agent="agent-7")
        Logins(self.folder).save(vendor, login)
        return hand_of(self.folder, Payment(platform=platform), str(self.ca_file))


def hand_of(folder: Path, payment: Payment = NO_PAYMENT, ca_file: str = "") -> RecorderHand:
    policy: Policy = replace(make_policy(), payment=payment)
    return RecorderHand(folder=folder, policy=lambda: policy, clock=system_clock(), ca_file=ca_file)


class _Handler(http.server.BaseHTTPRequestHandler):
    fake: Fake

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        seen = Seen(self.command, self.path, dict(self.headers.items()), body)
        self.fake.seen.append(seen)
        status, said = self.fake.answer(seen)
        sent = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST = do_PUT = _do  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@contextmanager
def platform(folder: Path) -> Iterator[Fake]:
    """Have a platform listen on this computer, with a certificate of an authority of the test's."""
    authority = Authority(folder)
    fake = Fake(folder=folder, ca_file=authority.ca_file)
    handler = type("Handler", (_Handler,), {"fake": fake})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.socket = authority.server().wrap_socket(server.socket, server_side=True)
        fake.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield fake
        server.shutdown()
        thread.join()
