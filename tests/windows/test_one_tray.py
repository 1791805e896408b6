"""One agent in a session: a person's start has only a wish where the keeper has its own there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.base import paths
from agentguard.platforms import left_to_keeper, only_one
from agentguard.platforms._instance import CALL
from agentguard.platforms._win32 import api, mutex
from agentguard.platforms._win32.session_host import program
from agentguard.platforms._win32.shield import shielded
from tests.windows import agent_ends, keeping
from tests.windows.keeping import NAME, PATIENCE, ROOT, trays, until

pytestmark = pytest.mark.xdist_group("desktop")


def guarded(folder: Path) -> bool:
    return mutex.there(mutex.of(folder))


CLICK = program()[:-1]
"""What the start menu starts: the words of the keeper's without `--quiet`."""


@pytest.fixture
def service() -> Iterator[None]:
    with keeping.service():
        yield


@pytest.mark.usefixtures("service")
def test_row_55_a_click_opens_the_window_of_the_keepers_agent_and_ends() -> None:
    folder = paths.data_folder()
    until(lambda: trays() and guarded(folder))
    (first,) = trays()
    assert subprocess.run(CLICK, cwd=ROOT, check=False, timeout=PATIENCE).returncode == 0
    until(lambda: not (folder / CALL).exists())  # the agent takes the wish and shows its window
    assert trays() == [first]

    agent_ends.end_agents()
    until(lambda: first not in trays())
    assert subprocess.run(CLICK, cwd=ROOT, check=False, timeout=PATIENCE).returncode == 0
    until(lambda: trays() and guarded(folder))
    (again,) = trays()
    assert shielded(again), "it is the keeper's, which its person cannot end"


@pytest.mark.usefixtures("service")
def test_row_55_where_the_keepers_agent_does_not_come_another_may_guard(tmp_path: Path) -> None:
    begun = api.tick_count()
    assert not left_to_keeper(NAME, tmp_path, 0.5)
    assert api.tick_count() - begun >= 500
    with only_one(tmp_path) as first:
        assert first
        assert left_to_keeper(NAME, tmp_path, 0.0)


def test_row_55_without_a_keeper_nobody_waits_for_one(tmp_path: Path) -> None:
    begun = api.tick_count()
    with only_one(tmp_path):
        assert not left_to_keeper("AgentGuardNowhere", tmp_path, 60.0)
    assert api.tick_count() - begun < 30_000


def test_a_folder_that_is_looked_at_is_not_taken(tmp_path: Path) -> None:
    assert not guarded(tmp_path)
    with only_one(tmp_path) as first:
        assert first
        assert guarded(tmp_path)
    assert not guarded(tmp_path)
