"""What the journal keeps: a kind, a moment and a flat payload without personal data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agentguard.model.moments import Moment

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Something to be written to the journal. Its `kind` never changes meaning."""

    kind: str
    at: Moment
    payload: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record in the journal, at its place in the chain; `hash` and `previous` are SHA-256.

    `commitment` stands in the hash for what the record says, of which it tells nothing. Of one that
    is `erased` nothing but its kind and its moment is left.
    """

    epoch: int
    seq: int
    record: Record
    salt: bytes
    previous: bytes
    hash: bytes
    commitment: bytes = b""
    erased: bool = False
