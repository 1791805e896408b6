"""Seals: the newest entries stand fast before the endpoint has seen them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentguard.base.errors import JournalBroken
from agentguard.model.messages import Message
from agentguard.store.agent_store import open_store
from agentguard.store.commit_seals import FILE, Sealer
from agentguard.trust.chain.auditor_demands import Demands
from agentguard.trust.chain.verify import Verified, verify_file
from tests.unit.store.exported import (
    DEVICE_KEY,
    ENDPOINT,
    ORIGIN,
    exported,
    looked_at,
    receipted,
    record,
    sealed_store,
)
from tests.unit.store.second_verifier import whole


def verified(folder: Path) -> Verified:
    store = sealed_store(folder)
    file = folder / "out.jsonl"
    file.unlink(missing_ok=True)
    raw = exported(store, file).raw
    store.close()
    found = looked_at(file)
    assert whole(raw), "both must agree"
    return found


def ids(review: tuple[Message, ...]) -> list[str]:
    return [note.id for note in review]


def test_everything_is_sealed_and_the_first_key_stands_in_the_chain(tmp_path: Path) -> None:
    store = sealed_store(tmp_path)
    store.journal.commit([record(1)], {})
    store.journal.commit([record(2)], {})
    kinds = [e.record.kind for e in store.journal.read(0, 9)]
    assert kinds == ["finding.opened", "journal.key", "finding.opened"]
    store.close()
    found = verified(tmp_path)
    assert (found.sealed, found.last, found.receipted) == (3, 3, 0)
    assert found.review == ()


def test_the_key_that_sealed_is_gone(tmp_path: Path) -> None:
    store = sealed_store(tmp_path)
    store.journal.commit([record(0)], {})
    seeds = set()
    for number in range(5):
        seeds.add((tmp_path / FILE).read_bytes())
        store.journal.commit([record(number)], {})
    store.close()
    assert len(seeds) == 5
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not [seed for seed in seeds if seed in kept]


def test_row_275_two_hands_on_one_key_take_turns_and_each_finds_where_it_is(tmp_path: Path) -> None:
    """A key that is kept ready is looked after: another process may have gone on with it."""
    stores = [sealed_store(tmp_path) for _ in range(2)]
    for number in range(12):
        stores[number % 3 % 2].journal.commit([record(number)], {})
    for one in stores:
        one.close()
    found = verified(tmp_path)
    assert found.sealed == found.last
    assert found.review == ()


def test_the_seals_go_on_after_a_restart_and_after_receipts(tmp_path: Path) -> None:
    for start in range(3):
        store = sealed_store(tmp_path)
        store.journal.commit([record(start)], {})
        receipted(store)
        store.journal.commit([record(start)], {})
        store.journal.commit([record(start)], {})
        assert len(store.journal.seals()) == 3, "what was confirmed needs no seal"
        store.close()
    found = verified(tmp_path)
    assert (found.receipted, found.sealed, found.last) == (8, 10, 10)
    assert found.review == ()


def test_killed_before_the_key_was_replaced_the_next_seal_still_fits(tmp_path: Path) -> None:
    store = sealed_store(tmp_path)
    store.journal.commit([record(1)], {})
    old = (tmp_path / FILE).read_bytes()
    store.journal.commit([record(2)], {})
    store.journal.commit([record(3)], {})
    store.close()
    (tmp_path / FILE).write_bytes(old)  # as when the power went before the file was written
    store = sealed_store(tmp_path)
    store.journal.commit([record(4)], {})
    store.close()
    assert verified(tmp_path).review == ()


@pytest.mark.parametrize("content", [None, b"", b"x" * 32], ids=["removed", "emptied", "other"])
def test_a_lost_key_is_made_anew_and_that_is_told(content: bytes | None, tmp_path: Path) -> None:
    store = sealed_store(tmp_path)
    store.journal.commit([record(1)], {})
    store.close()
    (tmp_path / FILE).unlink()
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    store = sealed_store(tmp_path)
    store.journal.commit([record(2)], {})
    store.journal.commit([record(3)], {})
    store.close()
    found = verified(tmp_path)
    assert ids(found.review) == ["journal-review.key"]
    assert found.sealed == found.last


def test_the_device_signs_at_once_and_then_every_256_entries_or_5_minutes(tmp_path: Path) -> None:
    store = sealed_store(tmp_path)
    for boot in (0, 8, 2392, 2400, 2408):  # at 8 entries a second
        store.journal.commit([record(boot)], {})
    assert [bool(seal.device) for seal in store.journal.seals()] == [
        True,
        False,
        False,
        True,
        False,
    ]
    store.journal.commit([record(2409)] * 256, {})
    assert store.journal.seals()[-1].device
    store.close()
    assert verified(tmp_path).review == ()


def test_without_the_devices_key_it_is_sealed_all_the_same(tmp_path: Path) -> None:
    store = open_store(tmp_path, sealer=Sealer(tmp_path))
    store.journal.commit([record(1)], {})
    assert [seal.device for seal in store.journal.seals()] == [b""]
    store.close()
    assert verified(tmp_path).review == ()


def test_several_processes_seal_one_chain(tmp_path: Path) -> None:
    stores = [sealed_store(tmp_path) for _ in range(3)]
    for number in range(12):
        stores[number % 3].journal.commit([record(number)], {})
    for store in stores:
        store.close()
    found = verified(tmp_path)
    assert (found.sealed, found.review) == (13, ())


def test_what_a_program_wrote_without_a_seal_is_told_until_the_next_seal(tmp_path: Path) -> None:
    store = sealed_store(tmp_path)
    store.journal.commit([record(1)], {})
    store.close()
    store = open_store(tmp_path)
    store.journal.commit([record(2)], {})
    store.close()
    assert ids(verified(tmp_path).review) == ["journal-review.unsealed"]
    store = sealed_store(tmp_path)
    store.journal.commit([record(3)], {})
    store.close()
    assert verified(tmp_path).review == ()


def attacked(folder: Path, change: str) -> str:
    """Rewrite an unconfirmed entry as one who holds every key of today could; give the verdict."""
    store = sealed_store(folder)
    store.journal.commit([record(1)], {})
    receipted(store)
    for number in range(3):
        store.journal.commit([record(number)], {})
    database = store.database
    database.rows("DELETE FROM entries WHERE seq > 3")
    if change == "strip":
        database.rows("DELETE FROM seals")
    elif change == "anew":
        database.rows("DELETE FROM seals")
        (folder / FILE).unlink()
    else:
        database.rows("DELETE FROM seals WHERE seq > 3")
    store.close()
    store = open_store(folder) if change == "strip" else sealed_store(folder)
    store.journal.commit([record(666)], {})
    exported(store, folder / "out.jsonl")
    store.close()
    try:
        found = looked_at(folder / "out.jsonl")
    except JournalBroken as broken:
        return broken.title
    return " ".join(ids(found.review))


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ("keep", "journal-review.key"),
        ("strip", "journal-review.unsealed"),
        ("anew", "Line 3 is no seal that follows the one before it."),
    ],
)
def test_an_unconfirmed_entry_cannot_be_written_anew_unseen(
    change: str, verdict: str, tmp_path: Path
) -> None:
    assert attacked(tmp_path, change) == verdict


class TestReceipts:
    @pytest.fixture
    def lines(self, tmp_path: Path) -> list[bytes]:
        store = sealed_store(tmp_path)
        store.journal.commit([record(n) for n in range(4)], {})
        receipted(store)
        written = exported(store, tmp_path / "a.jsonl")
        store.close()
        return written.lines

    def verdict(self, folder: Path, key: str = ORIGIN.receipt_key) -> str:
        try:
            review = verify_file(folder / "a.jsonl", Demands(key=key)).review
            return " ".join(id_ for id_ in ids(review) if id_ != "journal-review.old-format")
        except JournalBroken as broken:
            return broken.title

    def test_another_endpoints_key_is_refused(self, lines: list[bytes], tmp_path: Path) -> None:
        assert self.verdict(tmp_path) == ""
        assert "another key" in self.verdict(tmp_path, ORIGIN.device_key)

    @pytest.mark.parametrize("forger", ["another key", "another device"])
    def test_a_receipt_of_another_is_none(self, forger: str, tmp_path: Path) -> None:
        store = sealed_store(tmp_path)
        store.journal.commit([record(1)], {})
        key = DEVICE_KEY if forger == "another key" else ENDPOINT
        receipted(store, key, "dev-2" if forger == "another device" else "dev-1")
        raw = exported(store, tmp_path / "a.jsonl").raw
        store.close()
        assert self.verdict(tmp_path) == "Line 2 is no receipt of the endpoint for this computer."
        assert not whole(raw)

    def test_a_receipt_for_what_is_not_there_is_told(self, tmp_path: Path) -> None:
        store = sealed_store(tmp_path)
        store.journal.commit([record(n) for n in range(4)], {})
        receipted(store)
        store.journal.commit([record(4)], {})
        receipted(store)
        store.database.rows("DELETE FROM entries WHERE seq > 5")
        exported(store, tmp_path / "a.jsonl")
        store.close()
        assert "journal-review.receipts" in self.verdict(tmp_path)

    def test_a_whole_journal_written_anew_is_not_the_one_that_was_confirmed(
        self, lines: list[bytes], tmp_path: Path
    ) -> None:
        """Everything is computed again as it must be, but the receipt stays the endpoint's."""
        other = tmp_path / "other"
        other.mkdir()
        store = open_store(other)
        store.journal.commit([record(n + 100) for n in range(5)], {})
        store.outbox.advance(5, lines[1].strip())
        exported(store, tmp_path / "b.jsonl")
        store.close()
        with pytest.raises(JournalBroken, match="not the one that the endpoint confirmed") as error:
            verify_file(tmp_path / "b.jsonl")
        assert error.value.index == 4

    def test_damaged_receipts_are_left_out(self, tmp_path: Path) -> None:
        store = open_store(tmp_path)
        store.journal.commit([record(n) for n in range(3)], {})
        for seq, kept in enumerate((b"\xff", b"[]", json.dumps({"receipt": 1}).encode()), 1):
            store.outbox.advance(seq, kept)
        exported(store, tmp_path / "a.jsonl")
        store.close()
        assert verify_file(tmp_path / "a.jsonl").receipted == 0
