"""Megabytes per second into the vault and back, beside the program `age` on the same file.

python benchmarks/vault.py [--mib N]

The figures are of the processor's time, so that what else runs on the machine does not count. A
file that is moved is read three times: hashed, sealed, and its copy read back and compared before
the plain one goes. So one move stands beside `age` sealing and opening once each. The bar is that
it takes no more of the processor than twice that.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from agentguard.platforms import system_clock
from agentguard.store.agent_store import open_store
from agentguard.vault.vault import Vault

MIB = 1 << 20
MOST = 2.0
"""Times the processor's time of the program."""


def spent(work: Callable[[], object]) -> float:
    """Give the seconds of the processor that some work took, here and in its programs."""
    before = _used()
    work()
    return _used() - before


def _used() -> float:
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, whose))


def age(folder: Path, plain: Path) -> tuple[float, float]:
    """Seal and open with the program; give its seconds for each."""
    key, sealed, out = folder / "key.txt", folder / "sealed.age", folder / "out"
    subprocess.run(["age-keygen", "-o", key], check=True, capture_output=True)
    public = subprocess.run(
        ["age-keygen", "-y", key], check=True, capture_output=True, text=True
    ).stdout.strip()
    seal = ["age", "-r", public, "-o", sealed, plain]
    there = spent(lambda: subprocess.run(seal, check=True))
    opened = ["age", "-d", "-i", key, "-o", out, sealed]
    back = spent(lambda: subprocess.run(opened, check=True))
    return there, back


def ours(folder: Path, plain: Path) -> tuple[float, float]:
    """Move into the vault and give back; give the seconds for each."""
    store = open_store(folder, system_clock())
    vault = Vault(folder / "vault", store.journal, system_clock())
    file = folder / "export.csv"
    shutil.copyfile(plain, file)
    there = spent(lambda: vault.put(file))
    (item,) = vault.items()
    back = spent(lambda: vault.restore(item.id))
    store.close()
    return there, back


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=256)
    mib = parser.parse_args().mib
    if shutil.which("age") is None:
        sys.stderr.write("There is no program age here. Install it, and try again.\n")
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = folder / "plain"
        with plain.open("wb") as file:
            for _ in range(mib):
                file.write(os.urandom(MIB))
        program, vault = age(folder, plain), ours(folder, plain)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{mib} MiB{'':18}{'vault':>10}{'age':>10}   MiB/s of CPU\n")
    for label, here, there in zip(("into it", "back"), vault, program, strict=True):
        sys.stdout.write(f"{label:26}{mib / here:10,.0f}{mib / there:10,.0f}\n")
    times = vault[0] / sum(program)
    good = times <= MOST
    verdict = "within" if good else "OVER"
    sys.stdout.write(f"one move: {times:.2f} times sealing and opening once, {verdict} {MOST}\n")
    sys.stdout.write(f"peak memory of this process: {peak:.0f} MiB\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
