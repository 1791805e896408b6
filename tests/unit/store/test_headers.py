"""What the chain says of itself: whose it is, its epochs, its retention; and how that begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.model.moments import Moment
from agentguard.platforms.simulated import FakeClock
from agentguard.store.agent_store import open_store
from agentguard.store.commit_seals import Sealer
from agentguard.store.sqlite_file import Database
from agentguard.trust.chain.auditor_demands import Demands
from agentguard.trust.chain.headers import HEADER_KIND, Origin
from agentguard.trust.chain.verify import Verified, verify_file
from tests.unit.store.exported import (
    DEVICE_KEY,
    ORIGIN,
    exported,
    headed_store,
    receipted,
    record,
    sealed_store,
)
from tests.unit.store.sealed_desk import before_days
from tests.unit.store.second_verifier import Asked, judged

KEY = ORIGIN.receipt_key


def open_points(folder: Path) -> list[str]:
    """Export what lies in a folder; give what both verifiers find open with the endpoint's key."""
    store = headed_store(folder)
    file = folder / "out.jsonl"
    file.unlink(missing_ok=True)
    raw = exported(store, file).raw
    store.close()
    found: Verified = verify_file(file, Demands(key=KEY))
    ids = sorted(note.id.removeprefix("journal-review.") for note in found.review)
    second = judged(raw, Asked(key=KEY))
    assert second is not None
    assert sorted(second.elements()) == ids
    return ids


def kinds(folder: Path) -> list[str]:
    store = open_store(folder)
    found = [entry.record.kind for entry in store.journal.read(0, 99)]
    store.close()
    return found


def test_a_journal_that_the_endpoint_confirmed_to_the_end_is_proved(tmp_path: Path) -> None:
    store = headed_store(tmp_path)
    store.journal.commit([record(1)], {})
    receipted(store)
    store.close()
    assert kinds(tmp_path) == [HEADER_KIND, "finding.opened", "journal.key"]
    assert open_points(tmp_path) == []


def test_a_header_is_written_once_and_again_when_it_changes(tmp_path: Path) -> None:
    for start in range(2):
        store = open_store(tmp_path, headed=True)
        store.journal.commit([record(start)], {})
        store.journal.commit([record(start)], {})
        store.close()
    assert kinds(tmp_path).count(HEADER_KIND) == 1
    store = headed_store(tmp_path)  # it was enrolled
    store.journal.commit([record(2)], {})
    store.journal.begin_epoch("conflict", Moment(boot=1.0, wall=2.0))
    store.journal.commit([record(3)], {})
    receipted(store)
    store.close()
    assert kinds(tmp_path).count(HEADER_KIND) == 3
    assert open_points(tmp_path) == ["clock", "epoch"]


def test_a_refused_commit_leaves_the_header_to_the_next(tmp_path: Path) -> None:
    store = headed_store(tmp_path)
    bad = record(1)
    with pytest.raises(Exception, match="cannot be written"):
        store.journal.commit([type(bad)(kind="x", at=bad.at, payload={"n": float("nan")})], {})
    store.journal.commit([record(1)], {})
    receipted(store)
    store.close()
    assert open_points(tmp_path) == []


def test_a_deleted_database_says_so_in_its_first_entry(tmp_path: Path) -> None:
    store = headed_store(tmp_path)
    store.journal.commit([record(1)], {})
    store.close()
    for file in tmp_path.glob("journal.db*"):
        file.unlink()
    store = open_store(tmp_path, FakeClock(), sealer=Sealer(tmp_path, DEVICE_KEY), headed=True)
    store.journal.identify(ORIGIN)
    first = store.journal.read(0, 1)[0].record
    assert (first.kind, first.payload["reason"]) == ("journal.epoch", "lost")
    assert first.payload["previous_epoch"] == 1, "so the endpoint takes it for a sign"
    store.journal.commit([record(2)], {})
    receipted(store)
    store.close()
    assert "epoch" in open_points(tmp_path)


def test_a_store_of_the_old_format_is_covered_from_its_next_commit_on(tmp_path: Path) -> None:
    """The schema before: no day of a receipt, no header, entries erased by the desk's own clock."""
    store = sealed_store(tmp_path)
    store.journal.commit([record(n) for n in range(4)], {})
    receipted(store)
    store.journal.erase([1, 2])
    store.close()
    database = Database(tmp_path / "journal.db")
    with database.transaction():
        before_days(database)
        database.rows("PRAGMA user_version=3")
    database.close()
    store = sealed_store(tmp_path)
    exported(store, tmp_path / "before.jsonl")
    store.close()
    before = {note.id for note in verify_file(tmp_path / "before.jsonl", Demands(key=KEY)).review}
    assert before == {"journal-review.old-format", "journal-review.erased"}
    store = headed_store(tmp_path)
    store.journal.commit([record(5)], {})
    receipted(store, at="2027-10-01T00:00:00Z")
    assert store.journal.verify() == (7, False), "what was erased before is too young"
    store.journal.commit([record(6)], {})
    receipted(store, at="2027-10-27T00:00:00Z")
    store.journal.commit([record(7)], {})
    receipted(store, at="2027-10-27T00:00:01Z")
    assert store.journal.verify()[1], "the time that it says has passed by the endpoint's clock"
    assert [row.payload for row in store.journal.rows(0, 4)] == [None] * 4
    store.close()
    assert open_points(tmp_path) == ["header-late"]


@pytest.mark.parametrize("named", ["device", "device_key", "receipt_key"])
def test_another_first_line_than_the_chain_says_is_broken(named: str, tmp_path: Path) -> None:
    store = headed_store(tmp_path)
    store.journal.commit([record(1)], {})
    receipted(store)
    raw = exported(store, tmp_path / "a.jsonl").raw
    store.close()
    old = getattr(ORIGIN, named)
    other = getattr(Origin(device="dev-9", device_key=KEY, receipt_key=ORIGIN.device_key), named)
    first, _, rest = raw.partition(b"\n")
    forged = first.replace(old.encode(), other.encode()) + b"\n" + rest
    assert judged(raw) is not None
    assert judged(forged) is None


@pytest.mark.parametrize("change", ["reason", "retention", "gone"])
def test_the_desk_itself_finds_a_header_that_was_changed(change: str, tmp_path: Path) -> None:
    store = headed_store(tmp_path)
    store.journal.commit([record(1)], {})
    store.journal.begin_epoch("damaged", Moment(boot=1.0, wall=1_790_000_002.0))
    assert store.journal.verify()[1]
    match change:
        case "reason":
            store.database.rows("UPDATE epochs SET reason = 'conflict' WHERE epoch = 2")
        case "retention":
            store.database.rows("UPDATE header SET value = replace(value, ':400', ':900')")
        case _:
            store.database.rows("DELETE FROM header")
    assert not store.journal.verify()[1]
    store.close()


def test_row_86_all_findings_set_to_null_show_at_the_desk_whatever_it_says_of_receipts(
    tmp_path: Path,
) -> None:
    store = headed_store(tmp_path)
    store.journal.commit([record(n) for n in range(5)], {})
    receipted(store, at="2026-09-20T10:00:00Z")
    assert store.journal.verify()[1]
    store.database.rows(
        "UPDATE entries SET payload = NULL, salt = NULL WHERE kind = 'finding.opened'"
    )
    assert not store.journal.verify()[1], "erased a minute after it was written"
    receipted_by_a_thief = b'{"receipt": "{\\"seq\\": 6, \\"at\\": \\"2029-01-01T00:00:00Z\\"}"}'
    store.database.rows("UPDATE receipts SET receipt = ?", (receipted_by_a_thief,))
    word = type(record(0))(kind="journal.erased", at=record(9).at, payload={"last": 6, "count": 5})
    store.journal.commit([word], {})
    assert not store.journal.verify()[1], "a receipt that the endpoint did not sign proves no age"
    store.close()
