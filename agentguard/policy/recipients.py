"""Judges the recovery keys of a policy: a slip of the pen must not seal files to nobody's key.

An age recipient is written in Bech32 (BIP 173), whose checksum finds every slip of up to four
letters.
"""

from __future__ import annotations

from agentguard.policy.problems import Problems, quote
from agentguard.policy.tree import Items, Node, Scalar, Table

PREFIX = "age"
LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def examine(root: Node, problems: Problems) -> None:
    """Note the recovery keys that look like keys and are none; the judge has told of the others."""
    listed = _row(_row(root, "vault"), "recovery")
    for place, node in enumerate(listed.items if isinstance(listed, Items) else (), 1):
        text = node.value if isinstance(node, Scalar) else None
        if isinstance(text, str) and text.startswith(f"{PREFIX}1") and not is_key(text):
            path = f"vault.recovery[{place}]"
            problems.add(node.line, "recovery-key", path=path, key=quote(text))


def is_key(text: str) -> bool:
    """Check whether the checksum of an age recipient is right."""
    prefix, _, data = text.rpartition("1")
    if prefix != PREFIX or not data or set(data) - set(LETTERS):
        return False
    values = [*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix)]
    return _checksum([*values, *(LETTERS.index(c) for c in data)]) == 1


def _checksum(values: list[int]) -> int:
    sum_ = 1
    for value in values:
        top = sum_ >> 25
        sum_ = (sum_ & 0x1FFFFFF) << 5 ^ value
        for bit, part in enumerate(_GENERATOR):
            sum_ ^= part if top >> bit & 1 else 0
    return sum_


def _row(node: Node | None, key: str) -> Node | None:
    rows = node.rows if isinstance(node, Table) else ()
    return next((row.node for row in rows if row.key == key), None)
