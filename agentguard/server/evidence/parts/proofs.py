"""What vouches for the rest: the audit log as one chain, its checkpoints, receipts, keys, roots."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import select

from agentguard.server.evidence.base import Part, Work
from agentguard.server.store.engine.times import iso
from agentguard.server.store.records import audit_export
from agentguard.server.store.schema.audit_tables import audit_checkpoint
from agentguard.server.store.schema.tables import device, device_seen, policy_root
from agentguard.trust import dsse, roots
from agentguard.trust.chain import file_format, links
from agentguard.trust.evidence import proofs

CHECKPOINTS = "proofs/checkpoints.jsonl"


def _receipts(work: Work) -> Iterator[bytes]:
    """Yield for each desk where its journal stands, as the endpoint holds it, newly signed."""
    seen = device_seen.c
    asked = (
        select(seen.device, device.c.epoch, seen.seq, seen.hash)
        .join(device, device.c.id == seen.device)
        .order_by(seen.device)
    )
    for row in work.connection.execute(asked):
        if row.device not in work.stays:
            continue
        told = {
            "at": iso(work.now), "device": row.device, "epoch": row.epoch, "hash": row.hash,
            "seq": row.seq,
        }  # fmt: skip
        text = links.canonical(told)
        yield file_format.spelled({"receipt": text, "signature": work.keys.sign(text.encode())})


def _checkpoints(work: Work) -> Iterator[bytes]:
    for row in work.connection.execute(select(audit_checkpoint).order_by(audit_checkpoint.c.seq)):
        yield file_format.spelled({"receipt": row.receipt, "signature": row.signature})


def write(work: Work) -> None:
    """Write the proofs; the audit log is whole, as a piece of a chain shows nothing."""
    for name, lines in (
        (proofs.AUDIT, audit_export.lines(work.connection)),
        (CHECKPOINTS, _checkpoints(work)),
        (proofs.RECEIPTS, _receipts(work)),
    ):
        with work.pack.file(name) as pen:
            pen.lines(lines)
    named = {"pack": work.keys.pack_key, "receipts": work.keys.receipt_key}
    work.pack.put(proofs.KEYS, json.dumps(named, indent=1).encode())
    found = work.connection.scalars(select(policy_root.c.body).order_by(policy_root.c.version))
    chain = [dsse.read(bytes(one), roots.TYPE, roots.MOST_BYTES) for one in found]
    if chain:
        work.pack.put(proofs.ROOTS, roots.write_chain(chain))


PART = Part(name="proofs", place=90, write=write)
