"""The card numbers of drills: published for tests, so that they are nobody's, and counted for once.

A number drawn by chance, with whatever beginning, may be somebody's: only what the schemes and
processors publish is surely not. The detector refuses such numbers; in the one text that a drill
has made it takes the drill's own for a card's, and everything else of it works as always.
"""

from __future__ import annotations

from agentguard.detect.kinds._issuers import counting, published

LENGTH = 16

__all__ = ["counting", "draw", "numbers"]


def numbers() -> tuple[str, ...]:
    """Return every number that a drill may use."""
    return published(LENGTH)


def draw() -> str:
    """Return one of them."""
    import secrets  # noqa: PLC0415 - with OpenSSL, which a scan's child needs for no drill

    return secrets.choice(numbers())
