"""Runs a fuzzer on a folder of samples, the same changes in the same order each time.

Some seconds each, as forty of them are a part of every run of everything; `dev.py fuzz` searches
on. AGENTGUARD_FUZZ_SEED (0: by chance) and AGENTGUARD_FUZZ_SECONDS are what it sets.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.fuzz import corpus

ROOT = Path(__file__).parents[2]
SEED = os.environ.get("AGENTGUARD_FUZZ_SEED", "1")
SECONDS = int(os.environ.get("AGENTGUARD_FUZZ_SECONDS", "6"))
LEAST = 100  # inputs; fewer is no search
# Linux hands a process the peak memory of the one that started it (getrusage(2), ru_maxrss), which
# libFuzzer then takes for its own: a small process stands between the test's and the fuzzer's.
BETWEEN = "import subprocess, sys; raise SystemExit(subprocess.call(sys.argv[1:]))"


def search(target: Path, name: str, samples: Iterable[bytes], out: Path, *words: str) -> None:
    """Begin with the samples and with what was kept of `name`; keep what was found worth it."""
    folder = out / "samples"
    folder.mkdir()
    for number, data in enumerate(samples):
        (folder / f"{number:03}").write_bytes(data)
    corpus.lay(name, folder)
    order = (f"-max_total_time={SECONDS}", f"-seed={SEED}", "-reload=0")
    limits = ("-timeout=10", "-rss_limit_mb=1024", "-max_len=65536", "-len_control=0")
    told = (f"-artifact_prefix={out}/broken-", "-print_final_stats=1")
    command = (sys.executable, "-c", BETWEEN, sys.executable, target, *words)
    how = {"cwd": ROOT, "env": {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}}
    ended = subprocess.run(
        (*command, folder, *order, *limits, *told),
        cwd=ROOT,
        env=how["env"],
        capture_output=True,
        text=True,
        errors="backslashreplace",
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    runs = int(ended.stderr.partition("number_of_executed_units:")[2].split(maxsplit=1)[0])
    assert runs > LEAST
    if corpus.KEEPS:
        corpus.keep(name, folder, command, **how)
