"""Where a keeper starts agents, the agent's drill tells what the keeper's own has shown."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from agentguard.model.drills import DrillEnded, DrillOutcome
from agentguard.ports.revival import FAILED, PASSED, Drilled
from agentguard.runtime.compose_drills import keeper_drill
from agentguard.runtime.drills.killed_agent import LATEST
from agentguard.service import keeper_status
from agentguard.service.keeper_status import Standing
from tests.flow.conftest import Floor
from tests.flow.test_drills import drills_of


def run(floor: Floor, told: Drilled | None) -> DrillEnded:
    drills = drills_of(floor)
    drills.rooms = replace(drills.rooms, keeper_drill=lambda: told)
    one = next(d for d in drills.catalogue if d.id == "killed-agent")
    return drills.run(one, threading.Event())


def test_row_341_the_agents_drill_tells_what_the_keepers_has_shown_of_late(
    start: Callable[[], Floor],
) -> None:
    floor = start()
    now = drills_of(floor).clock.now().boot
    well = run(floor, Drilled(outcome=PASSED, seconds=0.25, at=now))
    assert (well.outcome, well.seconds) == (DrillOutcome.PASSED, 0.25)
    bad = run(floor, Drilled(outcome=FAILED, at=now))
    assert (bad.outcome, bad.why) == (DrillOutcome.FAILED, "not-started")
    nobody = None
    old, of_another_start = now - LATEST - 60, now + 3600
    for told in (
        nobody,
        Drilled(outcome=PASSED, at=old),
        Drilled(outcome=PASSED, at=of_another_start),
    ):
        ended = run(floor, told)
        assert (ended.outcome, ended.why) == (DrillOutcome.NOT_POSSIBLE, "no-keeper")


def test_row_341_what_the_keeper_wrote_is_read_and_nothing_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentguard.base.paths.machine_folder", lambda: tmp_path)
    assert keeper_drill() is None
    keeper_status.write(tmp_path, Standing())
    assert keeper_drill() is None, "a keeper that has had none yet, or of an older release"
    keeper_status.write(tmp_path, Standing(drilled=PASSED, drilled_ms=250, drilled_at=7.5))
    assert keeper_drill() == Drilled(outcome=PASSED, seconds=0.25, at=7.5)
    (tmp_path / keeper_status.FILE).write_bytes(msgspec.json.encode([]))
    assert keeper_drill() is None
    (tmp_path / keeper_status.FILE).unlink()
    (tmp_path / keeper_status.FILE).mkdir()
    assert keeper_drill() is None
