"""The list of a desk's programs on the wire: whole, or as what came and went since the last one.

A list is known by its digest, which the desk makes and the endpoint keeps as it was told. A desk
tells changes to the list that the endpoint holds (`base`); whoever does not hold it asks for the
whole. No field is meant for a person's name or a path, which `uplink.inventory` takes out as far
as they can be known: a program of another account is told as such.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta

from agentguard.wire.v1 import SCHEMA, Count, Struct, Word

INVENTORY = "/v1/inventory"
MAX_PROGRAMS = 2_000
"""Programs of one list; those of a usual desk are some hundred and fifty."""
NAME, VERSION, MAKER, SHORT, TINY, PERMISSION = 300, 100, 200, 50, 20, 100
"""The most characters of a field; what is longer is cut at the desk."""
MAX_PERMISSIONS = 50

Name = Annotated[str, Meta(max_length=NAME)]
Version = Annotated[str, Meta(max_length=VERSION)]
Maker = Annotated[str, Meta(max_length=MAKER)]
Short = Annotated[str, Meta(max_length=SHORT)]
Tiny = Annotated[str, Meta(max_length=TINY)]
Permissions = Annotated[
    tuple[Annotated[str, Meta(max_length=PERMISSION)], ...], Meta(max_length=MAX_PERMISSIONS)
]

_JSON = msgspec.json.Encoder()


class Program(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An installed program, as `model.facts.Software` tells of it; what is not known is left out.

    New fields come last and empty, so that what is told without them keeps its digest.
    """

    name: Name
    version: Version = ""
    publisher: Maker = ""
    source: Short = ""
    kind: Tiny = ""
    edition: Version = ""
    arch: Tiny = ""
    channel: Short = ""
    scope: Tiny = ""
    signer: Maker = ""
    ident: Name = ""
    host: Short = ""
    permissions: Permissions = ()


Programs = Annotated[tuple[Program, ...], Meta(max_length=MAX_PROGRAMS)]


class Inventory(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`PUT /v1/inventory`: the list with this `digest`, which holds so many `programs`.

    It is `added` alone when it is `full`; else it is the list with the digest `base`, without
    `gone` and with `added`. With nothing of both it says that the list is the same. `unread` is an
    id under `unread` of the texts: the list is not whole, and what it lacks is not known.
    """

    device: Word
    sent_at: Word
    digest: Word
    programs: Count
    base: Word = ""
    full: bool = False
    added: Programs = ()
    gone: Programs = ()
    unread: Short = ""
    schema: Count = SCHEMA


class InventoryTaken(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the endpoint signs: it holds the list with this digest, or (`need_full`) needs it whole.

    `digest` and `at` (the desk's `sent_at`) are those of the Inventory that is answered.
    """

    device: str
    digest: str
    at: str
    need_full: bool = False


class InventoryAnswer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to Inventory: `taken` is the JSON of an InventoryTaken, `signature` its own."""

    taken: str
    signature: str


def digest(program: Program) -> bytes:
    """Return what a program is known by: the SHA-256 of what is told of it."""
    return hashlib.sha256(_JSON.encode(program)).digest()


def list_digest(programs: Iterable[Program]) -> str:
    """Return what a list is known by, in whatever order it is."""
    return hashlib.sha256(b"".join(sorted(map(digest, programs)))).hexdigest()
