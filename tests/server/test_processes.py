"""Several processes on one PostgreSQL: each hears any desk, and nothing is kept twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select

from agentguard.server.admin.accounts import Admin
from agentguard.server.settings import ServerSettings
from agentguard.server.store.schema.history_tables import job
from agentguard.server.store.schema.tables import event as events
from agentguard.server.store.schema.tables import posture_change

pytestmark = [pytest.mark.heavy, pytest.mark.posix]
ROUNDS = 25


@contextmanager
def served(serving: Any, data: Path, address: str) -> Iterator[str]:
    """Run one process, which ends in an orderly way."""
    with serving(data, address) as (process, port):
        yield f"https://127.0.0.1:{port}"
        process.terminate()
        process.wait(30)


@pytest.fixture
def both(tmp_path: Path, postgresql: Any, serving: Any) -> Iterator[Any]:
    """Two processes with one database and one key, and an administrator beside them."""
    data, address = tmp_path / "server", postgresql.empty()
    settings = ServerSettings(data=data, database=address)
    with ExitStack() as stack:
        first = stack.enter_context(served(serving, data, address))
        second = stack.enter_context(served(serving, data, address))
        admin = stack.enter_context(Admin(settings, time.time))
        yield [
            SimpleNamespace(address=one, ca=data / "ca.pem", time=time.time, admin=admin)
            for one in (first, second)
        ]


@pytest.fixture
def at_both(both: Any, enrol: Any) -> Iterator[Any]:
    """A desk, and the same desk as the second process meets it."""
    desk = enrol(both[0], both[0].admin.enrol_code("Billing"))
    twin = desk.moved(both[1])
    yield desk, twin
    for one in (desk, twin):
        one.http.close()


def held(both: Any, column: Any) -> list[Any]:
    asked = select(column).order_by(column)
    values: list[Any] = both[0].admin._database.run(lambda c: list(c.scalars(asked)))
    return values


def test_what_two_processes_hear_at_once_is_kept_once(
    both: Any, at_both: Any, event: Any, control: Any
) -> None:
    desk, twin = at_both
    with ThreadPoolExecutor(2) as at_once:
        for number in range(1, ROUNDS + 1):
            state = "fail" if number % 2 else "pass"
            told = (event(number, "incident.reported"),)
            sent = [
                at_once.submit(one.send, *told, seq=number, controls=[control(state=state)])
                for one in (desk, twin)
            ]
            for one, answer in zip((desk, twin), sent, strict=True):
                assert one.receipt(answer.result()).seq == number
    assert held(both, event_seq()) == list(range(1, ROUNDS + 1))
    changes = both[0].admin._database.run(
        lambda c: c.scalar(select(func.count()).select_from(posture_change))
    )
    assert changes == ROUNDS
    assert len(both[0].admin.incidents()) == ROUNDS


def event_seq() -> Any:
    return events.c.seq


def test_a_desk_that_changes_between_processes_loses_nothing(
    both: Any, at_both: Any, event: Any
) -> None:
    here, there = at_both
    for number in range(1, 11):
        desk = here if number % 2 else there
        desk.receipt(desk.send(event(number), seq=number))
    assert held(both, event_seq()) == list(range(1, 11))


def test_both_processes_share_keys_and_jobs(both: Any, at_both: Any, event: Any) -> None:
    _, twin = at_both
    assert twin.receipt(twin.send(event(1))).seq == 1  # signed by the same key
    names = held(both, job.c.name)
    assert len(names) == len(set(names))
    assert "sweep" in names
