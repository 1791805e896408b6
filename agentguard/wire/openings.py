"""How a desk is given what it needs to be opened by a supervisor's word while no network is there.

The endpoint makes challenges with their answers and gives a desk the challenges, each with a
digest of its answer. The answers are with the endpoint alone until a supervisor reads one out.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

from msgspec import Meta

from agentguard.wire.v1 import MAX_LIST, Struct, Word

OPENINGS = "/v1/break-glass"
COUNT = 8
"""Challenges of one set."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that is read as another."""
CHALLENGE, ANSWER = 8, 12
"""Letters of a challenge and of an answer, five random bits each."""


class OpeningsAsked(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`POST /v1/break-glass`: a desk wants a fresh set, and tells what became of the one before.

    `holds` is the name of the set that it has, `shown` the challenges that a person was shown
    since the last time, and `used` those of them whose answer opened something.
    """

    device: Word
    nonce: Word
    holds: Word = ""
    shown: Annotated[tuple[Word, ...], Meta(max_length=MAX_LIST)] = ()
    used: Annotated[tuple[Word, ...], Meta(max_length=MAX_LIST)] = ()


class Opening(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A challenge, and the digest of its answer as `digest` makes it (hex)."""

    challenge: str
    digest: str


class Openings(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the endpoint signs: a set for a device, in answer to the request with this nonce."""

    device: str
    nonce: str
    name: str
    items: tuple[Opening, ...] = ()


class OpeningsGiven(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer: `openings` is the JSON of an Openings, `signature` as that of a receipt."""

    openings: str
    signature: str


def digest(name: str, challenge: str, answer: str) -> str:
    """Return what a desk is told of an answer; the desk keeps a slow hash of it."""
    text = f"agentguard opening v1\n{name}\n{challenge}\n{answer}"
    return hashlib.sha256(text.encode()).hexdigest()
