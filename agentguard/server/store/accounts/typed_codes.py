"""Codes that people type: 80 random bits in groups of four letters and digits (base 32)."""

from __future__ import annotations

import base64
import secrets

BITS = 80
GROUP = 4  # characters between dashes


def new_code() -> str:
    """Make a code that a person can type."""
    text = base64.b32encode(secrets.token_bytes(BITS // 8)).decode()
    return "-".join(text[i : i + GROUP] for i in range(0, len(text), GROUP))
