"""The floors of accuracy, and which of them a score breaks."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.corpus.score import Score

FILE = Path(__file__).with_name("floors.toml")


def floors() -> dict[str, dict[str, float]]:
    """Give the floors by variant: `precision` and `recall` over all values, and of every `kind`.

    `flagged`, where it is said, is how many clean or encrypted files a held-out variant flagged
    when it was first scored.
    """
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def broken(score: Score, variant: str) -> Iterator[str]:
    """Say each floor that is not held; a clean or encrypted file may not be flagged."""
    floor = floors().get(variant)
    flagged = (*score.clean_flagged, *score.sealed_flagged)
    if floor is None or len(flagged) > floor.get("flagged", 0):
        yield from (f"{path} was flagged and holds nothing to find" for path in flagged)
    if floor is None:
        return
    for name in ("precision", "recall"):
        value = getattr(score.total, name)
        if value < floor[name]:
            yield f"{name} {value:.2f} % is below {floor[name]} %"
    for kind, tally in score.kinds.items():
        least = min(tally.precision, tally.recall)
        if least < floor["kind"]:
            yield f"{kind}: {least:.2f} % is below {floor['kind']} %"
