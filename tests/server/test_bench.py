"""Desks that come back all at once lose nothing, and the endpoint tells them when to come."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agentguard.base.errors import CannotError
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.engine.open_database import open_database
from agentguard.uplink import problems
from tools.bench_server import fleet, stages
from tools.bench_server.__main__ import main, told
from tools.bench_server.apart import Endpoint
from tools.bench_server.driver import Answer, pause
from tools.bench_server.stages import Bench, Outcome


def start(name: str, run: Any) -> None:
    threading.Thread(target=run, name=name, daemon=True).start()


def bench(settings: ServerSettings, count: int) -> Outcome:
    return Bench(settings, time.time, time.monotonic, start).run(count)


@pytest.mark.heavy
def test_a_small_fleet_goes_through_every_stage(tmp_path: Path, address: str) -> None:
    settings = ServerSettings(data=tmp_path, database=address)
    told: list[str] = []
    made = Bench(
        settings, time.time, time.monotonic, start, tell=lambda stage: told.append(stage.name)
    ).run(30)
    assert told == ["enrol", "first", "heartbeat", "storm"]
    assert [stage.reports for stage in made.stages] == [stages.ENROLLED, 30, 30, 30]
    assert made.good
    assert made.stages[3].failed > 0  # those that asked while the endpoint was away
    assert (made.lost, made.doubled, made.unreceipted) == (0, 0, 0)


@pytest.mark.heavy
@pytest.mark.posix
def test_desks_in_processes_meet_a_real_endpoint_and_lose_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AGENTGUARD_DATABASE", "AGENTGUARD_DATABASE_FILE"):
        monkeypatch.delenv(name, raising=False)
    assert main(["--desks", "41", "--processes", "2"]) == 0
    said = capsys.readouterr().out
    assert said.count("    41 answers") == 2
    assert said.count("CPU: desks") == 2
    assert "Nothing was lost or doubled" in said


def test_it_is_said_why_an_endpoint_did_not_start(tmp_path: Path) -> None:
    settings = ServerSettings(data=tmp_path / "data")
    open_database(settings).close()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        endpoint = Endpoint(settings=settings, port=taken.getsockname()[1])
        with pytest.raises(CannotError, match=r"did not start\. .*Another program listens there"):
            endpoint.start()


@pytest.mark.heavy
def test_a_full_queue_turns_desks_away_and_still_loses_nothing(tmp_path: Path) -> None:
    limits = Limits(waiting_writes=8, batch=4, retry_after=1)
    made = bench(ServerSettings(data=tmp_path, limits=limits), 400)
    assert made.good
    assert sum(stage.turned_away for stage in made.stages) > 0


def test_what_was_lost_or_doubled_or_late_is_no_good_outcome() -> None:
    fine = Outcome(stages=(), lost=0, doubled=0, unreceipted=0, recovered=stages.RECOVERY)
    assert fine.good
    for bad in ({"lost": 1}, {"doubled": 1}, {"unreceipted": 1}, {"recovered": 901.0}):
        assert not replace(fine, **bad).good
        assert "lost" in told(replace(fine, **bad))


def test_desks_have_the_manners_of_agents() -> None:
    def most(_low: float, high: float) -> float:
        return high

    assert pause(Answer(429, retry_after=10), 1, most) == pytest.approx(11)
    assert [pause(Answer(0), n, most) for n in (1, 2, 5, 9, 50)] == [2, 4, 32, 300, 300]
    assert problems.LONGEST_BACKOFF == 300


def test_a_desk_tells_what_has_no_receipt_again_as_it_was() -> None:
    desk = fleet.made(b"seed", 7)
    desk.happens(3)
    first, again = desk.report(1000.0), desk.report(2000.0)
    assert len(first.events) == 3
    assert first.events == again.events
    assert desk.id == fleet.made(b"seed", 7).id
    assert desk.key == fleet.made(b"seed", 7).key


@pytest.mark.parametrize("desks", ["0", "20001"])
def test_only_so_many_desks_are_simulated(desks: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--desks", desks])
    assert ended.value.code == 2
    assert "20000" in capsys.readouterr().err


def test_a_database_in_use_is_left_alone(
    running: Any, desk: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    address = running.settings.database or running.settings.database_url
    monkeypatch.setenv("AGENTGUARD_DATABASE", address)
    assert main(["--desks", "5"]) == 2
    assert "holds desks already" in capsys.readouterr().err


@pytest.mark.heavy
def test_it_runs_in_a_database_that_is_gone_afterwards(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AGENTGUARD_DATABASE", "AGENTGUARD_DATABASE_FILE"):
        monkeypatch.delenv(name, raising=False)
    assert main(["--desks", "5"]) == 0
    said = capsys.readouterr().out
    assert "all come back after an outage" in said
    assert "Nothing was lost or doubled" in said
