"""A file in the vault, as it is listed."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.model.hits import Hit
from agentguard.model.moments import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultItem:
    """A file that was moved to the vault: where it was, its size in bytes, and what it held."""

    id: str
    path: str
    size: int
    put: Moment
    hits: tuple[Hit, ...] = ()
