"""The endpoint's clock alone empties no journal: what is erased was lived through here as well."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agentguard.model import lived_time
from agentguard.model.lived_time import KEY
from agentguard.model.records import Record
from agentguard.platforms.simulated import START_WALL, FakeClock
from agentguard.store.agent_store import Store, open_store

DAY = 86_400.0
YEAR = 365 * DAY


def receipt(seq: int, at: float) -> bytes:
    text = json.dumps({"at": datetime.fromtimestamp(at, UTC).isoformat(), "seq": seq})
    return json.dumps({"receipt": text, "signature": ""}).encode()


def write(store: Store, clock: FakeClock, count: int) -> None:
    for number in range(count):
        said = Record(kind="test.said", at=clock.now(), payload={"number": number})
        store.journal.commit((said,), {})


def erased(store: Store) -> int:
    return sum(row.payload is None for row in store.journal.walk())


@pytest.mark.parametrize("years", [1.2, 2, 10])
def test_row_83_an_endpoint_that_leaps_erases_nothing_that_is_young(
    tmp_path: Path, years: float
) -> None:
    clock = FakeClock()
    store = open_store(tmp_path)
    write(store, clock, 9)
    known = lived_time.begun("one", clock.now(), START_WALL - 9 * DAY)
    clock.advance(DAY)
    known = lived_time.seen(known, "one", clock.now())
    store.journal.commit((), {KEY: lived_time.written(known)})
    store.outbox.advance(2, receipt(2, START_WALL))
    store.outbox.advance(3, receipt(3, START_WALL + years * YEAR))
    assert erased(store) == 0
    clock.advance(399 * DAY)
    known = lived_time.seen(known, "one", clock.now())
    store.journal.commit((), {KEY: lived_time.written(known)})
    store.outbox.advance(4, receipt(4, clock.now().wall))
    assert erased(store) == 0, "three minutes are missing"
    clock.advance(DAY)
    known = lived_time.seen(known, "one", clock.now())
    store.journal.commit((), {KEY: lived_time.written(known)})
    store.outbox.advance(9, receipt(9, clock.now().wall + DAY))
    assert erased(store) > 0, "what was lived through goes"
    assert store.journal.verify()[1]
    store.close()
