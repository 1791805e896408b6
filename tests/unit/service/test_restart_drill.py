"""The keeper's own drill: a killed stand-in is started again by the keeper's own rules, or not."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms import stand_in as of_this_system
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.revival import FAILED, PASSED
from agentguard.service import keeper_status, restart_drill
from agentguard.service.restart_drill import EVERY, FIRST, WITHIN, RestartDrill
from agentguard.service.run import Keeper
from tests.unit.service.test_round import Computer, Heard

LOOK = 2.0


class StandIn:
    """A process in memory; `dies` is what a kill does, `starts` how often a start works."""

    def __init__(self) -> None:
        self.process = ""
        self.started: list[str] = []
        self.killed: list[str] = []
        self.dies = True
        self.starts = 99
        self.refuses = False

    def start(self, session: str) -> None:
        if self.refuses:
            raise PlatformError("refused")
        self.started.append(session)
        if len(self.started) <= self.starts:
            self.process = f"process-{len(self.started)}"

    def running(self) -> str:
        return self.process

    def kill(self) -> None:
        self.killed.append(self.process)
        if self.dies:
            self.process = ""

    def end(self) -> None:
        self.process = ""


class Rounds:
    """A keeper's rounds of two seconds."""

    def __init__(self) -> None:
        self.clock, self.stand_in = FakeClock(), StandIn()
        self.drill = RestartDrill(stand_in=self.stand_in, boot=lambda: self.clock.now().boot)
        self.on = frozenset({"2", "1"})

    def go(self, seconds: float) -> None:
        for _ in range(int(seconds / LOOK)):
            self.clock.advance(LOOK)
            self.drill.round(self.on)


@pytest.fixture
def rounds() -> Rounds:
    return Rounds()


def test_row_341_a_killed_stand_in_is_started_again_and_nothing_stays(rounds: Rounds) -> None:
    rounds.go(FIRST - LOOK)
    assert rounds.stand_in.started == [], "the keeper's own work comes first"
    rounds.go(WITHIN)
    told = rounds.drill.newest
    assert (told.outcome, rounds.drill.under_way) == (PASSED, False)
    assert 0 <= told.seconds <= 2 * LOOK
    assert told.at <= rounds.clock.now().boot
    assert rounds.stand_in.started == ["1", "1"]
    assert rounds.stand_in.killed == ["process-1"]
    assert rounds.stand_in.process == ""
    rounds.go(EVERY - WITHIN)
    assert len(rounds.stand_in.started) == 2
    rounds.go(2 * WITHIN)
    assert len(rounds.stand_in.started) == 4, "one each day"


@pytest.mark.parametrize("how", ["refused", "not-again", "cannot-be-ended", "never-there"])
def test_row_341_what_keeps_it_from_being_started_again_fails_the_drill(
    rounds: Rounds, how: str
) -> None:
    rounds.stand_in.refuses = how == "refused"
    rounds.stand_in.dies = how != "cannot-be-ended"
    rounds.stand_in.starts = {"not-again": 1, "never-there": 0}.get(how, 99)
    rounds.go(FIRST + WITHIN + 2 * LOOK)
    assert rounds.drill.newest.outcome == FAILED
    assert rounds.stand_in.process == ""


def test_row_341_rules_that_start_nothing_again_fail_the_drill(
    rounds: Rounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agentguard.service.watch import Watch  # noqa: PLC0415 - only here

    monkeypatch.setattr(restart_drill, "Watch", lambda: Watch(starts=False))
    rounds.go(FIRST + WITHIN + 2 * LOOK)
    assert rounds.drill.newest.outcome == FAILED


def test_row_341_who_signs_out_meanwhile_puts_it_off_and_nobody_has_none(rounds: Rounds) -> None:
    rounds.on = frozenset()
    rounds.go(FIRST + WITHIN)
    assert rounds.stand_in.started == []
    rounds.on = frozenset({"1"})
    rounds.go(LOOK)
    assert rounds.drill.under_way
    rounds.on = frozenset({"2"})
    rounds.go(LOOK)
    assert (rounds.drill.under_way, rounds.drill.newest.outcome) == (False, "")
    assert rounds.stand_in.process == ""
    rounds.go(FIRST + WITHIN)
    assert rounds.drill.newest.outcome == PASSED


def test_row_341_the_keeper_tells_of_it_and_no_agent_counts_as_ended(tmp_path: Path) -> None:
    clock, computer, heard, stand_in = FakeClock(), Computer(), Heard(), StandIn()
    drill = RestartDrill(stand_in=stand_in, boot=lambda: clock.now().boot)
    keeper = Keeper(
        folder=tmp_path, desks=computer, clock=clock, told=heard, gone=lambda: (), drill=drill
    )
    for _ in range(int((FIRST + WITHIN) / LOOK)):
        clock.advance(LOOK)
        keeper.round()
    known = keeper_status.read(tmp_path)
    assert known is not None
    assert (known.drilled, known.well) == (PASSED, True)
    assert known.drilled_at == drill.newest.at
    assert known.drilled_ms == round(drill.newest.seconds * 1000)
    assert not [one for one in heard.happened if one.endswith("ended")]
    assert computer.started == []


def test_row_341_an_upgrade_or_the_keepers_end_leaves_no_stand_in(tmp_path: Path) -> None:
    clock, computer, stand_in = FakeClock(), Computer(), StandIn()
    drill = RestartDrill(stand_in=stand_in, boot=lambda: clock.now().boot)
    keeper = Keeper(
        folder=tmp_path, desks=computer, clock=clock, told=Heard(), gone=lambda: (), drill=drill
    )
    clock.advance(FIRST)
    keeper.round()
    assert stand_in.process
    computer.told_to_end = True
    keeper.round()
    assert (stand_in.process, drill.under_way) == ("", False)
    stand_in.process, drill._session = "process", "1"
    stop = threading.Event()
    stop.set()
    keeper.run(stop, lambda _: None)
    assert stand_in.process == ""


@pytest.mark.posix  # a Windows keeper has one: tests/windows/test_restart_drill.py
def test_row_341_where_the_system_starts_agents_the_keeper_has_no_stand_in() -> None:
    assert of_this_system(lambda: None) is None
