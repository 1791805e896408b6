"""Signatures as a journal and its receipts hold them."""

from __future__ import annotations

import base64
import binascii


def unbase64(text: str) -> bytes:
    """Read base64 as it was written; what is not becomes empty, which fits nothing."""
    try:
        found = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
    return found if base64.b64encode(found).decode() == text else b""
