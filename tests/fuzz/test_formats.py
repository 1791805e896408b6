"""Every format, fuzzed: reasons alone come of broken files, soon and within the limits.

The same changes are tried in the same order each time, as many as the time allows, so that what
fails fails again; AGENTGUARD_FUZZ_SEED (0: by chance) and AGENTGUARD_FUZZ_SECONDS search on.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agentguard.scan.child import default_extractors
from tests.fuzz import samples

SEED = os.environ.get("AGENTGUARD_FUZZ_SEED", "1")
SECONDS = int(os.environ.get("AGENTGUARD_FUZZ_SECONDS", "60"))
TARGET = Path(__file__).with_name("target.py")
EXTRACTORS = default_extractors()


@pytest.mark.parametrize("name", [one.name for one in EXTRACTORS])
def test_there_is_a_sample_of_every_format(name: str) -> None:
    extractor = next(one for one in EXTRACTORS if one.name == name)
    assert samples.of(extractor, EXTRACTORS)


@pytest.mark.heavy
@pytest.mark.timeout(SECONDS + 120)
@pytest.mark.parametrize("name", [one.name for one in EXTRACTORS])
def test_no_file_breaks_or_holds_up_a_format(name: str, tmp_path: Path) -> None:
    extractor = next(one for one in EXTRACTORS if one.name == name)
    for number, data in enumerate(samples.of(extractor, EXTRACTORS)):
        (tmp_path / f"{number:03}").write_bytes(data)
    command = (sys.executable, TARGET, name, tmp_path)
    order = (f"-max_total_time={SECONDS}", f"-seed={SEED}", "-reload=0")
    limits = ("-timeout=10", "-rss_limit_mb=1024", "-max_len=65536", "-len_control=0")
    ended = subprocess.run(
        (*command, *order, *limits, f"-artifact_prefix={tmp_path}/broken-", "-print_final_stats=1"),
        cwd=TARGET.parents[2],
        env={**os.environ, "PYTHONPATH": str(TARGET.parents[2]), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        errors="backslashreplace",
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    runs = int(ended.stderr.partition("number_of_executed_units:")[2].split(maxsplit=1)[0])
    assert runs > 100
