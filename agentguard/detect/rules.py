"""The version of all that decides what a file holds: recognisers, formats and the program."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path

import agentguard
from agentguard.base import paths
from agentguard.model.detection import Detection

_ROOM = Path(__file__).parent


def rules_version(detection: Detection | None = None) -> str:
    """Return a text that changes when a file may be read or judged otherwise than before.

    It is made of the program's version, of what the policy says of recognisers, and of the sources
    of this room, where there are any: an installed program has none, and changes
    by its version alone.
    """
    said = blake2b(repr(detection).encode(), digest_size=8).hexdigest()
    return f"{agentguard.__version__}-{_sources()}-{said}"


@cache
def _sources() -> str:
    digest = blake2b(digest_size=8)
    for file in (*sorted(_ROOM.rglob("*.py")), paths.resources() / "detect" / "weights.toml"):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()
