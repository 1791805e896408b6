"""Desks that sign reports as agents do; they keep what was not receipted, and tell it again."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec
from nacl.signing import SigningKey
from sqlalchemy import Connection, insert

from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.control_history import beginnings
from agentguard.server.store.desks import devices
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.times import iso
from agentguard.server.store.schema.identity_tables import device_identity
from agentguard.server.store.schema.tables import device
from agentguard.wire import httpsig, v1

CHECKS = 14
TURN = 50
SINCE = "2026-11-25T00:00:00+00:00"
TEAM_SIZE = 20
AT_ONCE = 25 * TEAM_SIZE
"""Desks that are put into the database at once."""
HASH = "ab" * 32
SEED = 32
"""Bytes from which the keys of a fleet are made."""
_RECEIVED = msgspec.json.Decoder(v1.Received)
_RECEIPT = msgspec.json.Decoder(v1.Receipt)


@dataclass(slots=True, kw_only=True)
class Desk:
    """A simulated desk; `queue` holds the numbers of its events that have no receipt.

    `source` is the address from which it comes; empty when the system chooses.
    """

    id: str
    key: SigningKey
    seq: int = 0
    told: int = 0
    posture: bool = False
    source: str = ""
    queue: list[int] = field(default_factory=list)

    def happens(self, count: int) -> None:
        """Let something happen at the desk."""
        for _ in range(count):
            self.seq += 1
            self.queue.append(self.seq)

    def report(self, now: float) -> v1.Report:
        """Make the next report; what was told before and has no receipt is told as it was."""
        at = iso(now)
        return v1.Report(
            device=self.id,
            epoch=1,
            seq=self.seq,
            sent_at=at,
            boot=1.0,
            hash=HASH,
            agent="bench",
            policy="baseline 1",
            policy_digest="",
            overall="good",
            locked=False,
            in_call=False,
            waiting=len(self.queue),
            controls=None if self.posture else controls(self.seq),
            events=tuple(v1.Event(seq=n, kind="session.locked", at=SINCE) for n in self.queue),
            since=self.told,
        )

    def request(self, host: str, now: float, *, keep: bool = False) -> bytes:
        """Return a signed request, head and body."""
        body = msgspec.json.encode(self.report(now))
        signed = httpsig.Parameters(
            created=int(now), nonce=secrets.token_urlsafe(18), keyid=self.id
        )
        digest = httpsig.content_digest(body)
        target = httpsig.Target(method="POST", authority=host, path=v1.REPORTS)
        base = httpsig.signature_base(target, digest, signed)
        headers = httpsig.headers(digest, signed, self.key.sign(base).signature)
        return post(v1.REPORTS, host, body, headers, keep=keep)

    def receipted(self, body: bytes) -> bool:
        """Take a receipt; False when it is none for all that was told."""
        receipt = _RECEIPT.decode(_RECEIVED.decode(body).receipt.encode())
        if (receipt.device, receipt.seq) != (self.id, self.seq):
            return False
        self.posture = True
        self.told = self.seq
        self.queue.clear()
        return True

    def enrol(self, host: str, code: str) -> bytes:
        """Return the request that enrols the desk."""
        nonce = secrets.token_urlsafe(18)
        asked = v1.Enrol(
            code=code,
            public_key=base64.b64encode(self.key.verify_key.encode()).decode(),
            nonce=nonce,
            proof=base64.b64encode(self.key.sign(f"{code}\n{nonce}".encode()).signature).decode(),
            label="bench",
            system="bench",
            agent="bench",
        )
        return post(v1.ENROL, host, msgspec.json.encode(asked), {}, keep=False)


def post(path: str, host: str, body: bytes, headers: dict[str, str], *, keep: bool) -> bytes:
    """Return the bytes of a POST; without `keep` the connection ends with the answer."""
    lines = [f"POST {path} HTTP/1.1", f"host: {host}", "content-type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"content-length: {len(body)}"] + ([] if keep else ["connection: close"])
    return "\r\n".join([*lines, "", ""]).encode() + body


@lru_cache(maxsize=2 * TURN)
def controls(seq: int) -> tuple[v1.Control, ...]:
    """Return a posture of the usual size; one of `TURN` has a control that fails."""
    return tuple(
        v1.Control(
            check=f"check-{n}",
            measure=4,
            state="fail" if seq % TURN == 0 and n == 0 else "pass",
            since=SINCE,
            severity="high",
            detail=f"check-{n}.fine",
        )
        for n in range(CHECKS)
    )


def made(seed: bytes, n: int) -> Desk:
    """Return the desk of a number, which is the same in every process that has the seed."""
    key = SigningKey(hashlib.sha256(seed + n.to_bytes(8)).digest())
    return Desk(id=f"bench{n:08}{seed[:4].hex()}", key=key)


def put(database: Database, count: int, now: float, seed: bytes = b"") -> list[Desk]:
    """Put desks into the database, in teams, without their asking.

    What `devices.put` writes for each is written for many at once: ten thousand take half a minute
    otherwise, which no bench is about.
    """
    seed = seed or secrets.token_bytes(SEED)
    desks = [made(seed, n) for n in range(count)]

    def job(connection: Connection) -> None:
        for first in range(0, count, AT_ONCE):
            _put(connection, desks[first : first + AT_ONCE], first, now)

    database.run(job)
    return desks


def _put(connection: Connection, desks: Sequence[Desk], first: int, now: float) -> None:
    """Write down some desks, of which the first has this number."""
    begun = range(first, first + len(desks), TEAM_SIZE)
    teams = {n // TEAM_SIZE: team_id(connection, f"bench {n // TEAM_SIZE}") for n in begun}
    rows: list[dict[str, object]] = [
        {
            "id": desk.id,
            "team": teams[n // TEAM_SIZE],
            "label": f"desk {n}",
            "system": "bench",
            "status": devices.ACTIVE,
            "public_key": desk.key.verify_key.encode(),
            "enrolled_at": now,
        }
        for n, desk in enumerate(desks, first)
    ]
    same = {"key_since": now, "asked_at": now, "key_place": "", "asset": "", "role": devices.AGENT}
    connection.execute(insert(device), rows)
    connection.execute(insert(device_identity), [{"device": one.id, **same} for one in desks])
    beginnings.desks(connection, [one.id for one in desks], int(now))


def unreceipted(desks: Sequence[Desk]) -> int:
    """Count the events that have no receipt."""
    return sum(len(desk.queue) for desk in desks)
