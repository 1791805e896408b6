"""A second verifier, written from the description alone; it shares no code with the product."""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
from typing import Any

FIELDS = [
    "boot", "commitment", "epoch", "hash", "kind", "payload", "previous", "salt", "seq", "wall",
]  # fmt: skip


def dump(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def whole(raw: bytes) -> bool:
    try:
        return _whole(raw)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, struct.error):
        return False


def _whole(raw: bytes) -> bool:
    lines = raw.split(b"\n")
    if lines.pop() != b"":
        return False
    values = [json.loads(line) for line in lines]
    if any(dump(value) != line for value, line in zip(values, lines, strict=True)):
        return False
    begin, *entries, close = values
    hashed = hashlib.sha256(raw[: -len(lines[-1]) - 1]).hexdigest()
    head = walk(entries, {e["epoch"]: e for e in begin["epochs"]})
    expected = {"closing": len(entries), "file": hashed, "head": head}
    return begin["format"] == "agentguard-journal/1" and close == expected


def walk(entries: list[dict[str, Any]], epochs: dict[int, dict[str, Any]]) -> str | None:
    """Give the head, None where the chain does not hold."""
    head, seq, epoch = "00" * 32, 0, 0
    for entry in entries:
        if entry["epoch"] != epoch:
            start = epochs[entry["epoch"]]
            if (
                entry["epoch"] < epoch
                or start["first"] <= seq
                or (epoch and start["previous"] != head)
            ):
                return None
            if epoch == 0 and any(e < entry["epoch"] for e in epochs):
                return None
            head, seq, epoch = start["previous"], start["first"] - 1, entry["epoch"]
        named = (entry["seq"], entry["previous"], entry["hash"], sorted(entry))
        if named != (seq + 1, head, digest(entry), FIELDS):
            return None
        head, seq = entry["hash"], entry["seq"]
    return head if epoch == max(epochs) or not entries else None


def digest(entry: dict[str, Any]) -> str:
    commitment = bytes.fromhex(str(entry["commitment"]))
    if entry["payload"] is not None:
        made = hmac.new(bytes.fromhex(str(entry["salt"])), dump(entry["payload"]), hashlib.sha256)
        if made.digest() != commitment:
            return ""
    kind = str(entry["kind"]).encode()
    made = hashlib.sha256(b"\x00" + bytes.fromhex(str(entry["previous"])))
    made.update(struct.pack(">QQdd", entry["epoch"], entry["seq"], entry["boot"], entry["wall"]))
    made.update(struct.pack(">H", len(kind)) + kind + commitment)
    return made.hexdigest()
