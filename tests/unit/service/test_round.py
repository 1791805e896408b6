"""The keeper's round on a simulated computer: what it starts, writes down and tells."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms.simulated import FakeClock
from agentguard.service import keeper_status
from agentguard.service.keeper_status import Standing
from agentguard.service.run import Keeper
from agentguard.service.watch import UPGRADE, Happening, Watch


class Computer:
    """Sessions and agents in memory."""

    starts = True

    def __init__(self) -> None:
        self.on = {"1", "2"}
        self.agents = {"1": "10", "2": "20"}
        self.refuses = False
        self.blind = False
        self.told_to_end = False
        self.started: list[str] = []
        self.known: set[str] = set()
        self.has_identity = {"1", "2"}
        self.unreachable = False
        self.asked: list[str] = []
        self.order: list[str] = []

    def sessions(self) -> frozenset[str]:
        if self.blind:
            raise PlatformError("no answer")
        return frozenset(self.on)

    def guarded(self) -> Mapping[str, str]:
        return dict(self.agents)

    def ends(self) -> Mapping[str, int]:
        gone, self.known = self.known - set(self.agents), set(self.agents)
        return dict.fromkeys(gone, 1)

    def start(self, session: str) -> None:
        self.started.append(session)
        self.order.append(f"start {session}")
        if self.refuses:
            raise PlatformError("refused")
        self.agents[session] = f"{session}-{len(self.started)}"

    def enrolled(self, session: str) -> bool:
        return session in self.has_identity

    def enrol(self, session: str, code: str) -> bool:
        assert code
        self.asked.append(session)
        self.order.append(f"enrol {session}")
        if not self.unreachable:
            self.has_identity.add(session)
        return not self.unreachable

    def renew(self, session: str) -> None:
        del self.agents[session]

    def ending(self) -> bool:
        return self.told_to_end

    def begin(self) -> None:
        self.told_to_end = False


class Heard:
    """Somebody who is told."""

    def __init__(self) -> None:
        self.outcome = Standing(device="k1", reported="2026-01-01T00:00:00+00:00")
        self.said: list[Standing] = []
        self.happened: list[str] = []
        self.codes = 0

    def code(self) -> str:
        self.codes += 1
        return f"code-{self.codes}"

    def tell(self, told: Standing, happened: tuple[Happening, ...] = ()) -> None:
        self.said.append(told)
        self.happened += [one.what.value for one in happened]


class Rig:
    """A keeper with its computer."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.computer, self.heard = folder, Computer(), Heard()
        self.clock, self.gone = FakeClock(), tuple[str, ...]()
        self.wanted = True
        self.keeper = Keeper(
            folder=folder,
            desks=self.computer,
            clock=self.clock,
            told=self.heard,
            gone=lambda: self.gone,
            wanted=lambda: self.wanted,
        )

    def rounds(self, seconds: float) -> None:
        for _ in range(int(seconds / 2)):
            self.keeper.round()
            self.clock.advance(2)

    @property
    def written(self) -> Standing:
        found = keeper_status.read(self.folder)
        assert found is not None
        return found


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_a_killed_agent_is_started_again_and_both_are_told(rig: Rig) -> None:
    rig.rounds(4)
    del rig.computer.agents["2"]
    rig.rounds(20)
    assert rig.computer.started == ["2"]
    assert rig.heard.happened[-2:] == ["keeper.agent-ended", "keeper.agent-started"]
    assert rig.written.well
    assert (rig.written.sessions, rig.written.device) == (2, "k1")


def test_row_131_one_that_fails_is_told_once_and_started_each_time(rig: Rig) -> None:
    rig.rounds(4)
    for _ in range(8):
        del rig.computer.agents["1"]
        rig.rounds(6)
    assert rig.heard.happened.count("keeper.agent-failing") == 1
    assert rig.computer.started == ["1"] * 8
    assert (rig.written.failing, rig.written.missing, rig.written.well) == (1, 0, False)
    rig.rounds(130)
    assert rig.written.well


def test_row_131_the_keeper_rests_no_longer_than_until_the_next_start(rig: Rig) -> None:
    stop, rests = threading.Event(), list[float]()
    rig.computer.refuses = True
    del rig.computer.agents["1"]

    def rest(seconds: float) -> None:
        rests.append(seconds)
        rig.clock.advance(0.5)
        if len(rests) == 9:
            stop.set()

    rig.keeper.run(stop, rest)
    assert rests == [2.0, 1.5, 1.0, 0.5, 2.0, 1.5, 1.0, 0.5, 2.0]
    assert rig.computer.started == ["1"] * 3


def test_an_agent_that_cannot_be_started_is_missing_within_twenty_seconds(rig: Rig) -> None:
    rig.rounds(4)
    rig.computer.refuses = True
    del rig.computer.agents["1"]
    rig.rounds(20)
    assert "keeper.agent-missing" in rig.heard.happened
    assert (rig.written.missing, rig.heard.said[-1].missing) == (1, 1)


def test_files_that_are_gone_are_looked_for_when_an_agent_dies(rig: Rig) -> None:
    rig.rounds(4)
    rig.gone = ("_internal/qt.dll", "_internal/other.dll")
    rig.rounds(10)
    assert rig.written.gone == 0, "they are looked for every ten minutes"
    del rig.computer.agents["1"]
    rig.rounds(2)
    assert (rig.written.gone, rig.written.lost) == (2, "qt.dll")
    assert not rig.written.well


def test_an_agent_that_is_not_enrolled_gets_a_code_before_it_begins(rig: Rig) -> None:
    rig.computer.has_identity = {"1"}
    del rig.computer.agents["2"]
    rig.rounds(10)
    assert (rig.computer.order, rig.heard.codes) == (["enrol 2", "start 2"], 1)


def test_one_that_runs_already_is_enrolled_and_begins_again(rig: Rig) -> None:
    rig.computer.has_identity = {"1"}
    rig.rounds(20)
    assert (rig.computer.asked, rig.computer.started, rig.heard.codes) == (["2"], ["2"], 1)
    rig.rounds(600)
    assert rig.heard.codes == 1


def test_an_enrolment_that_fails_is_tried_again_in_five_minutes(rig: Rig) -> None:
    rig.computer.has_identity, rig.computer.unreachable = {"1"}, True
    rig.rounds(298)
    assert rig.computer.asked == ["2"]
    rig.computer.unreachable = False
    rig.rounds(10)
    assert rig.computer.asked == ["2", "2"]


def test_where_the_system_starts_agents_one_may_ask_later(rig: Rig) -> None:
    rig.keeper.watch = Watch(starts=False)
    rig.computer.starts = False
    rig.rounds(600)
    rig.computer.has_identity = {"1"}
    rig.rounds(4)
    assert (rig.computer.asked, rig.heard.codes) == (["2"], 1)
    rig.computer.has_identity = {"1"}
    rig.rounds(200)
    assert rig.heard.codes == 1, "a user gets no more than one in five minutes"


def test_an_endpoint_that_does_not_answer_holds_up_a_round_once(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try may take ten seconds, and systemd ends a keeper that is silent for a minute."""
    rig.computer.on = {str(number) for number in range(9)}
    rig.computer.agents = {session: f"{session}0" for session in rig.computer.on}
    rig.computer.has_identity = set()
    asked: list[int] = []

    def nothing() -> str:
        asked.append(len(rig.heard.said))
        return ""

    monkeypatch.setattr(rig.heard, "code", nothing)
    rig.rounds(40)
    assert len(asked) == 9, "everybody's turn comes"
    assert len(set(asked)) == 9, "two in one round"


def test_a_keeper_that_is_not_enrolled_itself_enrols_nobody(rig: Rig) -> None:
    rig.heard.outcome = Standing()
    rig.computer.has_identity = set()
    rig.rounds(60)
    assert rig.computer.asked == []


def test_another_person_in_the_same_session_is_asked_anew(rig: Rig) -> None:
    rig.rounds(4)
    rig.computer.on.remove("2")
    rig.computer.agents.pop("2")
    rig.rounds(4)
    rig.computer.has_identity.remove("2")
    rig.computer.on.add("2")
    rig.rounds(10)
    assert rig.computer.asked == ["2"]


def test_an_upgrade_is_no_alarm_and_ends_by_itself(rig: Rig) -> None:
    rig.rounds(4)
    rig.computer.told_to_end = True
    rig.computer.agents.clear()
    rig.rounds(UPGRADE - 20)
    assert rig.computer.started == []
    assert rig.written.upgrading
    assert rig.written.well
    rig.rounds(40)
    assert sorted(rig.computer.started) == ["1", "2"]
    assert not rig.computer.told_to_end
    assert not rig.written.upgrading


def test_where_agents_are_not_wanted_none_is_started_or_missed(rig: Rig) -> None:
    rig.wanted = False
    rig.computer.agents.clear()
    rig.rounds(60)
    assert rig.computer.started == []
    assert (rig.written.sessions, rig.written.missing) == (0, 0)


def test_a_system_that_does_not_answer_changes_nothing(rig: Rig) -> None:
    rig.rounds(4)
    rig.computer.blind = True
    rig.rounds(60)
    assert rig.computer.started == []
    assert rig.heard.happened.count("keeper.agent-missing") == 0


def test_a_disk_that_takes_nothing_keeps_it_from_nothing(rig: Rig) -> None:
    rig.keeper.folder = rig.folder / "nowhere"
    del rig.computer.agents["1"]
    rig.rounds(20)
    assert rig.computer.started == ["1"]


def test_it_ends_when_it_is_told_and_writes_that_down(rig: Rig) -> None:
    stop = threading.Event()
    rig.computer.told_to_end = True  # by the upgrade that started this service anew
    rests = []

    def rest(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) == 3:
            assert not rig.computer.told_to_end
            rig.computer.told_to_end = True  # by the removal that stops this service
            stop.set()

    rig.keeper.run(stop, rest)
    assert not rig.computer.told_to_end
    assert rig.written.problem == "stopped"


def test_what_is_damaged_is_as_if_no_keeper_had_been_here(tmp_path: Path) -> None:
    assert keeper_status.read(tmp_path) is None
    (tmp_path / keeper_status.FILE).write_bytes(b"{")
    assert keeper_status.read(tmp_path) is None


def test_an_agent_that_begins_again_to_be_enrolled_was_not_ended(rig: Rig) -> None:
    rig.computer.has_identity = {"2"}
    rig.rounds(60)
    assert rig.computer.asked == ["1"]
    assert "keeper.agent-ended" not in rig.heard.happened
    del rig.computer.agents["1"]
    rig.rounds(4)
    assert rig.heard.happened.count("keeper.agent-ended") == 1, "the next end is one"


def test_a_computer_that_slept_has_agents_that_are_yet_to_be_heard(rig: Rig) -> None:
    rig.rounds(70)
    assert rig.written.settled == 2
    rig.clock.advance(8 * 3600)
    rig.rounds(4)
    assert rig.written.settled == 0
