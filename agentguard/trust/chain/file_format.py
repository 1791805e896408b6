"""The lines of an exported journal: one spelling each, so that no byte can change unseen.

The format is described in docs/journal-format.md.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from json.encoder import encode_basestring_ascii
from typing import TypeVar

from agentguard.trust.chain import links
from agentguard.trust.chain.links import Epoch, Gap, Row
from agentguard.trust.chain.seals import Seal

FORMAT = "agentguard-journal/3"
OLD_FORMAT = "agentguard-journal/2"
FORMATS = (FORMAT, OLD_FORMAT)
LONGEST_LINE = 4 * 1024 * 1024
T = TypeVar("T")
Line = Mapping[str, object]


def spelled(value: object) -> bytes:
    """Return the line of a value: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def entry_line(row: Row) -> bytes:
    """Return an entry's line, byte for byte as `spelled` would; this is what takes the time."""
    salt = "null" if row.salt is None else f'"{row.salt.hex()}"'
    return (
        f'{{"boot":{row.boot!r},"commitment":"{row.commitment.hex()}","epoch":{row.epoch}'
        f',"hash":"{row.hash.hex()}","kind":{encode_basestring_ascii(row.kind)}'
        f',"payload":{row.payload or "null"},"previous":"{row.previous.hex()}"'
        f',"salt":{salt},"seq":{row.seq},"wall":{row.wall!r}}}\n'
    ).encode()


def row_of(value: Line) -> Row | None:
    """Return the row of a line's value; what is more or other in it fails by its spelling."""
    try:
        payload, salt = value["payload"], value["salt"]
        return Row(
            epoch=typed(value["epoch"], int),
            seq=typed(value["seq"], int),
            boot=typed(value["boot"], float),
            wall=typed(value["wall"], float),
            kind=typed(value["kind"], str),
            payload=None if payload is None else links.canonical(typed(payload, dict)),
            salt=None if salt is None else bytes.fromhex(typed(salt, str)),
            commitment=bytes.fromhex(typed(value["commitment"], str)),
            previous=bytes.fromhex(typed(value["previous"], str)),
            hash=bytes.fromhex(typed(value["hash"], str)),
        )
    except (KeyError, TypeError, ValueError):
        return None


def epoch_value(epoch: Epoch) -> dict[str, str | int]:
    """Return what the first line says of an epoch."""
    return {
        "epoch": epoch.epoch,
        "first": epoch.first,
        "previous": epoch.previous.hex(),
        "reason": epoch.reason,
    }


def epoch_of(value: object) -> Epoch | None:
    """Return the epoch that the first line speaks of, None for anything else."""
    match value:
        case {
            "epoch": int(epoch), "first": int(first),
            "previous": str(previous), "reason": str(reason),
        }:  # fmt: skip
            return Epoch(epoch=epoch, first=first, previous=unhex(previous), reason=reason)
        case _:
            return None


def gap_line(gap: Gap) -> bytes:
    """Return the line of a run of entries that were let go."""
    return spelled(
        {
            "gap": gap.first,
            "hash": gap.hash.hex(),
            "last": gap.last,
            "previous": gap.previous.hex(),
        }
    )


def gap_of(value: Line) -> Gap | None:
    """Return the gap of a line's value, None for anything else."""
    match value:
        case {"gap": int(first), "hash": str(digest), "last": int(last), "previous": str(before)}:
            return Gap(first=first, last=last, previous=unhex(before), hash=unhex(digest))
        case _:
            return None


def seal_line(seal: Seal) -> bytes:
    """Return the line of a seal."""
    return spelled(
        {
            "device": seal.device.hex(),
            "epoch": seal.epoch,
            "hash": seal.hash.hex(),
            "next": seal.following.hex(),
            "public": seal.public.hex(),
            "seal": seal.seq,
            "signature": seal.signature.hex(),
        }
    )


def seal_of(value: Line) -> Seal | None:
    """Return the seal of a line's value, None for anything else."""
    match value:
        case {
            "device": str(device), "epoch": int(epoch), "hash": str(digest), "next": str(after),
            "public": str(public), "seal": int(seq), "signature": str(signature),
        }:  # fmt: skip
            return Seal(
                epoch=epoch, seq=seq, hash=unhex(digest), public=unhex(public),
                following=unhex(after), signature=unhex(signature), device=unhex(device),
            )  # fmt: skip
        case _:
            return None


def typed(value: object, kind: type[T]) -> T:
    """Return a value of exactly this type.

    Raises:
        TypeError: it has another type; True is no number.

    """
    if type(value) is not kind:
        raise TypeError
    return value


def unhex(text: str) -> bytes:
    """Read hex as it was written; what is not becomes empty, which fits nothing."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        return b""
    return found if found.hex() == text else b""


def unbase64(text: str) -> bytes:
    """Read base64 as it was written; what is not becomes empty, which fits nothing."""
    try:
        found = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
    return found if base64.b64encode(found).decode() == text else b""
