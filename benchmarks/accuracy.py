"""Precision and recall of `agentguard scan` on corpora with known truth.

Each variant of `tests/corpus` has wording, languages, layouts and a seed of its own; `ninth` is
held out: nothing was ever tuned on it. `--corpus FOLDER` judges any folder that holds
`manifest.json` and `files/` in the form that `tests/corpus/build.py` tells.

python benchmarks/accuracy.py [--variant NAME] [--seeds N] [--corpus FOLDER] [--errors]
Exit code 1 when a floor of `tests/corpus/floors.toml` is not held.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.corpus import floors
from tests.corpus.build import build
from tests.corpus.scanning import scanned
from tests.corpus.score import Score, Tally
from tests.corpus.wording import load, names

_SHOWN = 60


def corpora(chosen: argparse.Namespace, folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Give what to judge: its name, the floor it has to hold, its folder."""
    for given in chosen.corpus:
        yield given, chosen.floor, Path(given)
    if chosen.corpus:
        return
    for variant in chosen.variant or names():
        first = load(variant).seed
        for seed in range(first, first + chosen.seeds):
            out = folder / f"{variant}-{seed}"
            build(variant, out, seed)
            yield f"{variant}, seed {seed}", variant, out


def table(title: str, rows: dict[str, Tally]) -> None:
    """Print right, wrong and missed ones by row."""
    print(f"\n{title:<16}{'precision %':>12}{'recall %':>10}{'right':>9}{'wrong':>7}{'missed':>8}")
    for name, tally in sorted(rows.items()):
        if tally.right + tally.wrong + tally.missed:
            print(line(name, tally))


def line(name: str, tally: Tally) -> str:
    return (
        f"{name:<16}{tally.precision:>12.2f}{tally.recall:>10.2f}"
        f"{tally.right:>9}{tally.wrong:>7}{tally.missed:>8}"
    )


def show(name: str, score: Score, *, errors: bool) -> None:
    """Print one corpus' figures."""
    print(f"\n=== {name} ===")
    table("kind", score.kinds)
    table("format", score.formats)
    print()
    print(line("ALL VALUES", score.total))
    print(line("FILES", score.files))
    print(f"clean files flagged: {len(score.clean_flagged)} {' '.join(score.clean_flagged[:8])}")
    print(f"sealed files flagged: {len(score.sealed_flagged)} {' '.join(score.sealed_flagged[:8])}")
    for miss in score.errors[: _SHOWN if errors else 0]:
        told = f"{miss.found} of {len(miss.true)}"
        print(f"  {miss.path:<40}{miss.kind:<12}{told:>12}  {' | '.join(miss.true[:4])[:90]!r}")


def main() -> int:
    """Build, scan, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--variant", action="append", choices=names(), help="only this one")
    parser.add_argument("--seeds", type=int, default=1, help="corpora of each variant")
    parser.add_argument("--corpus", action="append", default=[], help="a folder with a manifest")
    parser.add_argument("--floor", default="", help="the variant whose floor --corpus has to hold")
    parser.add_argument("--errors", action="store_true", help="list what was told wrongly")
    chosen = parser.parse_args()
    broken: list[str] = []
    rows: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        for title, floor, folder in corpora(chosen, Path(name)):
            score = scanned(folder)
            show(title, score, errors=chosen.errors)
            flagged = len(score.clean_flagged) + len(score.sealed_flagged)
            rows.append(f"{line(title[:30], score.total)}   flagged wrongly {flagged}")
            broken += [f"{title}: {one}" for one in floors.broken(score, floor)]
    print("\n=== all ===")
    print("\n".join(rows))
    print("\n".join(broken) or "every floor is held")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
