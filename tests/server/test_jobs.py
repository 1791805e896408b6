"""What the endpoint does by itself, once for all of its processes."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from agentguard.server.jobs.retention import Retention
from agentguard.server.jobs.schedule import Job, Jobs
from agentguard.server.run import LocalServer
from agentguard.server.store.engine import leadership
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.schema.history_tables import job, org_hour
from agentguard.server.tamper.sweep import EVERY
from tests.server.summed import summaries

PATIENT = 30  # seconds


def test_a_job_is_taken_once_in_its_time(running: Any) -> None:
    def take(at: float) -> float | None:
        return running.admin._database.run(lambda c: leadership.due(c, "count", 60, at))

    assert [take(at) for at in (1000, 1059, 1060, 1061)] == [0.0, None, 1000.0, None]
    assert take(10) == 1060.0  # a clock that was set back does not stop the work


def test_a_job_that_fails_is_due_again(running: Any) -> None:
    def fail(connection: Any) -> None:
        leadership.due(connection, "count", 60, 1000.0)
        raise RuntimeError

    with suppress(RuntimeError):
        running.admin._database.run(fail)
    assert running.admin._database.run(lambda c: leadership.due(c, "count", 60, 1000.0)) == 0.0


def test_a_job_that_fails_stops_no_other_one_whatever_it_failed_by(
    running: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise KeyError(4111111111111111)

    jobs = Jobs(running.admin._database, running.settings, running.time)
    jobs._jobs = (Job("months", fail), *jobs._jobs)
    jobs.do()
    assert "the job months failed: A part of the endpoint has failed by itself." in caplog.text
    assert "KeyError at schedule.py:" in caplog.text
    assert "4111" not in caplog.text
    names = set(running.admin._database.run(lambda c: list(c.scalars(select(job.c.name)))))
    assert {"sweep", "days", "months", "retention"} <= names


def test_desks_are_looked_at_while_much_is_deleted(
    running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can be called silent, and no load balancer sends reports, when nobody looked."""
    begun, looked, enough = threading.Event(), threading.Event(), threading.Event()

    def delete(_self: Any) -> None:
        begun.set()
        enough.wait(PATIENT)

    monkeypatch.setattr(Retention, "run", delete)
    monkeypatch.setattr("agentguard.server.jobs.schedule.LOOK", 0.01)
    jobs = Jobs(running.admin._database, running.settings, running.time)
    jobs._jobs = (*jobs._jobs, Job("looked", looked.set))

    async def serve() -> bool:
        jobs.start()
        assert await asyncio.to_thread(begun.wait, PATIENT)
        looked.clear()
        running.time.at += EVERY
        found = await asyncio.to_thread(looked.wait, PATIENT / 2)
        looked.clear()  # that one may have begun before the time went on
        found &= await asyncio.to_thread(looked.wait, PATIENT / 2)
        enough.set()
        await jobs.stop()
        return found

    assert asyncio.run(serve()), "the desks wait until all is deleted"
    at = running.admin._database.run(lambda c: leadership.noted(c, "tamper"))
    assert at == running.time.at


def test_two_processes_do_a_job_once(running: Any) -> None:
    other = open_database(running.settings)
    both = [Jobs(base, running.settings, running.time) for base in (other, running.admin._database)]
    threads = [threading.Thread(target=one.do) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in both:
        one.do()
    other.close()
    samples = running.admin._database.run(lambda c: list(c.scalars(select(org_hour.c.samples))))
    assert samples == [1]


def test_a_running_endpoint_counts_by_itself(
    running: Any, tmp_path: Path, desk: Any, control: Any
) -> None:
    desk.send(controls=[control()])
    settings = replace(running.settings, jobs=True)
    server = LocalServer(settings, running.time, _start)
    server.start()
    server.stop()  # ends what was begun
    names = set(running.admin._database.run(lambda c: list(c.scalars(select(job.c.name)))))
    (billing,) = running.admin._database.run(summaries)
    assert {"sweep", "days", "months"} <= names
    assert (billing.team, billing.ok) == ("Billing", 1)


def _start(name: str, run: Any) -> None:
    threading.Thread(target=run, name=name, daemon=True).start()
