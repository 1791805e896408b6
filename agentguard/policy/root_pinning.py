"""Pins a root: the newest of a chain, walked step by step from the one that is pinned."""

from __future__ import annotations

import msgspec

from agentguard.policy.selection import Chosen
from agentguard.policy.trust_record import Trust
from agentguard.trust import dsse, roots


def pinned(trust: Trust, chain: bytes, now: Chosen, *, anew: bool) -> Trust:
    """Return what is believed with the newest root of a chain; `now` is what is in force.

    What is in force stays so, signed or not. Where the mark is lost, it becomes the mark.

    Raises:
        PolicyRejected: the chain cannot be walked.

    """
    before = roots.read(trust.root.encode()) if trust.root and not anew else None
    newest = roots.walk(before, roots.read_chain(chain))
    text = dsse.write(newest).decode()
    if text == trust.root:
        return trust
    after = msgspec.structs.replace(
        trust.keeping(now.policy.digest),
        root=text,
        root_version=roots.content(newest).version,
        damaged=False,
    )
    if trust.version or not now.lost:
        return after
    policy = now.policy
    return msgspec.structs.replace(
        after, epoch=policy.release.epoch, version=policy.version, digest=policy.digest
    )
