"""Who is at which desk is kept alike, whether it is told one by one or many at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.persons import use_spans
from agentguard.server.store.persons.use_spans import DAY, GAP, MOST_A_DAY, Seen
from agentguard.server.store.schema.people_tables import desk_use, person
from tools.bench_server.fleet import put

START = 1_790_000_000.0
SEEN = st.builds(
    lambda desk, who, at, before: (desk, who, START + at, before),
    st.integers(0, 2),
    st.sampled_from(["p-ann", "p-bob", "p-ça'\\{}"]),
    st.sampled_from([0.0, 60.0, GAP - 1, GAP, GAP + 1, 2 * GAP, DAY, DAY + 1, -GAP, -DAY]),
    st.floats(0, GAP),
)


@pytest.fixture
def both(tmp_path: Path, address: str, request: pytest.FixtureRequest) -> Any:
    """Two databases with the same desks: one is told one by one, the other all at once."""
    again = request.getfixturevalue("postgresql").new() if address else ""
    made = []
    for name, where in (("one", address), ("many", again)):
        database = open_database(ServerSettings(data=tmp_path / name, database=where))
        made.append((database, put(database, 3, START, b"s" * 32)))
    yield made
    for database, _ in made:
        database.close()


def told(database: Any, desks: Any, batch: list[Any]) -> list[bool]:
    seen = [
        Seen(device=desks[n].id, person=who, sealed=b"\x00'\\" + who.encode(), since=at - b, at=at)
        for n, who, at, b in batch
    ]
    return list(database.run(lambda c: use_spans.take_all(c, seen)))


def kept(database: Any) -> Any:
    uses = select(desk_use.c.device, desk_use.c.person, desk_use.c.begun_at, desk_use.c.last_at)

    def read(connection: Any) -> Any:
        rows = sorted(tuple(one) for one in connection.execute(uses))
        return rows, sorted(tuple(one) for one in connection.execute(select(person)))

    return database.run(read)


def emptied(database: Any) -> None:
    database.run(lambda c: [c.execute(delete(table)) for table in (desk_use, person)])


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(st.lists(SEEN, max_size=6), max_size=4))
def test_many_at_once_are_kept_as_they_are_one_by_one(both: Any, batches: list[Any]) -> None:
    (one, desks), (many, same) = both
    emptied(one)
    emptied(many)
    for batch in batches:
        alone = sorted(batch, key=lambda seen: seen[2])
        each = [told(one, desks, [seen])[0] for seen in alone]
        assert told(many, same, alone) == each
        assert kept(many) == kept(one)


def test_a_desk_that_names_too_many_people_at_once_is_believed_up_to_a_bound(both: Any) -> None:
    _, (many, desks) = both
    batch = [(0, f"p-{n}", START + n, 0.0) for n in range(MOST_A_DAY + 5)]
    assert told(many, desks, batch) == [True] * MOST_A_DAY + [False] * 5
    assert told(many, desks, [(0, "p-next", START + DAY - 1, 0.0)]) == [False]
    assert told(many, desks, [(0, "p-next", START + DAY + 100, 0.0)]) == [True]
