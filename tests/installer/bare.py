"""A bare Debian 13 to install on: the smallest system, and what a package says that it depends on.

Made once by mmdebstrap from Debian's own archive and kept in `.tools`, by the names of what is in
it; a test has it under an overlay (`throwaway.computer`), so that nothing is ever written into it.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

TOOLS = Path(__file__).parents[2] / ".tools"
SUITE = "trixie"
SECONDS = 900
MAIN = "deb http://deb.debian.org/debian {} main"
STALE = '--aptopt=Acquire::Check-Valid-Until "false"'
"""A suite that is not released yet has a list that holds for a week, and a mirror may be behind."""


BESIDE = ("nats-server", "postgresql-17", "rpm")
"""What tests want beside a bare system, in one root: each takes half a minute of a processor.

The endpoint's own root has nothing but what its package depends on.
"""


def last_choices(depends: Iterable[str]) -> list[str]:
    """Give a package's dependencies, of those that leave a choice the last: the smallest."""
    return sorted({one.split("|")[-1].split("(")[0].strip() for one in depends})


def root(depends: Iterable[str], suite: str = SUITE) -> Path:
    """Give the folder of a bare system with these packages and what they need."""
    wanted = last_choices(depends)
    mark = hashlib.sha256(" ".join([suite, *wanted]).encode()).hexdigest()[:12]
    folder = TOOLS / f"bare-{suite}-{mark}"
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / f"{folder.name}.lock").open("w") as lock:  # tests beside this one want it too
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _make(folder, wanted, suite)
    return folder


def _make(folder: Path, wanted: Iterable[str], suite: str) -> None:
    made = TOOLS / f"{folder.name}.making"
    shutil.rmtree(made, ignore_errors=True)
    words = (
        "mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(wanted)}",
        '--aptopt=Acquire::Retries "5"', "--format=directory",
        *([] if suite == SUITE else [STALE]), suite, str(made),
        *([] if suite == SUITE else [MAIN.format(suite)]),
    )  # fmt: skip
    ended = subprocess.run(words, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert ended.returncode == 0, ended.stderr
    made.rename(folder)
