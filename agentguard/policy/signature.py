"""The door for signed policies: bytes as they arrive to the payload that may be parsed."""

from __future__ import annotations

from collections.abc import Callable

Verify = Callable[[bytes], bytes]
"""Gives the payload of what arrived; raises PolicyError when it is not signed as it must be."""


def accept_unsigned_local_file(data: bytes) -> bytes:
    """Take a file that an administrator of this computer put here; nothing is verified.

    Never give this to what comes over the network.
    """
    return data
