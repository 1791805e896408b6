"""What is read of a journal, fuzzed: the exported file, receipts, and rows of the queue."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.test_formats import SECONDS, SEED
from tests.unit.store.exported import full

TARGET = Path(__file__).with_name("journal_target.py")
ROOT = TARGET.parents[2]


def samples(name: str, folder: Path) -> list[bytes]:
    written = full(folder, 20)
    if name == "file":
        return [written.raw, written.lines[0]]
    if name == "receipt":
        return [line for line in written.lines if b'"receipt"' in line]
    return [bytes(range(200))]


@pytest.mark.heavy
@pytest.mark.timeout(SECONDS + 120)
@pytest.mark.parametrize("name", ["file", "receipt", "row"])
def test_whatever_is_read_is_taken_or_refused(name: str, tmp_path: Path) -> None:
    journal, corpus = tmp_path / "journal", tmp_path / "corpus"
    journal.mkdir()
    corpus.mkdir()
    for number, data in enumerate(samples(name, journal)):
        (corpus / f"{number:03}").write_bytes(data)
    command = (sys.executable, TARGET, name, corpus)
    order = (f"-max_total_time={SECONDS}", f"-seed={SEED}", "-reload=0")
    limits = ("-timeout=10", "-rss_limit_mb=1024", "-max_len=65536", "-len_control=0")
    ended = subprocess.run(
        (*command, *order, *limits, f"-artifact_prefix={tmp_path}/broken-", "-print_final_stats=1"),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        errors="backslashreplace",
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    runs = int(ended.stderr.partition("number_of_executed_units:")[2].split(maxsplit=1)[0])
    assert runs > 100
