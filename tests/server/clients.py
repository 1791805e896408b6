"""A small signing agent and a small browser, for the tests of the endpoint."""

from __future__ import annotations

import base64
import re
import secrets
import ssl
from dataclasses import dataclass, field, replace
from typing import Any, Self

import httpx
import msgspec
from nacl.signing import SigningKey, VerifyKey

from agentguard.wire import httpsig, v1


def connect(running: Any) -> httpx.Client:
    context = ssl.create_default_context(cafile=str(running.ca))
    return httpx.Client(base_url=running.address, verify=context, timeout=20)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@dataclass
class Desk:
    """An enrolled workstation."""

    running: Any
    key: SigningKey
    http: httpx.Client
    enrolled: v1.Enrolled
    seq: int = 0
    log: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def enrol(cls, running: Any, code: str, label: str = "desk-1") -> Desk:
        key = SigningKey.generate()
        http = connect(running)
        answer = ask_to_enrol(http, key, code, label=label)
        assert answer.status_code == 201, answer.text
        enrolled = msgspec.json.decode(answer.content, type=v1.Enrolled)
        return cls(running=running, key=key, http=http, enrolled=enrolled)

    def moved(self, running: Any) -> Desk:
        """Give the same desk at an endpoint that was started again."""
        return replace(self, running=running, http=connect(running))

    @property
    def id(self) -> str:
        return self.enrolled.device

    def report(self, *events: dict[str, Any], **values: Any) -> dict[str, Any]:
        self.seq = values.get("seq", max([self.seq, *(e["seq"] for e in events)]))
        body: dict[str, Any] = {
            "schema": 1,
            "device": self.id,
            "epoch": 1,
            "seq": self.seq,
            "sent_at": "2026-09-21T13:33:20+00:00",
            "boot": 100.0,
            "hash": "ab" * 32,
            "agent": "0.1.0",
            "policy": "baseline 1",
            "policy_digest": "",
            "overall": "good",
            "locked": False,
            "in_call": False,
            "waiting": 0,
            "events": list(events),
        }
        return {**body, **values}

    def send(self, *events: dict[str, Any], **values: Any) -> httpx.Response:
        return self.post(v1.REPORTS, self.report(*events, **values))

    def post(self, path: str, value: Any, **how: Any) -> httpx.Response:
        body = value if isinstance(value, bytes) else msgspec.json.encode(value)
        headers = {**self.sign("POST", path, body, **how), "content-type": "application/json"}
        return self.http.post(path, content=body, headers=headers)

    def get(self, path: str, **more: str) -> httpx.Response:
        return self.http.get(path, headers={**self.sign("GET", path, b""), **more})

    def sign(
        self,
        method: str,
        path: str,
        body: bytes,
        *,
        created: float | None = None,
        nonce: str = "",
        keyid: str = "",
        key: SigningKey | None = None,
    ) -> dict[str, str]:
        at = self.running.time() if created is None else created
        parameters = httpsig.Parameters(
            created=int(at), nonce=nonce or secrets.token_urlsafe(18), keyid=keyid or self.id
        )
        authority = self.http.base_url.netloc.decode()
        digest = httpsig.content_digest(body)
        target = httpsig.Target(method=method, authority=authority, path=path)
        base = httpsig.signature_base(target, digest, parameters)
        return httpsig.headers(digest, parameters, (key or self.key).sign(base).signature)

    def receipt(self, answer: httpx.Response) -> v1.Receipt:
        """Give the receipt after its signature was verified."""
        assert answer.status_code == 200, answer.text
        received = msgspec.json.decode(answer.content, type=v1.Received)
        key = VerifyKey(base64.b64decode(self.enrolled.receipt_key))
        key.verify(received.receipt.encode(), base64.b64decode(received.signature))
        return msgspec.json.decode(received.receipt, type=v1.Receipt)


def ask_to_enrol(
    http: httpx.Client, key: SigningKey, code: str, *, label: str = "desk-1", **other: Any
) -> httpx.Response:
    nonce = secrets.token_urlsafe(18)
    asked = {
        "code": code,
        "public_key": b64(key.verify_key.encode()),
        "nonce": nonce,
        "proof": b64(key.sign(f"{code}\n{nonce}".encode()).signature),
        "label": label,
        "system": "Linux 6.12",
        "agent": "0.1.0",
        **other,
    }
    return http.post(v1.ENROL, json=asked)


def event(seq: int, kind: str = "finding.opened", **values: Any) -> dict[str, Any]:
    return {"seq": seq, "kind": kind, "at": "2026-09-21T13:30:00+00:00", **values}


def control(check: str = "screen-lock", state: str = "pass", **values: Any) -> dict[str, Any]:
    base = {"check": check, "measure": 4, "state": state, "severity": "high"}
    return {**base, "since": "2026-09-21T13:00:00+00:00", **values}


class Browser:
    """A browser that keeps cookies and sends what browsers send with forms."""

    def __init__(self, running: Any) -> None:
        self.running = running
        self.http = connect(running)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.http.get(path, headers=headers)

    def submit(self, path: str, *, site: str = "same-origin", **fields: str) -> httpx.Response:
        headers = {"sec-fetch-site": site} if site else {}
        return self.http.post(path, data=fields, headers=headers)

    def sign_in(self, name: str, password: str, code: str = "") -> httpx.Response:
        return self.submit("/sign-in", name=name, password=password, code=code)

    def token(self, path: str = "/") -> str:
        found = re.search(r'name="token" value="([0-9a-f]+)"', self.get(path).text)
        assert found is not None
        return found[1]
