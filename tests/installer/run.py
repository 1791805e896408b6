"""The tests of the installer, with the frozen agent: what `dev.py test --installer` runs.

    python -m tests.installer.run --uv UV --tools .tools/windows --cache .tools/msi

It freezes this version and the next (the same analysis, another number), makes an MSI of each, goes
the whole journey with both under Wine, lets the installed agent look, find and report, and prints
times and sizes beside what they may be. All is signed, with a certificate of the run's own: what is
tried is what a release would be. The whole may take twelve minutes: longer is a failure on a quiet
machine, and on a busy one the run says that its time proves nothing. `--stand-ins` goes the journey
with tiny programs alone, `--freeze` only freezes, `--figures` measures start, memory and threads,
which wants a machine with nothing else to do.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from installer import (
    allowlists,
    build_msi,
    check_dist,
    check_msi,
    check_programs,
    freeze,
    sbom,
    sign,
)
from installer.allowlists import APPLOCKER, WDAC
from tests.installer import (
    aboard,
    compared,
    journey,
    many_desks,
    measure,
    shown,
    signer,
    smoke,
    stand_ins,
    wine,
)
from tests.installer.budget import Clock
from tests.installer.journey import Package, Report

SIDE_BY_SIDE = 3


def main() -> int:
    given = arguments()
    clock, report = Clock(), Report()
    if given.freeze:
        made_trees(given, report)
        return 0
    with tempfile.TemporaryDirectory(prefix="agentguard-packages-") as name, signing():
        if given.stand_ins:
            small(given, report, Path(name))
        else:
            whole(given, report, Path(name))
    said, late = clock.judged()
    if late:
        report.failed.append(said)
    print(f"{clock.took:7.1f} s{said}; {report.count} checks, {len(report.failed)} failed")
    for what in report.failed:
        print(f"        {what}")
    return bool(report.failed)


@contextmanager
def signing() -> Iterator[Path]:
    """Have all packages signed with a new certificate; give its file."""
    with tempfile.TemporaryDirectory(prefix="agentguard-signer-") as name:
        made = signer.make(Path(name))
        os.environ.update(made.env)
        yield made.cert


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tools", type=build_msi.folder, required=True)
    parser.add_argument("--cache", type=build_msi.folder, required=True)
    parser.add_argument("--uv", required=True)
    for name in ("stand-ins", "freeze", "figures"):
        parser.add_argument(f"--{name}", action="store_true")
    return parser.parse_args()


def wrapped(
    trees: Mapping[str, Path], out: Path, known: dict[bytes, bytes], site: Path | None = None
) -> tuple[Package, Package]:
    """Make the MSI of each of two trees, as a release does but for the judgement of the tree.

    What both have is packed once; `known` holds what is packed, and gets it.
    """
    one, two = (
        Package(msi=build_msi.wrap(tree, version, out, site, known=known), version=version)
        for version, tree in trees.items()
    )
    return one, two


def made_trees(given: argparse.Namespace, report: Report) -> dict[str, Path]:
    """Freeze two versions, unless they are there from before."""
    version = freeze.version()
    with report.leg("freezing two versions, or finding them frozen"):
        site = freeze.packages(given.cache, given.uv)
        return freeze.trees(given.cache, given.tools, site, (version, freeze.later(version)))


def small(given: argparse.Namespace, report: Report, made: Path) -> None:
    """Go the journey with stand-ins, and look at what a person sees of it."""
    with report.leg("stand-ins"):
        tiny = {v: stand_ins.make(made / v, v) for v in ("1.0.0", "1.1.0")}
        packages = wrapped(tiny, made, {})
    with wine.windows(given.tools / "prefix") as windows:
        many_desks.go(windows, report)
        journey.go(windows, report, *packages, real=False)
        with report.leg("what a person sees"):
            shown.seen(windows, report, given.tools / "python" / "python.exe", *packages)


def whole(given: argparse.Namespace, report: Report, made: Path) -> None:
    """Go every journey: stand-ins wait for nothing, the others for the packages of what is frozen.

    Each waits for most of its time, in a Windows of its own.
    """

    def tiny(report: Report) -> None:
        small(given, report, made / "tiny")

    def real(report: Report) -> None:
        of_frozen(given, report, made)

    beside(report, {"stand-ins": tiny, "packages": real})


def of_frozen(given: argparse.Namespace, report: Report, made: Path) -> None:
    """Pack what is frozen, go its journeys, and write one of the packages again meanwhile."""
    prefix, version, trees = given.tools / "prefix", freeze.version(), made_trees(given, report)
    known: dict[bytes, bytes] = {}
    packages = frozen(given, report, made, trees, known)

    def real(report: Report) -> None:
        with wine.windows(prefix) as windows:
            journey.go(windows, report, *packages, real=True)

    def reporting(report: Report) -> None:
        with wine.windows(prefix) as windows:
            smoke.reports(windows, report, made / "centre", *packages)

    def again(report: Report) -> None:
        with report.leg("the same MSI, written elsewhere and later"):
            same = compared.again(trees[version], version, made / "again", known)
            report.check("every byte is the same", same == packages[0].msi.read_bytes())

    beside(report, {"frozen": real, "reporting": reporting, "twice": again})
    if given.figures:
        with wine.windows(prefix) as windows, report.leg("start and memory"):
            windows.msiexec("/i", wine.seen(packages[0].msi), "AUTOSTART=0")
            measure.compared(windows, given.tools)


def beside(report: Report, journeys: Mapping[str, Callable[[Report], None]]) -> None:
    """Go journeys side by side, each with a report of its own, and add these to the one report."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        own = {name: Report(of=f"{name}: ") for name in journeys}
        going = [pool.submit(go, own[name]) for name, go in journeys.items()]
    for part in own.values():
        report.count += part.count
        report.failed += part.failed
    for journey_gone in going:
        journey_gone.result()


def frozen(
    given: argparse.Namespace,
    report: Report,
    made: Path,
    trees: Mapping[str, Path],
    known: dict[bytes, bytes],
) -> tuple[Package, Package]:
    """Make and judge the MSI of each of two frozen versions."""
    tree = trees[freeze.version()]
    with report.leg("two MSIs"):
        report.check("the tree is whole and small", check_dist.problems(tree), [])
        site = freeze.packages(given.cache, given.uv)
        one, two = wrapped(trees, made, known, site)
        report.check("the MSI is as it should be", check_msi.problems(one.msi), [])
        for one_version, one_tree in trees.items():
            found = check_programs.problems(one_tree, one_version)
            report.check("version, icon and manifest of the programs", found, [])
    with report.leg("what is aboard the MSI"):
        looked_through(report, one.msi, tree, site)
    megabytes = one.msi.stat().st_size / 2**20
    most = check_msi.MOST - check_msi.SPARE
    print(f"        MSI {megabytes:.1f} MB of {most}", end="; ")
    print(f"installed {check_dist.size(tree) / 2**20:.1f} MB of {check_dist.MOST}", flush=True)
    return one, two


def looked_through(report: Report, msi: Path, tree: Path, site: Path) -> None:
    """Look at each file of an MSI: signed, in the bill, and known to application control."""
    folder = msi.with_name("unpacked")
    found = aboard.unlike(msi, tree, Path(os.environ[sign.CERT]), folder)
    report.check("every program and library is signed", found, [])
    inside = aboard.program(folder)
    bill = build_msi.beside(msi, ".cdx.json")
    report.check("the bill names what is aboard", sbom.problems(bill, inside, site), [])
    lists = [build_msi.beside(msi, f".{name}") for name in (WDAC, APPLOCKER)]
    report.check("application control may know all", allowlists.problems(lists, inside), [])
    report.check("a changed byte would not run", aboard.changed(lists, inside), [])


if __name__ == "__main__":
    raise SystemExit(main())
