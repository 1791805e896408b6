from __future__ import annotations

import threading
from pathlib import Path

from agentguard.platforms.simulated import FakeClock, SimulatedDesktop
from agentguard.runtime.bootstrap import Place, opened
from agentguard.runtime.stores import ENROLMENT


def place(folder: Path) -> Place:
    clock = FakeClock()
    return Place(folder=folder, backend=SimulatedDesktop(clock).backend, clock=clock)


def test_row_477_an_agent_begins_anew_when_its_computer_was_enrolled_meanwhile(
    tmp_path: Path,
) -> None:
    with opened(place(tmp_path)) as agent:
        begin = next(one.begin for one in agent.members if one.name == "enrolment")
        turns = begin(threading.Event())
        assert 0 < next(turns) < 60, "it is told to report within a minute"
        assert next(turns) < 60
        assert not agent.anew.is_set()
        (tmp_path / ENROLMENT).write_text("{}", encoding="utf-8")
        assert list(turns) == []
        assert agent.anew.is_set()


def test_row_477_one_whose_enrolment_cannot_be_read_does_not_begin_anew_for_ever(
    tmp_path: Path,
) -> None:
    (tmp_path / ENROLMENT).write_text("{", encoding="utf-8")
    with opened(place(tmp_path)) as agent:
        assert "enrolment" not in {one.name for one in agent.members}
