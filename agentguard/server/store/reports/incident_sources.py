"""How incidents begin."""

from __future__ import annotations

from enum import StrEnum


class Source(StrEnum):
    """What an incident began from; the ids never change meaning."""

    PERSON = "person"
    """A person at a desk reported it."""
    GUIDED = "guided"
    """A desk began a guided response to card data."""
    FINDING = "finding"
    TAMPER = "tamper"
    """A sign of tampering."""
    DRILL = "drill"
    """A drill that failed, or was not run for too long."""
    HAND = "hand"
    """Somebody at the console began it."""
