"""An agent from its start to its end, as the system's own log tells of it."""

from __future__ import annotations

from pathlib import Path

from agentguard.platforms.simulated import FakeClock, SimulatedDesktop
from agentguard.runtime.bootstrap import Place, opened


def test_the_systems_log_tells_of_the_start_and_of_the_end(tmp_path: Path) -> None:
    clock = FakeClock()
    desktop = SimulatedDesktop(clock)
    with opened(Place(folder=tmp_path, backend=desktop.backend, clock=clock)) as agent:
        agent.start()
    told = [event for event, *_ in desktop.logged]
    assert (told[0], told[-1]) == (1, 2)
    assert 10 in told


def test_a_system_without_a_log_changes_nothing(tmp_path: Path) -> None:
    clock = FakeClock()
    desktop = SimulatedDesktop(clock, absent=["system-log"])
    with opened(Place(folder=tmp_path, backend=desktop.backend, clock=clock)) as agent:
        agent.start()
    assert desktop.logged == ()
