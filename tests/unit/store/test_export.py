from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentguard.base.errors import JournalBroken, StoreError
from agentguard.model.moments import Moment
from agentguard.model.records import Record
from agentguard.store.agent_store import open_store
from agentguard.store.export import export
from agentguard.trust.chain.verify import verify_file
from tests.unit.store.second_verifier import whole

ENTRIES = 300
MID = Moment(boot=5.0, wall=6.0)


def record(number: int) -> Record:
    at = Moment(boot=number / 8, wall=1_790_000_000.0 + number)
    return Record(kind="finding.opened", at=at, payload={"check": "pii-files", "n": number})


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("journal")
    store = open_store(folder)
    store.journal.commit([record(n) for n in range(149)], {})
    store.journal.begin_epoch("conflict", MID, above=3)
    store.journal.commit([record(n) for n in range(150, ENTRIES)], {})
    store.journal.erase([10, 11])
    assert export(store.journal, folder / "out.jsonl", store.outbox) == ENTRIES
    store.close()
    return (folder / "out.jsonl").read_bytes()


def broken_at(raw: bytes, folder: Path) -> int | None:
    """Give where both verifiers find it broken, None when both find it whole."""
    file = folder / "changed.jsonl"
    file.write_bytes(raw)
    try:
        verify_file(file)
    except JournalBroken as broken:
        assert not whole(raw), "the second verifier must see it too"
        return broken.index
    assert whole(raw)
    return None


def lines(raw: bytes) -> list[bytes]:
    return raw.splitlines(keepends=True)


def test_a_whole_journal_is_whole_for_both_verifiers(exported: bytes, tmp_path: Path) -> None:
    assert broken_at(exported, tmp_path) is None
    found = verify_file(tmp_path / "changed.jsonl")
    assert (found.entries, found.epochs, found.erased) == (ENTRIES, 2, 2)
    assert found.head == json.loads(lines(exported)[-2])["hash"]


@settings(deadline=None, max_examples=100)
@given(data=st.data())
def test_swaps_cuts_duplicates_and_insertions_are_found(
    exported: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    all_lines = lines(exported)
    place = data.draw(st.integers(0, len(all_lines) - 1))
    other = data.draw(st.integers(0, len(all_lines) - 1).filter(lambda n: n != place))
    changed = list(all_lines)
    match data.draw(st.sampled_from(["swap", "cut", "duplicate", "move", "end", "front"])):
        case "swap":
            changed[place], changed[other] = changed[other], changed[place]
        case "cut":
            del changed[place]
        case "duplicate":
            changed.insert(other, changed[place])
        case "move":
            changed.insert(other, changed.pop(place))
        case "end":
            changed = changed[:place]
        case "front":
            changed = changed[place + 1 :]
    raw = b"".join(changed)
    index = broken_at(raw, tmp_path_factory.mktemp("swap"))
    assert index is not None
    assert 0 <= index <= ENTRIES


@pytest.mark.parametrize("bad", [0, 1, 148, 149, 150, 298])
def test_the_first_bad_entry_is_named(bad: int, exported: bytes, tmp_path: Path) -> None:
    changed = lines(exported)
    value = json.loads(changed[bad + 1])
    value["wall"] += 1.0
    changed[bad + 1] = json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    assert broken_at(b"".join(changed), tmp_path) == bad


@pytest.mark.parametrize(
    "raw",
    [b"", b"\n", b"{}\n", b"[]\n", b"null\n", b"\xff\xfe\n", b"[" * 100_000 + b"\n",
     b"9" * 5000 + b"\n",
     b'{"closing":0}\n', b'{"epochs":[{}],"format":"agentguard-journal/2"}\n',
     b'{"epochs":[],"format":"agentguard-journal/3"}\n'],
)  # fmt: skip
def test_what_is_no_journal_is_broken_at_its_start(raw: bytes, tmp_path: Path) -> None:
    assert broken_at(raw, tmp_path) == 0


def test_numbers_that_json_does_not_know_are_broken(exported: bytes, tmp_path: Path) -> None:
    for bad in (b"NaN", b"Infinity", b"1e999", b"true", b"1" * 400):
        for place in (b'"n":0', b'"seq":1', b'"boot":0.0'):
            changed = exported.replace(
                place + b",", place.partition(b":")[0] + b":" + bad + b",", 1
            )
            changed = changed.replace(place + b"}", place.partition(b":")[0] + b":" + bad + b"}", 1)
            assert broken_at(changed, tmp_path) is not None


def test_a_missing_file_is_another_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="could not be read") as error:
        verify_file(tmp_path / "none")
    assert not isinstance(error.value, JournalBroken)


def test_an_export_never_overwrites(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    (tmp_path / "mine.txt").write_text("dear")
    with pytest.raises(StoreError, match="is there already"):
        export(store.journal, tmp_path / "mine.txt")
    assert (tmp_path / "mine.txt").read_text() == "dear"
    with pytest.raises(StoreError, match="could not be written"):
        export(store.journal, tmp_path / "no" / "folder.jsonl")
    store.close()
