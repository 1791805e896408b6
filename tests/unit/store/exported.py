"""A journal as an endpoint and a sealer leave it, exported: receipts, seals, epochs, a gap."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agentguard.model.moments import Moment
from agentguard.model.records import Record
from agentguard.store.agent_store import Store, open_store
from agentguard.store.commit_seals import Sealer
from agentguard.store.export import export
from agentguard.trust.chain.headers import Origin
from agentguard.trust.chain.verify import Verified, verify_file

DEVICE = "dev-1"
LAST_BUT_ONE, NEWEST = "2027-10-26", "2027-10-27"
"""Days of the newest receipts of `aged`: more than 400 after the first one."""
ENDPOINT = Ed25519PrivateKey.from_private_bytes(b"e" * 32)
DEVICE_KEY = Ed25519PrivateKey.from_private_bytes(b"d" * 32)


def public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


ORIGIN = Origin(device=DEVICE, device_key=public(DEVICE_KEY), receipt_key=public(ENDPOINT))


def record(number: int, kind: str = "finding.opened") -> Record:
    at = Moment(boot=number / 8, wall=1_790_000_000.0 + number)
    return Record(kind=kind, at=at, payload={"check": "pii-files", "n": number})


def receipted(
    store: Store,
    key: Ed25519PrivateKey = ENDPOINT,
    device: str = DEVICE,
    at: str = "2026-09-20T10:00:00Z",
) -> None:
    """Confirm all that is there, as the endpoint does."""
    epoch, seq, digest = store.journal.head()
    said = {
        "device": device,
        "epoch": store.journal.report_epoch(epoch),
        "seq": seq,
        "hash": digest.hex(),
        "at": at,
        "seal": store.journal.next_seal(seq).hex(),
    }
    text = json.dumps(said)
    signature = base64.b64encode(key.sign(text.encode())).decode()
    store.outbox.advance(seq, json.dumps({"receipt": text, "signature": signature}).encode())


def sealed_store(folder: Path) -> Store:
    return open_store(folder, sealer=Sealer(folder, DEVICE_KEY))


def headed_store(folder: Path) -> Store:
    """Open a store as an enrolled agent does: it says in the chain whose it is."""
    store = open_store(folder, sealer=Sealer(folder, DEVICE_KEY), headed=True)
    store.journal.identify(ORIGIN)
    return store


def looked_at(file: Path) -> Verified:
    """Verify a file of the old format without a key; what every such file has open is left out."""
    found = verify_file(file)
    every = {"journal-review.no-key", "journal-review.old-format"}
    return replace(found, review=tuple(note for note in found.review if note.id not in every))


def aged(folder: Path) -> Written:
    """Give a journal of 410 days: two epochs, receipts day by day, the oldest entries erased."""
    store = headed_store(folder)
    for number in range(3):
        store.journal.commit([record(number), record(number + 10, "session.locked")], {})
    receipted(store, at="2026-09-20T10:00:00.000+00:00")
    store.journal.commit([record(4), record(5)], {})
    receipted(store, at="2026-10-02T10:00:00.000+00:00")
    store.journal.begin_epoch("conflict", Moment(boot=6.0, wall=1_790_000_006.0))
    store.journal.commit([record(60), record(61), record(62)], {})
    receipted(store, at=f"{LAST_BUT_ONE}T08:00:00.000+00:00")
    store.journal.commit([record(63)], {})
    receipted(store, at=f"{NEWEST}T09:00:00.000+00:00")
    written = exported(store, folder / "out.jsonl")
    store.close()
    return written


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
