"""Builds the MSI twice from the same sources and compares every byte: `dev.py test --reproducible`.

    python -m tests.installer.twice --uv UV --tools .tools/windows --cache .tools/msi

Both builds freeze anew, in folders of other names and depths and one after the other, so that no
time and no place is the same. It takes as long as two freezes; the tests of the installer only
write the MSI of one frozen tree twice.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from installer import build_msi, freeze
from tests.installer.compared import differing
from tests.installer.journey import Report

PLACES = ("one", "another folder/of another depth")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("tools", "cache"):
        parser.add_argument(f"--{name}", type=build_msi.folder, required=True)
    parser.add_argument("--uv", required=True)
    given = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory(prefix="agentguard-twice-") as name:
        with report.leg("the agent, frozen twice"):
            trees = [frozen(given, Path(name) / place) for place in PLACES]
            report.check("both trees are the same", list(differing(*trees)), [])
        with report.leg("the MSI, written of both"):
            made = [
                packed(tree, Path(name) / place) for tree, place in zip(trees, PLACES, strict=True)
            ]
            report.check("both MSIs are the same", made[0] == made[1])
    return bool(report.failed)


def frozen(given: argparse.Namespace, cache: Path) -> Path:
    """Freeze in a folder of its own, whatever has been frozen before."""
    version, site = freeze.version(), freeze.packages(given.cache, given.uv)
    cache.mkdir(parents=True)
    return freeze.trees(cache, given.tools, site, (version,))[version]


def packed(tree: Path, out: Path) -> bytes:
    """Give the MSI of a tree, unsigned: a signature holds its own time."""
    return build_msi.wrap(tree, freeze.version(), out / "packed").read_bytes()


if __name__ == "__main__":
    raise SystemExit(main())
