"""What an operator lists at the endpoint's machine is what the endpoint holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agentguard.cli import main
from agentguard.server.feeds import feed_settings
from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.schema.feed_tables import feed_outbox, feed_state
from tests.server.migrated import migrated

ACTS = ("status", "users", "desks", "feeds")


@pytest.fixture
def listed(
    running: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Type an act; give what it prints, from JSON."""
    if running.settings.database:
        monkeypatch.setenv("AGENTGUARD_DATABASE", running.settings.database)

    def list_(act: str, *more: str) -> Any:
        capsys.readouterr()
        assert main(["server", act, "--data", str(running.settings.data), *more]) == 0
        out = capsys.readouterr().out
        if act == "logs":
            return out.splitlines()
        return json.loads(out) if "--json" in more else out

    return list_


def test_computers_are_listed_by_team_with_how_they_stand(listed: Any, desk: Any) -> None:
    desk.send()
    (row,) = listed("desks", "--json")
    assert (row["id"], row["status"], row["keeper"]) == (desk.id, "active", False)
    assert row["seen"].endswith("+00:00")
    assert listed("desks", "--team", "nobody", "--json") == []
    shown = listed("desks")
    assert shown.splitlines()[0].startswith("Computer")
    assert row["label"] in shown
    assert desk.id in shown


def test_users_are_listed_with_role_and_teams_and_no_secret(running: Any, listed: Any) -> None:
    running.admin.add_user("cara", "four words of mine", "supervisor", ["Claims", "Billing"])
    found = {one["name"]: one for one in listed("users", "--json")}
    assert found["cara"]["role"] == "supervisor"
    assert found["cara"]["teams"] == ["Billing", "Claims"]
    assert found["cara"]["disabled"] is False
    assert "argon2" not in str(listed("users", "--json"))
    assert "Billing, Claims" in listed("users")


def test_feeds_are_listed_with_what_waits_and_what_is_wrong(running: Any, listed: Any) -> None:
    assert listed("feeds").startswith("No feed is set")
    (running.settings.data / feed_settings.FILE).write_text(
        '[[webhook]]\nname = "x"\nurl = "https://x.example"\nsecret_file = "/none"\n'
    )

    def add(connection: Any) -> None:
        for source in "abc":
            row = {"source": source, "at": 1.0, "kept_at": 1.0, "body": "{}"}
            connection.execute(feed_outbox.insert().values(**row))
        first = min(connection.scalars(feed_outbox.select().with_only_columns(feed_outbox.c.id)))
        state = {"feed": "webhook:x", "sent": first, "dropped": 4, "problem": "http 500"}
        connection.execute(feed_state.insert().values(**state, failing_since=1.0))

    running.admin._database.run(add)
    (row,) = listed("feeds", "--json")
    assert (row["feed"], row["waiting"], row["dropped"]) == ("webhook:x", 2, 4)
    assert row["failing_since"] == "1970-01-01T00:00:01+00:00"
    assert listed("status", "--json")["feeds_waiting"] == {"webhook:x": 2}


def test_the_figures_are_of_now(running: Any, listed: Any, desk: Any) -> None:
    before = listed("status", "--json")
    assert (before["desks"], before["backup"]) == ({"active": 1}, None)
    desk.send()
    told = listed("status", "--json")
    assert told["newest_report"] is not None
    assert told["database"] == ("postgresql" if running.settings.database else "sqlite")
    assert "Last backup" in listed("status")


@pytest.mark.parametrize("act", ACTS)
def test_without_a_database_none_is_made_and_that_is_said(
    act: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["server", act, "--data", str(tmp_path)]) == 3
    said = capsys.readouterr()
    assert f"There is no database in {tmp_path}" in said.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("DELETE FROM alembic_version", "Start the endpoint once"),
        ("UPDATE schema_least SET revision = 'r9999'", "Install the newer version"),
    ],
)
def test_another_schema_is_told_and_left_as_it_is(
    act: str, change: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = open_database(migrated(ServerSettings(data=tmp_path)))
    database.run(lambda c: c.exec_driver_sql(change))
    database.close()
    assert main(["server", act, "--data", str(tmp_path)]) == 3
    assert says in capsys.readouterr().err


def test_the_endpoints_log_is_printed_in_both_forms(running: Any, listed: Any) -> None:
    (running.settings.data / "agentguard.log").write_text(
        "2026-11-30T08:00:00.001Z INFO MainThread agentguard.server.run: begun\n"
        '{"time": "t", "level": "error", "logger": "agentguard.x", "message": "no"}\n'
    )
    assert [json.loads(one)["message"] for one in listed("logs", "--json")] == ["begun", "no"]
