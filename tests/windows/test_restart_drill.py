"""The keeper's own drill, by the service itself: a killed stand-in of a person's runs again."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from agentguard.base import paths
from agentguard.platforms._win32.sessions import processes_of
from agentguard.ports.revival import PASSED
from agentguard.runtime.compose_drills import keeper_drill
from agentguard.service import keeper_status
from tests.windows import keeping
from tests.windows.keeping import ENVIRONMENT, trays, until, value

pytestmark = pytest.mark.xdist_group("desktop")


def programs() -> int:
    """Count the processes of Python's own program: the tests, the service, and stand-ins."""
    return len(processes_of(Path(sys.executable).name))


def told() -> keeper_status.Standing:
    return keeper_status.read(paths.machine_folder()) or keeper_status.Standing()


def test_row_341_the_service_starts_a_killed_stand_in_again_and_leaves_none() -> None:
    alone = programs()
    with value(ENVIRONMENT, "AGENTGUARD_TEST_DRILL", "3"), keeping.service():
        until(trays)
        before = trays()
        until(lambda: told().drilled)
        assert told().drilled == PASSED
        assert trays() == before, "no agent was touched"
        until(lambda: programs() == alone + 1)  # the service itself
        known = keeper_drill()
        assert known is not None
        print(f"started again after {known.seconds:.3f} s")
        assert known.seconds < 60
