"""A small signing agent and a small browser, for the tests of the endpoint."""

from __future__ import annotations

import base64
import json
import re
import secrets
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from html import unescape
from typing import Any, Self

import httpx
import msgspec
from argon2 import PasswordHasher
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy import Connection

from agentguard.server.admin.accounts import ACTOR
from agentguard.server.signin import recovery_codes
from agentguard.server.signin.passkeys import Relying
from agentguard.server.store.accounts import people
from agentguard.server.store.factors import one_time_codes, passkeys, recovery
from agentguard.server.store.records import audit
from agentguard.wire import httpsig, v1


def connect(running: Any, address: str = "") -> httpx.Client:
    context = ssl.create_default_context(cafile=str(running.ca))
    return httpx.Client(base_url=address or running.address, verify=context, timeout=20)


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
        return self.request("POST", path, value, **how)

    def put(self, path: str, value: Any, **how: Any) -> httpx.Response:
        return self.request("PUT", path, value, **how)

    def request(self, method: str, path: str, value: Any, **how: Any) -> httpx.Response:
        body = value if isinstance(value, bytes) else msgspec.json.encode(value)
        headers = {**self.sign(method, path, body, **how), "content-type": "application/json"}
        return self.http.request(method, path, content=body, headers=headers)

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
    """A browser that keeps cookies and sends what browsers send with forms; it has a passkey.

    The passkeys of all browsers at one endpoint lie with the endpoint's rig, as on one key ring.
    """

    def __init__(self, running: Any, agent: str = "") -> None:
        self.running = running
        self.address = running.address.replace("127.0.0.1", "localhost")  # passkeys want a name
        self.http = connect(running, self.address)
        if agent:
            self.http.headers["user-agent"] = agent
        self.keys = running.key_ring

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
        """Sign in: with a code when one is given, otherwise with a passkey, made at the first."""
        first = self.submit("/sign-in", name=name, password=password)
        if first.status_code != SEE_OTHER:
            return first
        if code:
            return self.submit("/sign-in/second", proof_code=code)
        page = self.get("/sign-in/second")
        if page.status_code == SEE_OTHER:
            return self._enrol()
        return self.submit("/sign-in/second", proof_passkey=self.use_passkey(page.text))

    def _enrol(self) -> httpx.Response:
        """Make the first passkey; give an answer like that of a later sign-in."""
        made = self.make_passkey(self.get("/sign-in/enrol").text)
        shown = self.submit("/sign-in/enrol", proof_passkey=made)
        if shown.status_code != OK:
            return shown
        packed = {"content-encoding", "content-length"}
        every = ((k, v) for k, v in shown.headers.multi_items() if k not in packed)
        kept = [("location", "/"), *every]
        return httpx.Response(SEE_OTHER, headers=kept, text=shown.text)

    def options(self, page: str) -> dict[str, Any]:
        return options(page)

    def make_passkey(self, page: str, **other: Any) -> str:
        return str(self.keys.create(options(page), self.address, **other))

    def use_passkey(self, page: str, **other: Any) -> str:
        return str(self.keys.get(options(page), self.address, **other))

    def prove(self, page: httpx.Response) -> httpx.Response:
        """Prove by passkey what a page asks for; the form that waited goes on."""
        fields = {k: unescape(v) for k, v in _HIDDEN.findall(page.text)}
        fields |= {"proof_passkey": self.use_passkey(page.text)}
        answer = self.submit("/prove", **fields)
        if answer.status_code == AGAIN:
            return self.submit(answer.headers["location"], **fields)
        return answer

    def cookie(self) -> tuple[str, str]:
        """Give the session's cookie (name, value), to be put into another browser like this."""
        name = "__Host-agentguard"
        return name, next(c.value or "" for c in self.http.cookies.jar if c.name == name)

    def token(self, path: str = "/") -> str:
        found = re.search(r'name="token" value="([0-9a-f]+)"', self.get(path).text)
        assert found is not None
        return found[1]


def add_known(
    running: Any, name: str, password: str, role: str = "supervisor", teams: Sequence[str] = ()
) -> None:
    """Add a user with what the first sign-in leaves behind: a passkey, and recovery codes.

    That is for tests of what comes later. Hashes are slow on purpose: those of a set of codes are
    made once, where the pages make ten for every user, and the password's says of itself that it
    takes little to compare.
    """
    origin, challenge = running.address.replace("127.0.0.1", "localhost"), secrets.token_bytes(32)
    party = Relying(origin)
    asked = json.loads(party.to_register(name, [], challenge))
    made = party.registered(str(running.key_ring.create(asked, origin)), challenge)
    now = running.time()

    def put(connection: Connection) -> None:
        people.put(connection, name, _hashed(password), role, now)
        people.put_teams(connection, name, teams)
        audit.note(connection, now, ACTOR, "user.put", name)
        passkeys.put(connection, one_time_codes.CONSOLE, name, made, label="Browser", now=now)
        audit.note(connection, now, name, "passkey.confirmed")
        recovery.put(connection, name, *_recovery())
        audit.note(connection, now, name, "recovery-codes.made")

    running.admin._database.run(put)


@cache
def _hashed(password: str) -> str:
    """Hash by Argon2id as the endpoint does, but with its least memory and passes."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


@cache
def _recovery() -> tuple[bytes, list[bytes]]:
    salt = recovery_codes.new_salt()
    return salt, [
        recovery_codes.hash_code(recovery_codes.new_code(), salt)
        for _ in range(recovery_codes.COUNT)
    ]


OK, SEE_OTHER, AGAIN = 200, 303, 307
_OPTIONS = re.compile(r'data-passkey="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def session(running: Any, name: str, password: str, agent: str) -> tuple[str, str]:
    """Sign a user in as the browser with this user agent would; give the session's cookie."""
    with Browser(running, agent) as one:
        answer = one.sign_in(name, password)
        assert answer.status_code == SEE_OTHER, answer.text
        return one.cookie()


def options(page: str) -> dict[str, Any]:
    """Give what a page asks of a passkey."""
    found = _OPTIONS.search(page)
    assert found is not None, page
    given: dict[str, Any] = json.loads(unescape(found[1]))
    return given
