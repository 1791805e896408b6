"""What is offered as a policy, fuzzed: reasons alone come of it, soon and within the limits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.test_formats import SECONDS, SEED
from tests.unit.policy.signing import Said, chain, root

TARGET = Path(__file__).with_name("policy_target.py")


@pytest.mark.heavy
@pytest.mark.timeout(SECONDS + 120)
def test_nothing_that_is_offered_breaks_the_keeper(tmp_path: Path) -> None:
    shipped = (TARGET.parents[2] / "policies").glob("*.yaml")
    samples = [
        Said(version=2, expires="2027-01-31", group="a", loosens=True, note="b").signed(),
        Said().text.encode(),
        chain(root(), root(2)),
        *(file.read_bytes() for file in shipped),
    ]
    for number, data in enumerate(samples):
        (tmp_path / f"{number:03}").write_bytes(data)
    order = (f"-max_total_time={SECONDS}", f"-seed={SEED}", "-reload=0")
    limits = ("-timeout=10", "-rss_limit_mb=1024", "-max_len=65536", "-len_control=0")
    ended = subprocess.run(
        (sys.executable, TARGET, tmp_path, *order, *limits,
         f"-artifact_prefix={tmp_path}/broken-", "-print_final_stats=1"),
        cwd=TARGET.parents[2],
        env={**os.environ, "PYTHONPATH": str(TARGET.parents[2]), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        errors="backslashreplace",
        check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    runs = int(ended.stderr.partition("number_of_executed_units:")[2].split(maxsplit=1)[0])
    assert runs > 100
