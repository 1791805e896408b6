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


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """What a person says to take a file out of the vault: why, in one word, and a code."""

    reason: str = "asked"
    code: str = ""


WHY_BACK = ("work", "mistake", "elsewhere")
WHY_GONE = ("asked", "retention", "card-data", "incident")
"""The reasons that a person may give, as they stand in the journal."""
