"""The one command for the MSI, on Linux (under Wine) and on Windows: `dev.py build --msi`.

    python -m installer.build_msi --uv UV --tools .tools/windows --cache .tools/msi --out dist

It freezes the agent, judges the tree, signs it if there is a certificate, writes the MSI, judges
and signs that, and lays beside it the bill of materials, what application control must allow, and
the checksum.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from installer import (
    allowlists,
    check_dist,
    check_msi,
    check_programs,
    freeze,
    package,
    sbom,
    sign,
    tools,
)
from installer.package import BuildError

WRONG = 3


def say(text: str) -> None:
    """Tell what is being done."""
    print(f"[msi] {text}", file=sys.stderr, flush=True)


def main() -> int:
    """Build."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    for name in ("tools", "cache", "out"):
        parser.add_argument(f"--{name}", type=folder, required=True)
    parser.add_argument("--uv", required=True)
    given = parser.parse_args()
    try:
        tools.ready(signing=sign.wanted())
        version = package.checked(freeze.version())
        site = freeze.packages(given.cache, given.uv)
        say(f"freezing AgentGuard {version}")
        tree = freeze.trees(given.cache, given.tools, site, (version,))[version]
        made = build(tree, version, given.out, site)
    except BuildError as error:
        say(str(error))
        return WRONG
    room, taken = check_dist.size(tree) / 2**20, made.stat().st_size / 2**20
    say(f"{made}: {taken:.1f} MB of {check_msi.MOST}")
    say(f"installed: {room:.1f} MB of {check_dist.MOST}")
    return 0


def folder(word: str) -> Path:
    """Return a folder of the command line as a whole path, which programs in other places read."""
    return Path(word).resolve()


def build(tree: Path, version: str, out: Path, site: Path | None = None) -> Path:
    """Make the MSI of a tree in the folder `out`; `site` holds the packages for its bill.

    Raises:
        BuildError: as `wrap` does, or the tree lacks something or is too large, or its programs
            are not as they should be.

    """
    _judge(tree.name, [*check_dist.problems(tree), *check_programs.problems(tree, version)])
    return wrap(tree, version, out, site)


def wrap(
    tree: Path,
    version: str,
    out: Path,
    site: Path | None = None,
    *,
    known: dict[bytes, bytes] | None = None,
) -> Path:
    """Make the MSI of a tree that was judged, or of one that only stands in for one.

    The bill of materials and the lists of application control are of the tree as it is packed, with
    its signatures; a stand-in, which has no packages, gets no bill. `known` holds packed blocks of
    other versions, as `cabinet.packed` takes and adds to them.

    Raises:
        BuildError: the MSI is not as it should be, or something ended badly.

    """
    out.mkdir(parents=True, exist_ok=True)
    if sign.wanted():
        copied = out / "signed"
        shutil.rmtree(copied, ignore_errors=True)
        tree = Path(shutil.copytree(tree, copied))
        say(f"signed {len(sign.tree(tree))} programs and libraries that nobody had signed")
        _judge(tree.name, (f"not signed: {place}" for place in sign.unsigned(tree)))
    say("writing the MSI")
    made = package.make(tree, version, out / f"AgentGuard-{version}-x64.msi", known)
    _judge(made.name, check_msi.problems(made))
    _judge("What is allowed", allowlists.problems(allowlists.write(tree, version, made), tree))
    if site is not None:
        bill = sbom.write(beside(made, ".cdx.json"), tree, site, version)
        _judge(bill.name, sbom.problems(bill, tree, site))
    if sign.wanted():
        sign.file(made)
        package.checksum(made)
        shutil.rmtree(tree)
    return made


def beside(msi: Path, ending: str) -> Path:
    """Return the path of a file that goes with an MSI."""
    return msi.with_name(f"{msi.stem}{ending}")


def _judge(name: str, problems: Iterable[str]) -> None:
    if found := list(problems):
        raise BuildError("\n".join((f"{name} is not as it should be:", *found)))


if __name__ == "__main__":
    raise SystemExit(main())
