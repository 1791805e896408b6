"""Policy text to a tree with line numbers: the part of YAML 1.2 that a policy may use.

The rules: at most 256 KiB of UTF-8 in NFC, one document, depth 16, 20,000 values; whole numbers,
true/false and texts only; no key twice, no anchors, aliases, tags or directives.
"""

from __future__ import annotations

import unicodedata

from agentguard.base.borrowed import borrowed
from agentguard.policy.nodes import Items, Node, Row, Scalar, Stop, Table
from agentguard.policy.problems import Problems

__all__ = ["MOST_BYTES", "Items", "Node", "Row", "Scalar", "Table", "read"]

MOST_BYTES = 256 * 1024


def read(data: bytes, problems: Problems) -> Node | None:
    """Read a policy's bytes; None when nothing can be made of them. Never raises."""
    try:
        text = _text(data, problems)
        with borrowed("ruamel", "agentguard.policy.yaml_events"):
            from agentguard.policy.yaml_events import Builder  # noqa: PLC0415 - 3 MiB, rarely read

            return Builder(text, problems).document()
    except Stop:
        return None


def _text(data: bytes, problems: Problems) -> str:
    if len(data) > MOST_BYTES:
        problems.add(1, "too-big", kib=-(-len(data) // 1024), most=MOST_BYTES // 1024)
        raise Stop
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.add(data.count(b"\n", 0, error.start) + 1, "not-utf8")
        raise Stop from None
    if not unicodedata.is_normalized("NFC", text):
        for number, line in enumerate(text.split("\n"), 1):
            if not unicodedata.is_normalized("NFC", line):
                problems.add(number, "not-nfc")
                break
        else:
            problems.add(1, "not-nfc")
        raise Stop
    return text
