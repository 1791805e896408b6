"""How a desk is told which exceptions from controls hold there: a signed, dated list.

What is signed is `seal(payload)`: the payload with a type of its own (DSSE's encoding), so that
nothing else that the endpoint signs can pass for it.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

import msgspec
from msgspec import Meta

from agentguard.wire.v1 import MAX_CONTROLS, MAX_REQUESTED, Struct

TYPE = "application/vnd.agentguard.exceptions.v1+json"


class Exempted(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A control that is excepted from `since` until `until` (wall seconds), up to a severity."""

    id: str
    control: str
    worst: str
    since: float
    until: float


class Ruled(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a request of the desk: `state` is declined, lapsed or over, `why` a word."""

    id: str
    state: str
    why: str = ""


class Exceptions(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the endpoint signs: all exceptions that hold at a device, as of `at` (wall seconds).

    `ruled` tells of requests that the report names as waiting and that wait no more, except for
    those whose exception holds.
    """

    device: str
    at: float
    items: Annotated[tuple[Exempted, ...], Meta(max_length=MAX_CONTROLS)] = ()
    ruled: Annotated[tuple[Ruled, ...], Meta(max_length=MAX_REQUESTED)] = ()


def seal(payload: bytes) -> bytes:
    """Return what is signed of a payload."""
    name = TYPE.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def digest(items: tuple[Exempted, ...]) -> str:
    """Return by what a desk and the endpoint know that they mean the same list; empty for none."""
    if not items:
        return ""
    told = msgspec.json.encode(sorted(items, key=lambda one: one.id))
    return hashlib.sha256(told).hexdigest()[:32]
