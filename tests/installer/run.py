"""The tests of the installer, with the frozen agent: what `dev.py test --installer` runs.

    python -m tests.installer.run --uv UV --tools .tools/windows --cache .tools/msi

It freezes this version and the next (the same analysis, another number), makes an MSI of each, goes
the whole journey with both under Wine, lets the installed agent look, find and report, and prints
times and sizes beside what they may be. `--stand-ins` goes the journey with tiny programs alone,
`--freeze` only freezes.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from installer import build_msi, check_dist, check_msi, check_programs, freeze
from tests.installer import compared, journey, measure, shown, smoke, stand_ins, wine
from tests.installer.journey import Package, Report

BUDGET = 12 * 60.0  # seconds of the whole


def main() -> int:
    given = arguments()
    begun, report = time.monotonic(), Report()
    if given.freeze:
        made_trees(given, report)
        return 0
    with tempfile.TemporaryDirectory(prefix="agentguard-packages-") as name:
        made = Path(name)
        with report.leg("stand-ins"):
            tiny = {v: stand_ins.make(made / v, v) for v in ("1.0.0", "1.1.0")}
            packages = wrapped(tiny, made)
        with wine.windows(given.tools / "prefix") as windows:
            journey.go(windows, report, *packages, real=False)
            with report.leg("what a person sees"):
                shown.seen(windows, report, given.tools / "python" / "python.exe", *packages)
        if not given.stand_ins:
            frozen(given, report, made)
    took = time.monotonic() - begun
    print(f"{took:7.1f} s of {BUDGET:.0f}; {report.count} checks, {len(report.failed)} failed")
    for what in report.failed:
        print(f"        {what}")
    return bool(report.failed)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tools", type=build_msi.folder, required=True)
    parser.add_argument("--cache", type=build_msi.folder, required=True)
    parser.add_argument("--uv", required=True)
    for name in ("stand-ins", "freeze"):
        parser.add_argument(f"--{name}", action="store_true")
    return parser.parse_args()


def wrapped(trees: Mapping[str, Path], out: Path) -> tuple[Package, Package]:
    """Make the MSI of each of two trees, as a release does but for the judgement of the tree."""
    one, two = (
        Package(msi=build_msi.wrap(tree, version, out), version=version)
        for version, tree in trees.items()
    )
    return one, two


def made_trees(given: argparse.Namespace, report: Report) -> dict[str, Path]:
    """Freeze two versions, unless they are there from before."""
    version = freeze.version()
    with report.leg("freezing two versions, or finding them frozen"):
        site = freeze.packages(given.cache, given.uv)
        return freeze.trees(given.cache, given.tools, site, (version, freeze.later(version)))


def frozen(given: argparse.Namespace, report: Report, made: Path) -> None:
    """Freeze two versions, and go the journey with them."""
    version, trees = freeze.version(), made_trees(given, report)
    tree = trees[version]
    with report.leg("two MSIs"):
        report.check("the tree is whole and small", check_dist.problems(tree), [])
        one, two = wrapped(trees, made)
        report.check("the MSI is as it should be", check_msi.problems(one.msi), [])
        for one_version, one_tree in trees.items():
            found = check_programs.problems(one_tree, one_version)
            report.check("version, icon and manifest of the programs", found, [])
    with report.leg("the same MSI, written elsewhere and later"):
        same = compared.again(tree, version, made / "again") == one.msi.read_bytes()
        report.check("every byte is the same", same)
    megabytes = one.msi.stat().st_size / 2**20
    print(f"        MSI {megabytes:.1f} MB of {check_msi.MOST}", end="; ")
    print(f"installed {check_dist.size(tree) / 2**20:.1f} MB of {check_dist.MOST}", flush=True)
    with wine.windows(given.tools / "prefix") as windows:
        journey.go(windows, report, one, two, real=True)
    with wine.windows(given.tools / "prefix") as windows:
        smoke.reports(windows, report, made / "centre", one, two)
    with wine.windows(given.tools / "prefix") as windows, report.leg("start and memory"):
        windows.msiexec("/i", wine.seen(one.msi), "AUTOSTART=0")
        measure.compared(windows, given.tools)


if __name__ == "__main__":
    raise SystemExit(main())
