"""What is read of a journal, fuzzed: the exported file, receipts, and rows of the queue."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.running import SECONDS, search
from tests.unit.store.exported import full

TARGET = Path(__file__).with_name("journal_target.py")


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
    journal = tmp_path / "journal"
    journal.mkdir()
    search(TARGET, f"journal-{name}", samples(name, journal), tmp_path, name)
