"""How a desk asks for all that the endpoint holds on it: the right of access of who works there."""

from __future__ import annotations

from agentguard.wire.v1 import Struct

HELD = "/v1/held"
MOST = 768 * 1024
"""Bytes of an answer at most, as it is sent; the older records of a class are left out before."""


class Holding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A class of records: its name, how many there are, and the oldest and newest (ISO 8601)."""

    name: str
    many: int
    oldest: str = ""
    newest: str = ""


class Held(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the endpoint holds on a device; the records themselves stand beside in `records`.

    `records` is an object with a list of objects for each class; its columns may change with any
    version, so that it is shown and never decoded. Of what people wrote only the number of its
    characters stands there. `each` is how many of a class are given.
    """

    device: str
    at: str
    classes: tuple[Holding, ...] = ()
    each: int = 0


class HeldGiven(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to `GET /v1/held`: `held` is JSON, `signature` as that of a receipt."""

    held: str
    signature: str
