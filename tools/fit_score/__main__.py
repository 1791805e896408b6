"""Fits the weights of evidence and writes `resources/detect/weights.toml`.

python -m tools.fit_score [--each N] [--seed N]
"""

from __future__ import annotations

import argparse
import sys

from agentguard.base import paths
from tests.corpus.dice import Dice
from tools.fit_score.fit import fitted, written
from tools.fit_score.samples import collected
from tools.fit_score.texts import texts

LIMITS = {"sure": 0.5, "doubt": -0.5}
"""From what sum on a value is believed, and from what on it counts with others of its like."""


def main() -> int:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", type=int, default=4, help="texts of each sentence and kind")
    parser.add_argument("--seed", type=int, default=7, help="the seed of all that is made up")
    chosen = parser.parse_args()
    samples = collected(texts(Dice(chosen.seed), chosen.each))
    weights = fitted(samples)
    file = paths.resources() / "detect" / "weights.toml"
    file.write_text(written(weights, LIMITS), encoding="utf-8")
    print(f"{len(weights)} weights by {len(samples)} sorts of evidence")
    return 0


if __name__ == "__main__":
    sys.exit(main())
