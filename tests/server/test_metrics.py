"""Figures for a monitor, and whether this process can take reports."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from agentguard.cli import main
from agentguard.server.feeds import feed_settings, metrics
from agentguard.server.http_messages import Refused
from agentguard.server.ingest.readiness import Readiness
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.records import audit
from agentguard.server.store.schema.feed_tables import feed_state
from agentguard.server.store.schema.history_tables import job
from agentguard.server.tamper import items, kinds
from tests.server.migrated import migrated


@pytest.fixture
def http(running: Any, connect: Any) -> Iterator[httpx.Client]:
    with connect(running) as one:
        yield one


@pytest.fixture
def token(running: Any, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["server", "metrics-token", "--data", str(running.settings.data)]) == 0
    assert metrics.FILE in capsys.readouterr().out
    return (running.settings.data / metrics.FILE).read_text().strip()


def figures(http: httpx.Client, token: str) -> dict[str, float]:
    answer = http.get(metrics.PATH, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    return {
        sample.name + "".join(f" {k}={v}" for k, v in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_without_a_token_that_was_made_there_are_no_figures(http: httpx.Client) -> None:
    assert http.get(metrics.PATH).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer x", "Basic abc", "Bearer é"])
def test_another_token_is_refused(http: httpx.Client, token: str, given: str) -> None:
    answer = http.get(metrics.PATH, headers={"authorization": given.encode()})
    assert (answer.status_code, answer.json()["kind"]) == (401, "token")
    assert token not in answer.text


def test_the_figures_are_those_of_the_endpoint(
    running: Any, http: httpx.Client, token: str, desk: Any
) -> None:
    desk.send()
    desk.post("/v1/reports", b"{")

    def add(connection: Any) -> None:
        items.raise_(connection, desk.id, kinds.CLONE, running.time.at)
        for feed in ("webhook:x", "webhook:taken-out"):
            connection.execute(feed_state.insert().values(feed=feed, sent=0, dropped=3))

    (running.settings.data / feed_settings.FILE).write_text(
        '[[webhook]]\nname = "x"\nurl = "https://x.example"\nsecret_file = "/none"\n'
    )
    running.admin._database.run(add)
    found = figures(http, token)
    assert found["agentguard_requests_total path=/v1/reports status=200"] == 1
    assert found["agentguard_requests_total path=/v1/reports status=400"] == 1
    assert found["agentguard_devices state=active"] == 1
    assert found["agentguard_tamper_open kind=clone"] == 1
    assert found["agentguard_feed_dropped feed=webhook:x"] == 3
    assert found["agentguard_feed_behind feed=webhook:x"] >= 1
    assert not [name for name in found if "taken-out" in name], "it hears nothing any more"
    assert found["agentguard_writes_waiting"] == 0
    assert found["agentguard_request_seconds_count path=/v1/reports"] == 2


def test_ages_are_told_by_the_endpoints_clock_and_only_of_what_there_was(
    running: Any, http: httpx.Client, token: str, desk: Any
) -> None:
    before = figures(http, token)
    assert "agentguard_backup_age_seconds" not in before
    assert before["agentguard_disk_free_bytes"] > 0
    assert [name for name in before if name.startswith("agentguard_build ")] != []
    desk.send()
    for days in (3, 2):
        at = running.time.at - days * 86400
        running.admin._database.run(
            lambda c, at=at: audit.note(c, at, "administrator", "backup.made")
        )
        assert figures(http, token)["agentguard_backup_age_seconds"] == days * 86400
    running.time.at += 60
    found = figures(http, token)
    assert found["agentguard_newest_report_seconds"] == 60
    assert found["agentguard_backup_age_seconds"] == 2 * 86400 + 60


def test_a_feeds_file_that_cannot_be_read_takes_no_figure_away(
    running: Any, http: httpx.Client, token: str
) -> None:
    add = feed_state.insert().values(feed="webhook:x", sent=0, dropped=3)
    running.admin._database.run(lambda c: c.execute(add))
    (running.settings.data / feed_settings.FILE).write_text("no toml")
    assert figures(http, token)["agentguard_feed_dropped feed=webhook:x"] == 3


def test_no_figure_names_a_desk_or_an_address_that_somebody_made_up(
    http: httpx.Client, token: str, desk: Any
) -> None:
    desk.send()
    for number in range(30):
        http.get(f"/v1/made-up-{number}")
    answer = http.get(metrics.PATH, headers={"authorization": f"Bearer {token}"}).text
    assert desk.id not in answer
    assert "desk-1" not in answer
    assert "made-up" not in answer
    paths = set(re.findall(r'path="([^"]*)"', answer))
    assert paths <= {"/v1", "/v1/reports", "/v1/enroll", "/metrics"}


def test_a_new_token_ends_the_one_before(
    running: Any, http: httpx.Client, token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["server", "metrics-token", "--data", str(running.settings.data)]) == 0
    capsys.readouterr()
    answer = http.get(metrics.PATH, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_a_serving_endpoint_is_alive_and_ready(http: httpx.Client) -> None:
    assert http.get("/healthz").status_code == 200
    assert http.get("/readyz").status_code == 200


def _ready(tmp_path: Any, *, ran: float, now: float, jobs: bool = True) -> int:
    settings = ServerSettings(data=tmp_path, limits=Limits(), jobs=jobs)
    database = open_database(migrated(settings))
    database.run(lambda c: c.execute(job.insert().values(name="tamper", ran_at=ran)))

    async def ask() -> int:
        database.start()
        try:
            return (await Readiness(database, settings, lambda: now).answer(_NOTHING)).status
        except Refused as refused:
            return refused.status
        finally:
            await database.stop()

    try:
        return asyncio.run(ask())
    finally:
        database.close()


_NOTHING: Any = None


def test_readiness_is_about_the_jobs_where_this_process_does_them(tmp_path: Any) -> None:
    for number, (now, jobs, wanted) in enumerate(
        [(1000.0, True, 200), (2000.0, True, 503), (2000.0, False, 200)]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert _ready(folder, ran=900.0, now=now, jobs=jobs) == wanted
