"""Runs a fuzzer on a folder of samples, the same changes in the same order each time.

All that is kept and some hundred changes of it each, as forty of them are a part of every run of
everything; `dev.py fuzz` searches on. AGENTGUARD_FUZZ_SEED (0: by chance) and
AGENTGUARD_FUZZ_SECONDS are what it sets.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.fuzz import corpus
from tests.fuzz.loaded import Loaded

ROOT = Path(__file__).parents[2]
SEED = os.environ.get("AGENTGUARD_FUZZ_SEED", "1")
SECONDS = int(os.environ.get("AGENTGUARD_FUZZ_SECONDS", "6"))
CHANGES = 300
"""Inputs that are tried beside what is kept and the samples, unless `dev.py fuzz` searches.

Counted, not timed: a format of which ten thousand take six seconds needs no six of them.
"""
LEAST = 100  # inputs; fewer is no search
# Linux hands a process the peak memory of the one that started it (getrusage(2), ru_maxrss), which
# libFuzzer then takes for its own: a small process stands between the test's and the fuzzer's.
BETWEEN = "import subprocess, sys; raise SystemExit(subprocess.call(sys.argv[1:]))"


def environment() -> dict[str, str]:
    """Give what every search runs with."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}


def search(
    target: Path,
    name: str,
    samples: Iterable[bytes],
    out: Path,
    *words: str,
    loaded: Loaded | None = None,
) -> None:
    """Begin with the samples and with what was kept of `name`; keep what was found worth it.

    `loaded` is the target's program where it stands ready for many searches.
    """
    folder = out / "samples"
    folder.mkdir()
    for number, data in enumerate(samples):
        (folder / f"{number:03}").write_bytes(data)
    corpus.lay(name, folder)
    runs = -1 if "AGENTGUARD_FUZZ_SECONDS" in os.environ else len(list(folder.iterdir())) + CHANGES
    order = (f"-runs={runs}", f"-max_total_time={SECONDS}", f"-seed={SEED}", "-reload=0")
    limits = ("-timeout=10", "-rss_limit_mb=1024", "-max_len=65536", "-len_control=0")
    options = (f"-artifact_prefix={out}/broken-", "-print_final_stats=1", *order, *limits)
    command = (sys.executable, "-c", BETWEEN, sys.executable, target, *words)
    said = out / "said"
    if loaded is not None:
        code = loaded.run(said, *words, folder, *options)
    else:
        code = alone((*command, folder, *options), said)
    text = said.read_text(encoding="utf-8", errors="backslashreplace")
    assert code == 0, text[-6000:]
    done = int(text.partition("number_of_executed_units:")[2].split(maxsplit=1)[0])
    assert done > LEAST
    if corpus.KEEPS:
        corpus.keep(name, folder, command, cwd=ROOT, env=environment())


def alone(command: Sequence[str | Path], said: Path) -> int:
    """Run a command with all that is said written to a file; return the exit code."""
    with said.open("wb") as file:
        ended = subprocess.run(
            command, cwd=ROOT, env=environment(), stdout=file, stderr=file, check=False
        )
    return ended.returncode
