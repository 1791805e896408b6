"""A database of a build from before the first release is taken over whole, or left as it is."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect, text

from agentguard.base import translations
from agentguard.base.errors import StoreError
from agentguard.server.admin import doctor
from agentguard.server.admin.accounts import Admin
from agentguard.server.settings import ServerSettings
from agentguard.server.store import schema
from agentguard.server.store.engine import revisions
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.schema.migrations.versions import r0032_responses
from agentguard.server.store.schema.tables import METADATA
from tests.server import recorded
from tests.server.placed import counted, kept, recounted, slowly
from tests.server.test_open_findings import is_right

WORDS = translations.load()
LATER = "0021"
"""A step whose programs alone might write, so that those of before were ended."""
GAINED = {
    "device_seen": (False,),
    "finding": ("",),
    "posture_current": ("",),
    "incident": ("", "", "", "", None, None),
    "user_account": ("", ""),
}
"""What later steps add to the rows of a table of before: empty where nothing was told."""
PLACED = {"held_site", "team_site", "desk_place", "team_count", "open_finding", "finding_count"}
"""Where teams and desks belong and what is open, which is taken over from what is said of them."""
LOOSENED = {("incident", "device")}
"""Columns that may be empty since: an incident may be about no desk."""
BEFORE = tuple(f"{number:04}" for number in range(1, 21))


@pytest.fixture
def empty(request: pytest.FixtureRequest, tmp_path: Path, address: str) -> str:
    if not address:
        return f"sqlite:///{tmp_path / 'old.db'}"
    made: str = request.getfixturevalue("postgresql").empty()
    return made


def walk(address: str, revision: str, way: Any = command.upgrade) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    engine = create_engine(address)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        way(config, revision)
    engine.dispose()


def named(column: tuple[Any, ...]) -> tuple[str, str]:
    """Give the table and the name of a column as a description has it."""
    return column[0], next(one for one in column[1:] if isinstance(one, str))


def responded(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Give what an incident of before gains: its playbook, and its days while it is not closed."""
    category, reported, state = row[2], row[4], row[5]
    playbook, severity, *times = r0032_responses.BEFORE.get(category, r0032_responses.OTHERS)
    source = "guided" if category == "card-data" else "person"
    days = [None if state == "closed" else reported + far for far in times]
    return (playbook, severity, source, "", "", "", False, "", *days, None, "", "", None)


def places_of(address: str) -> int:
    """See that each desk is where it is by what is held of it; give how many there are."""
    engine = create_engine(address)
    with engine.connect() as connection:
        places, wanted = kept(connection), slowly(connection)
        assert counted(connection) == recounted(connection)
        is_right(connection, None)
    engine.dispose()
    assert places == wanted
    return len(places)


def stands_at(address: str, revision: str) -> None:
    """Have the recorded database stand at a revision that it has passed."""
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": revision})
        if revision < "0020":
            connection.execute(text("DROP TABLE schema_least"))
    engine.dispose()


def test_row_125_a_new_database_is_as_the_steps_of_before_made_it(
    empty: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    before = f"sqlite:///{tmp_path / 'before.db'}"
    if not empty.startswith("sqlite"):
        before = request.getfixturevalue("postgresql").empty()
    recorded.lay(before)
    walk(empty, "0021")
    made, wanted = recorded.described(empty), recorded.described(before)
    for kind, rows in wanted.items():
        assert made[kind] == rows, kind
    assert recorded.rows(empty)["alembic_version"] == [("0021",)]
    for address in (empty, before):
        open_database(ServerSettings(data=tmp_path / "data", database=address)).close()
    made, wanted = recorded.described(empty), recorded.described(before)
    assert made == wanted
    assert {row[0] for row in wanted["tables"]} >= set(METADATA.tables)
    assert recorded.rows(empty)["alembic_version"] == [(revisions.newest(),)]
    assert recorded.rows(empty)["schema_least"] == [("0019",)]


def test_row_125_a_database_at_the_last_step_of_before_is_taken_over_as_it_is(
    empty: str, tmp_path: Path
) -> None:
    recorded.lay(empty)
    shape, rows = recorded.described(empty), recorded.rows(empty)
    filled = {name for name, there in rows.items() if len(there) > 1}
    alone = {name for name in rows if not recorded.MONTH.fullmatch(name)} - filled
    assert alone == {"alembic_version", "audit_head", "schema_least"}
    settings = ServerSettings(data=tmp_path / "data", database=empty)
    open_database(settings).close()
    rows["alembic_version"] = [(revisions.newest(),)]
    after, found = recorded.described(empty), recorded.rows(empty)
    gone = {(kind, row) for kind in shape for row in shape[kind] if row not in after[kind]}
    assert {row[0] for kind, row in gone if kind == "tables"} <= set(GAINED), "only wider ones"
    assert {kind for kind, _ in gone} <= {"tables", "columns"}
    assert {named(row) for kind, row in gone if kind == "columns"} <= LOOSENED
    for name, more in GAINED.items():
        rows[name] = [(*row, *more) for row in rows[name]]
    rows["incident"] = [(*row, *responded(row)) for row in rows["incident"]]
    assert {name: found[name] for name in rows} == rows
    later = set(found) - set(rows) - PLACED
    assert not any(found[name] for name in later)
    assert {row[0] for row in found["team_site"]} == {row[0] for row in rows["team_place"]}
    assert places_of(empty)
    with Admin(settings, time.time) as admin:
        admin.add_user("sam", "a long enough one")
        admin.enrol_code("Billing")
        assert admin.users() == 3
    after = recorded.rows(empty)
    lost = {name for name, there in rows.items() if not set(there) <= set(after[name])}
    assert lost <= {"audit_head"}, "the head of the chain goes on, all else stays"


@pytest.mark.parametrize("revision", [BEFORE[0], BEFORE[14], BEFORE[18], BEFORE[19]])
def test_row_125_a_database_within_the_steps_of_before_is_left_as_it_is_with_the_way_on(
    empty: str, tmp_path: Path, revision: str
) -> None:
    recorded.lay(empty)
    stands_at(empty, revision)
    shape, rows = recorded.described(empty), recorded.rows(empty)
    settings = ServerSettings(data=tmp_path / "data", database=empty)
    with pytest.raises(StoreError) as refused:
        open_database(settings)
    assert str(refused.value).startswith(WORDS.say("server.cause.replaced"))
    assert refused.value.advice == WORDS.say("server.cause.replaced-advice")
    found = {one.name: one.what.id for one in doctor.examine(settings, time.time)}
    assert found["schema"] == "server.doctor.schema-replaced"
    assert recorded.described(empty) == shape
    assert recorded.rows(empty) == rows


def test_row_125_each_step_of_before_is_known_for_one() -> None:
    assert [one for one in BEFORE if not revisions.replaced(one)] == []
    assert not any(map(revisions.replaced, ("", "0000", "0021", "9999", "head")))
    assert not any(map(revisions.known, BEFORE))


@pytest.mark.heavy
@pytest.mark.posix
def test_row_125_programs_of_before_are_told_when_a_later_release_ends_their_writing(
    tmp_path: Path, postgresql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they read as the oldest that may write is a step that this release has no more."""
    address = postgresql.empty()
    recorded.lay(address)
    database = open_database(ServerSettings(data=tmp_path, database=address))
    assert database.run(revisions.least) == "0019"
    monkeypatch.setattr(revisions, "_least", lambda _revision: LATER)
    assert database.run(revisions.announce) == "0019"
    assert database.run(revisions.least) == LATER
    monkeypatch.undo()
    database.run(lambda c: revisions.withdraw(c, "0019"))
    assert database.run(revisions.lets_write)
    database.close()


def test_the_way_back_leaves_no_table(empty: str, tmp_path: Path) -> None:
    open_database(ServerSettings(data=tmp_path / "data", database=empty)).close()
    walk(empty, "base", command.downgrade)
    engine = create_engine(empty)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    engine.dispose()
    walk(empty, "head")
    assert "event" in {row[0] for row in recorded.described(empty)["tables"]}


def test_a_look_at_the_revision_leaves_no_statement_behind(empty: str, tmp_path: Path) -> None:
    """What is looked at by each backup, page and metric may not push other statements out."""
    database = open_database(ServerSettings(data=tmp_path, database=empty))

    def look() -> None:
        assert database.run(revisions.found) == revisions.newest()
        assert database.run(revisions.lets_write)
        assert database.run(revisions.least)

    try:
        look()
        before = len(database._engine._compiled_cache)
        for _ in range(5):
            look()
        assert len(database._engine._compiled_cache) == before
    finally:
        database.close()
