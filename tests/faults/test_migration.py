"""An old database is brought to the newest version and sealed, whatever ends the agent within."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from agentguard.platforms.simulated import FakeClock
from agentguard.store import agent_store
from agentguard.store.agent_store import open_store
from agentguard.store.entry_box import Box
from agentguard.store.sqlite_file import Database, Value
from tests.unit.store.sealed_desk import Place, check, old_database


class Mortal(Database):
    """A database of a child that is killed before its n-th statement."""

    left = 0

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Value, ...]]:
        Mortal.left -= 1
        if Mortal.left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().rows(sql, values)


def killed_at(step: int, folder: Path, key: Path) -> bool:
    """Open the store in a child that is killed before its `step`-th statement; tell whether."""
    child = os.fork()
    if child == 0:
        Mortal.left = step
        agent_store.Database = Mortal  # type: ignore[misc] # in the child alone
        try:
            open_store(folder, FakeClock(), box=Box(Place(key))).close()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize(
    "stride",
    [
        pytest.param(6, id="some"),
        pytest.param(1, id="all", marks=[pytest.mark.heavy, pytest.mark.timeout(600)]),
    ],
)
def test_killed_at_any_step_nothing_is_lost(stride: int, tmp_path: Path) -> None:
    """A child is ended before its n-th statement, for every n, until one comes through."""
    old, folder, key = old_database(tmp_path / "old"), tmp_path / "again", tmp_path / "key"
    step, through = 1 - stride, False
    while not through:
        step += stride
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(old, folder)
        key.unlink(missing_ok=True)
        through = not killed_at(step, folder, key)
        check(folder, Place(key))
    assert step > 25
