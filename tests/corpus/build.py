"""Builds a corpus: files with known truth in a folder, and the manifest that tells it.

    python -m tests.corpus.build --variant first --out FOLDER [--seed N]

`manifest.json`: {"variant", "seed", "files": [{"path", "format", "encrypted", "truth": {KIND:
[value, ...]}, "optional": {...}, "decoys": {...}}]}. A value of `truth` has to be reported, one of
`optional` may be, a look-alike of `decoys` and all that is encrypted must not be. Everything is
made up and seeded; only encrypted containers differ in their bytes between runs.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.corpus.dice import Dice
from tests.corpus.plans import boxes, clean, papers, plain
from tests.corpus.plans.item import Item, Planner
from tests.corpus.wording import load, names

PLANS = (plain.plan, papers.plan, boxes.plan, clean.plan)


def items(planner: Planner) -> Iterator[Item]:
    """Give every file of the plans."""
    for plan in PLANS:
        yield from plan(planner)


def build(variant: str, out: Path, seed: int | None = None) -> Path:
    """Write a corpus below `out` and give its manifest's path."""
    words = load(variant)
    chosen = words.seed if seed is None else seed
    rows = [_write(item, out / "files") for item in items(Planner(Dice(chosen), words))]
    manifest = out / "manifest.json"
    content = {"variant": variant, "seed": chosen, "files": rows}
    manifest.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return manifest


def _write(item: Item, folder: Path) -> dict[str, Any]:
    data = item.make(item.page)
    target = folder / item.path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    page = item.page
    truth = {kind: values for kind, values in page.truth.items() if values}
    decoys = {**page.decoys, **({"ENCRYPTED": truth} if item.sealed else {})}
    return {
        "path": item.path,
        "format": item.format,
        "encrypted": item.sealed,
        "truth": {} if item.sealed else truth,
        "optional": page.optional,
        "decoys": decoys,
    }


def main() -> None:
    """Build one from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--variant", required=True, choices=names())
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--seed", type=int)
    chosen = parser.parse_args()
    made = json.loads(build(chosen.variant, chosen.out, chosen.seed).read_text(encoding="utf-8"))
    values = sum(len(v) for row in made["files"] for v in row["truth"].values())
    quiet = sum(not row["truth"] for row in made["files"])
    print(f"{len(made['files'])} files, {values} values, {quiet} clean or encrypted")


if __name__ == "__main__":
    main()
