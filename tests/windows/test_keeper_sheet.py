"""What Windows tells administrators alone: the keeper asks, the agents of all sessions read it."""

from __future__ import annotations

import threading
import winreg
from collections.abc import Iterator

import pytest

from agentguard.base.errors import PlatformError
from agentguard.model.moments import Moment
from agentguard.model.policy import Contact, Policy, Watch
from agentguard.platforms._one_question import Question
from agentguard.platforms._win32 import api, keeper_sheet
from agentguard.platforms._win32.component_answers import SILENT, ComponentError
from agentguard.platforms._win32.keeper_questions import LOOK, WindowsAnswers
from agentguard.platforms._win32.keeper_sheet_answers import EVERY, written
from agentguard.platforms._win32.probes import disks, firewall
from agentguard.platforms.simulated import FakeClock
from tests.windows.keeping import PATIENCE, until

AT = Moment(boot=1.0, wall=1_700_000_000.0)
POLICY = Policy(
    name="test", version=1, description="", watch=Watch(folders=(), exclude=()), retention=(),
    backup_markers=(), contact=Contact(), controls={}, digest="",
)  # fmt: skip
VOLUMES = ({"DriveLetter": "C:", "ProtectionStatus": 1},)
PROFILES = tuple({"Name": name, "Enabled": 1} for name in ("Domain", "Private", "Public"))


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    keeper_sheet.clear()
    yield
    keeper_sheet.clear()


def refused() -> None:
    raise ComponentError(-2147024891)  # E_ACCESSDENIED


def test_row_452_what_the_keeper_was_told_is_what_the_agent_says_and_by_whom(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(disks.BITLOCKER, "ask", refused)
    monkeypatch.setattr(disks, "fixed_drives", lambda: ("C:",))
    alone = disks.read(AT, POLICY)
    assert not alone.by_keeper
    keeper = WindowsAnswers(FakeClock(), {"disks": lambda: VOLUMES})
    keeper.turn()
    told = disks.read(AT, POLICY)
    assert (told.by_keeper, [one.encrypted for one in told.volumes]) == (True, [True])
    keeper_sheet.clear()
    assert disks.read(AT, POLICY) == alone, "without the keeper it is as it was"


def test_row_452_the_firewall_in_force_is_the_keeper_s_where_the_agent_is_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    local = (4, {1: False, 2: False, 4: False})
    monkeypatch.setattr(firewall.LOCAL, "ask", lambda: local)
    monkeypatch.setattr(firewall.ACTIVE, "ask", refused)
    assert (firewall.read(AT, POLICY).on, firewall.read(AT, POLICY).by_keeper) == (False, False)
    WindowsAnswers(FakeClock(), {"firewall": lambda: PROFILES}).turn()
    told = firewall.read(AT, POLICY)
    assert (told.on, told.agreed, told.by_keeper) == (True, False, True)


def test_row_452_an_answer_in_a_key_that_others_may_write_is_not_followed() -> None:
    place = winreg.HKEY_LOCAL_MACHINE, keeper_sheet.PLACE
    access = winreg.KEY_ALL_ACCESS | winreg.KEY_WOW64_64KEY
    keeper_sheet.write("disks", VOLUMES)
    assert keeper_sheet.told("disks") == VOLUMES
    keeper_sheet.clear()
    with winreg.CreateKeyEx(*place, 0, access) as key:
        text = written(VOLUMES, "disks", api.tick_count())
        winreg.SetValueEx(key, "disks", 0, winreg.REG_SZ, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeper_sheet, "kept", lambda _descriptor: False)
        assert keeper_sheet.told("disks") is None
    with winreg.OpenKey(*place, 0, access) as key:
        winreg.SetValueEx(key, "disks", 0, winreg.REG_DWORD, 1)
    assert keeper_sheet.told("disks") is None


def test_row_452_a_question_that_hangs_holds_up_nobody_and_its_answer_grows_old() -> None:
    held, asked = threading.Event(), []

    def hangs() -> tuple[dict[str, object], ...]:
        asked.append(1)
        held.wait(PATIENCE)
        return VOLUMES

    question = Question("disks", 0.05, hangs, silent=lambda: ComponentError(SILENT))
    clock = FakeClock()
    keeper = WindowsAnswers(clock, {"disks": question.ask, "firewall": lambda: PROFILES})
    try:
        for _ in range(4):
            keeper.turn()
            clock.advance(EVERY["disks"])
        assert len(asked) == 1, "nobody asks again while it hangs"
        assert keeper_sheet.told("disks") is None
        assert keeper_sheet.told("firewall") == PROFILES, "others are answered meanwhile"
    finally:
        held.set()
    until(lambda: question.open is None)


def test_row_452_who_is_refused_writes_nothing_and_a_keeper_that_leaves_takes_all_away() -> None:
    clock, stop = FakeClock(), threading.Event()
    rounds: list[float] = []

    def once() -> tuple[dict[str, object], ...]:
        rounds.append(clock.now().boot)
        stop.set()
        return PROFILES

    def no() -> tuple[dict[str, object], ...]:
        raise PlatformError("refused")

    keeper = WindowsAnswers(clock, {"disks": no, "firewall": once})
    keeper.turn()
    assert keeper_sheet.told("disks") is None
    assert keeper_sheet.told("firewall") == PROFILES
    keeper.turn()
    assert len(rounds) == 1, "each at its own pace"
    clock.advance(EVERY["firewall"] + LOOK)
    stop.clear()
    keeper.run(stop)
    assert len(rounds) == 2
    assert keeper_sheet.told("firewall") is None
