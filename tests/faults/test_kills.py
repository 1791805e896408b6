from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from agentguard.uplink import enrolment, translation
from tests.faults.certificates import Authority
from tests.faults.desk import enrolled
from tests.faults.endpoint import Endpoint

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(40),
        pytest.param(1000, marks=[pytest.mark.heavy, pytest.mark.timeout(600)]),
    ],
)
def test_kills_at_any_moment_lose_and_double_nothing(
    kills: int, quick_path: Path, endpoint: Endpoint, authority: Authority
) -> None:
    enrolled(quick_path, endpoint, authority.ca_file).store.close()
    ledger = quick_path / "ledger"
    subprocess.run(
        [
            sys.executable, "-m", "tests.faults.victims",
            str(quick_path), endpoint.url, str(authority.ca_file), str(ledger), str(kills), "7",
        ],
        cwd=ROOT, check=True, timeout=500,
    )  # fmt: skip
    acknowledged = ledger.read_text().split()
    assert len(acknowledged) > kills / 4, "the desks did get something done"

    desk = enrolled(quick_path, endpoint, authority.ca_file)
    journal, outbox = desk.store.journal, desk.store.outbox
    count, whole = journal.verify()
    assert whole
    assert set(journal.epochs()) == {1}
    assert not list(quick_path.glob("*.corrupt-*"))
    entries = journal.read(0, count + 1)
    kept = Counter(entry.record.payload["lesson"] for entry in entries)
    assert set(acknowledged) <= set(kept), "no acknowledged record is missing"
    assert max(kept.values()) == 1, "no record is there twice"
    assert set(endpoint.seqs) >= set(range(1, outbox.cursor() + 1)), "receipted is delivered"
    last = str(entries[-1].record.payload["lesson"])
    assert journal.memory("last") == {"last": last}, "memory and records change together"

    while outbox.waiting():
        desk.sender.report()
    key = enrolment.device_key(quick_path)
    assert key is not None
    expected = {(e.epoch, e.seq): msgspec.json.encode(translation.event(e, key)) for e in entries}
    assert endpoint.events == expected, "each event is at the endpoint once, as it was journaled"
    assert endpoint.contradictions == []
    assert endpoint.bad_signatures == 0
    desk.store.close()
