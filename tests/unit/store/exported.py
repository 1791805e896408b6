"""A journal as an endpoint and a sealer leave it, exported: receipts, seals, epochs, a gap."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agentguard.model.moments import Moment
from agentguard.model.records import Record
from agentguard.store.db import Store, open_store
from agentguard.store.export import Origin, export
from agentguard.store.sealing import Sealer

DEVICE = "dev-1"
ENDPOINT = Ed25519PrivateKey.from_private_bytes(b"e" * 32)
DEVICE_KEY = Ed25519PrivateKey.from_private_bytes(b"d" * 32)


def public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


ORIGIN = Origin(device=DEVICE, device_key=public(DEVICE_KEY), receipt_key=public(ENDPOINT))


def record(number: int, kind: str = "finding.opened") -> Record:
    at = Moment(boot=number / 8, wall=1_790_000_000.0 + number)
    return Record(kind=kind, at=at, payload={"check": "pii-files", "n": number})


def receipted(store: Store, key: Ed25519PrivateKey = ENDPOINT, device: str = DEVICE) -> None:
    """Confirm all that is there, as the endpoint does."""
    epoch, seq, digest = store.journal.head()
    said = {
        "device": device,
        "epoch": store.journal.report_epoch(epoch),
        "seq": seq,
        "hash": digest.hex(),
        "at": "2026-09-20T10:00:00Z",
        "seal": store.journal.next_seal(seq).hex(),
    }
    text = json.dumps(said)
    signature = base64.b64encode(key.sign(text.encode())).decode()
    store.outbox.advance(seq, json.dumps({"receipt": text, "signature": signature}).encode())


def sealed_store(folder: Path) -> Store:
    return open_store(folder, sealer=Sealer(folder, DEVICE_KEY))


@dataclass(frozen=True)
class Written:
    """An export, and how often a line was asked for is up to the test."""

    raw: bytes

    @property
    def lines(self) -> list[bytes]:
        return self.raw.splitlines(keepends=True)


def exported(store: Store, file: Path) -> Written:
    export(store.journal, file, store.outbox, ORIGIN)
    return Written(file.read_bytes())


def full(folder: Path, entries: int = 300) -> Written:
    """Give a journal: two epochs, two erased, three receipts, sealed to the end."""
    store = sealed_store(folder)
    half = entries // 2 - 2
    store.journal.commit([record(n) for n in range(half)], {})
    receipted(store)
    store.journal.begin_epoch("conflict", Moment(boot=half / 8, wall=1_790_000_000.0), above=3)
    store.journal.commit([record(half + 1)], {})
    receipted(store)
    rest = entries - store.journal.head()[1]
    for number in range(rest // 4 - 1):
        store.journal.commit([record(n) for n in range(4 * number, 4 * number + 4)], {})
    receipted(store)
    while (last := store.journal.head()[1]) < entries:
        store.journal.commit([record(last)], {})
    store.journal.erase([10, 11])
    written = exported(store, folder / "out.jsonl")
    store.close()
    return written
