"""A filled database of an earlier release is brought up to date, and back, without losing a row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from agentguard.server.settings import ServerSettings
from agentguard.server.store import schema
from agentguard.server.store.engine.open_database import open_database

MONTHS = (1_785_000_000.0, 1_787_500_000.0, 1_790_000_000.0)  # July, August, September 2026
INSERT = text(
    "INSERT INTO event (device, epoch, seq, kind, at, received_at, digest, body) "
    "VALUES ('d', 1, :seq, 'session.locked', :at, :at, :digest, '{}')"
)
KEPT = text(
    "INSERT INTO feed_outbox (id, source, at, kept_at, body) VALUES (:id, :source, 1, 1, '{}')"
)


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


def fill(address: str, months: tuple[float, ...] = MONTHS) -> None:
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO team (id, name) VALUES (1, 'Billing')"))
        connection.execute(
            text(
                "INSERT INTO device (id, team, label, system, public_key, enrolled_at) "
                "VALUES ('d', 1, 'desk', 'Linux', :key, 1)"
            ),
            {"key": b"k" * 32},
        )
        for seq, at in enumerate(months, 1):
            connection.execute(INSERT, {"seq": seq, "at": at, "digest": b"x"})
    engine.dispose()


def events(address: str) -> list[tuple[Any, ...]]:
    engine = create_engine(address)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT seq, received_at FROM event ORDER BY seq"))
        found = [tuple(row) for row in rows]
    engine.dispose()
    return found


def test_events_of_an_earlier_release_are_there_after_the_upgrade_and_after_the_way_back(
    empty: str, tmp_path: Path
) -> None:
    walk(empty, "0003")
    fill(empty)
    wanted = list(enumerate(MONTHS, 1))
    open_database(ServerSettings(data=tmp_path / "data", database=empty)).close()
    assert events(empty) == wanted
    walk(empty, "0003", command.downgrade)
    assert events(empty) == wanted
    walk(empty, "head")
    assert events(empty) == wanted


@pytest.mark.parametrize(("kept", "wanted"), [((), 0), ((2, 3), 3), ((2, 9), 7)])
def test_a_feed_that_stood_behind_all_that_is_kept_hears_what_happens_next(
    empty: str, kept: tuple[int, ...], wanted: int
) -> None:
    walk(empty, "0013")
    engine = create_engine(empty)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO feed_state (feed, sent) VALUES ('webhook:x', 7)"))
        for id_ in kept:
            connection.execute(KEPT, {"id": id_, "source": f"d:{id_}"})
    walk(empty, "head")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT sent FROM feed_state")) == wanted
    engine.dispose()


def test_whom_a_supervisor_s_code_had_seated_is_seated_no_more(empty: str) -> None:
    walk(empty, "0014")
    fill(empty, ())
    engine = create_engine(empty)
    with engine.begin() as connection:
        for user, at in (("by glass", 5.0), ("by a code since", 9.0), ("by a code", 5.0)):
            connection.execute(
                text("INSERT INTO desk_person (\"user\", device, at) VALUES (:user, 'd', :at)"),
                {"user": user, "at": at},
            )
        for user in ("by glass", "by a code since"):
            connection.execute(
                text(
                    "INSERT INTO break_glass (device, hash, reason, made_by, made_at, until, "
                    "used_at, used_by) VALUES ('d', :hash, 'r', 'sue', 1, 9, 5.0, :user)"
                ),
                {"hash": b"h", "user": user},
            )
    walk(empty, "0015")
    with engine.connect() as connection:
        kept = connection.scalars(text('SELECT "user" FROM desk_person ORDER BY "user"'))
        assert list(kept) == ["by a code", "by a code since"]
    engine.dispose()
