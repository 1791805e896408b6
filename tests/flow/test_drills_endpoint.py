"""Drills of a whole agent with its endpoint: the receipt comes, a forgery is refused."""

from __future__ import annotations

import threading

import pytest

from agentguard.model.drills import DrillOutcome
from agentguard.model.events import SensorState, UplinkState
from tests.flow.test_console import Seat, centre, seat

__all__ = ["centre", "seat"]  # fixtures


@pytest.mark.parametrize("name", ["card-file", "forged-report", "lost-receipt"])
def test_with_an_endpoint_its_drills_pass_and_get_their_receipt(seat: Seat, name: str) -> None:
    drills, known = seat.agent.drills, seat.agent.engine.known()
    seat.until(lambda: known.latest(SensorState, "files"))
    seat.until(lambda: (told := known.latest(UplinkState)) is not None and not told.problem)
    ended = drills.run(next(d for d in drills.catalogue if d.id == name), threading.Event())
    assert ended.outcome is DrillOutcome.PASSED, ended
    assert ended.receipt is not None
    print(f"{name}: noticed after {ended.seconds} s, receipt after {ended.receipt} s")
