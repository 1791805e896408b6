"""Too much for too long: the least important is let go first, and the journal says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentguard.base.errors import JournalBroken, StoreError
from agentguard.platforms.simulated import FakeClock
from agentguard.store.agent_store import Store, open_store
from agentguard.store.ballast import FILE, PAUSE, ROOM, SIZE, Ballast, Spare
from agentguard.store.outbox_lanes import Bounds, lane
from agentguard.trust.chain.verify import Verified, verify_file
from tests.unit.store.exported import exported, looked_at, receipted, record
from tests.unit.store.second_verifier import whole

TELEMETRY, STATE, FINDING, CRITICAL = (
    "clipboard.masked", "session.locked", "finding.opened", "incident.reported",
)  # fmt: skip
SMALL = Bounds(entries=200)


def small(folder: Path, bounds: Bounds = SMALL) -> Store:
    return open_store(folder, FakeClock(), bounds=bounds)


def write(store: Store, kind: str, count: int) -> None:
    for number in range(count):
        store.journal.commit([record(number, kind)], {})


def kinds(store: Store) -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in store.journal.read(0, 100_000):
        found[entry.record.kind] = found.get(entry.record.kind, 0) + 1
    return found


def verified(store: Store, folder: Path) -> Verified:
    file = folder / "out.jsonl"
    file.unlink(missing_ok=True)
    raw = exported(store, file).raw
    found = looked_at(file)
    assert whole(raw)
    return found


def test_the_lanes_are_as_they_are_called() -> None:
    assert [lane(k) for k in (TELEMETRY, STATE, FINDING, CRITICAL)] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("control.failed", 3),
        ("events.lost", 3),
        ("keeper.agent-missing", 3),
        ("break-glass.shown", 3),
        ("file.changed", 2),
        ("gate.missing", 2),
        ("control.tested", 1),
        ("clipboard.masked", 0),
    ],
)
def test_what_is_a_sign_of_tampering_goes_last(kind: str, expected: int) -> None:
    """Whoever floods the journal of a desk that is offline must not wash the signs away."""
    assert lane(kind) == expected


def test_what_matters_least_goes_first_and_what_matters_most_stays(tmp_path: Path) -> None:
    bounds = Bounds(entries=250)
    store = small(tmp_path, bounds)
    for _ in range(10):
        for kind in (CRITICAL, FINDING, STATE, TELEMETRY):
            write(store, kind, 10)
    left = kinds(store)
    assert (left[CRITICAL], left[FINDING]) == (100, 100)
    assert left.get(STATE, 0) < 100
    assert left.get(TELEMETRY, 0) < 20
    assert store.outbox.waiting() < bounds.entries + 64
    assert store.journal.verify()[1]
    found = verified(store, tmp_path)
    assert [n.id for n in found.review] == ["journal-review.gaps"]
    assert dict(found.review[0].params)["count"] == 400 - sum(
        n for k, n in left.items() if not k.startswith("journal.")
    )
    store.close()
    again = small(tmp_path, bounds)
    assert again.journal.verify()[1]
    again.close()


def test_bytes_are_bounded_as_well(tmp_path: Path) -> None:
    store = small(tmp_path, Bounds(size=100_000))
    for number in range(300):
        one = record(number, TELEMETRY)
        payload = {**one.payload, "filler": "x" * 1000}
        store.journal.commit([type(one)(kind=one.kind, at=one.at, payload=payload)], {})
    assert store.outbox.waiting() < 180
    assert verified(store, tmp_path).entries < 180
    store.close()


def test_what_the_endpoint_has_confirmed_is_not_counted_and_not_let_go(tmp_path: Path) -> None:
    store = small(tmp_path)
    write(store, TELEMETRY, 190)
    receipted(store)
    write(store, TELEMETRY, 190)
    assert kinds(store) == {TELEMETRY: 380}
    write(store, TELEMETRY, 190)
    assert [e.seq for e in store.journal.read(0, 190)] == list(range(1, 191))
    assert store.journal.gaps()
    store.close()


def test_a_large_commit_makes_room_for_itself(tmp_path: Path) -> None:
    store = small(tmp_path)
    for _ in range(5):
        store.journal.commit([record(n, TELEMETRY) for n in range(300)], {})
    assert store.outbox.waiting() < 700
    assert verified(store, tmp_path)
    store.close()


def test_a_refused_commit_lets_nothing_go_and_the_next_one_does(tmp_path: Path) -> None:
    store = small(tmp_path)
    bad = record(0)
    broken = type(bad)(kind=bad.kind, at=bad.at, payload={"n": float("nan")})
    for _ in range(20):
        before = store.journal.head(), store.journal.gaps(), store.outbox.waiting()
        with pytest.raises(StoreError):
            store.journal.commit([*[record(n, TELEMETRY) for n in range(64)], broken], {})
        assert (store.journal.head(), store.journal.gaps(), store.outbox.waiting()) == before
        store.journal.commit([record(n, TELEMETRY) for n in range(30)], {})
    assert store.outbox.waiting() < SMALL.entries + 64
    assert verified(store, tmp_path)
    store.close()


def test_a_gap_that_nothing_announces_is_a_removal(tmp_path: Path) -> None:
    store = small(tmp_path)
    write(store, TELEMETRY, 300)
    gaps = store.journal.gaps()
    assert len(gaps) == 1
    ((first, gap),) = gaps.items()
    store.database.rows("DELETE FROM entries WHERE seq = ?", (gap.last + 1,))
    follower = store.journal.rows(gap.last, 1)[0]
    store.database.rows(
        "UPDATE gaps SET last = ?, hash = ? WHERE first = ?",
        (gap.last + 1, follower.previous, first),
    )
    raw = exported(store, tmp_path / "out.jsonl").raw
    with pytest.raises(JournalBroken, match="no later entry says"):
        verify_file(tmp_path / "out.jsonl")
    assert not whole(raw)
    store.close()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(
        st.sampled_from([TELEMETRY, STATE, FINDING, CRITICAL, "receipt", "epoch", "restart"]),
        min_size=5,
        max_size=30,
    )
)
def test_whatever_happens_the_chain_holds_and_says_what_is_missing(
    steps: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("lanes")
    bounds = Bounds(entries=70)
    store = small(folder, bounds)
    for step in steps:
        if step == "receipt":
            receipted(store) if store.outbox.waiting() else None
        elif step == "epoch":
            store.journal.begin_epoch("conflict", FakeClock().now())
        elif step == "restart":
            store.close()
            store = small(folder, bounds)
        else:
            store.journal.commit([record(n, step) for n in range(25)], {})
    assert store.journal.verify()[1]
    found = verified(store, folder)
    missing = sum(g.last - g.first + 1 for g in store.journal.gaps().values())
    assert found.entries + missing == store.journal.head()[1]
    store.close()


class TestBallast:
    def test_it_takes_its_room_and_is_laid_once(self, tmp_path: Path) -> None:
        assert Ballast(tmp_path).lay()
        before = (tmp_path / FILE).stat()
        assert Ballast(tmp_path).lay()
        assert (tmp_path / FILE).stat() == before
        assert before.st_size == SIZE

    def test_it_is_given_up_once_and_laid_again_after_a_while(self, tmp_path: Path) -> None:
        spare = Spare(Ballast(tmp_path))
        assert not spare.lay_again(10.0), "it lies there"
        assert spare.give(10.0)
        assert not (tmp_path / FILE).exists()
        assert not spare.give(10.0)
        assert not spare.lay_again(10.0 + PAUSE - 1)
        assert spare.lay_again(10.0 + PAUSE)
        assert (tmp_path / FILE).exists()

    def test_a_folder_that_cannot_be_written_is_no_trouble(self, tmp_path: Path) -> None:
        spare = Spare(Ballast(tmp_path / "none"))
        assert not spare.give(1.0)
        assert not spare.lay_again(1.0 + PAUSE)

    def test_it_never_fills_a_disk(self) -> None:
        assert ROOM > 2 * SIZE
