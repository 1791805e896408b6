"""The sign by which agents are told to end: set by administrators alone, and nobody's to take."""

from __future__ import annotations

import subprocess
import sys
import winreg
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.base import paths
from agentguard.base.errors import PlatformError
from agentguard.platforms import end_agents, only_one
from agentguard.platforms._win32 import access_answers, api, quitting
from agentguard.platforms._win32.quitting import PLACE, QuitSign
from agentguard.platforms._win32.session_host import Quitting, program
from tests.windows.keeping import PATIENCE, ROOT, until

pytestmark = pytest.mark.xdist_group("desktop")

ANYBODY_S = bytes.fromhex(  # O:BAD:P(A;;KA;;;AU)
    "0100049014000000000000000000000024000000"
    "01020000000000052000000020020000"
    "02001c0001000000 000014003f000f00 01010000000000050b000000"
)
OLD_NAME = "Global\\AgentGuard-Quit"


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    QuitSign().clear()
    yield
    QuitSign().clear()


def test_who_has_begun_is_told_and_who_begins_later_is_not() -> None:
    before = Quitting()
    assert not before()
    QuitSign().set()
    assert before()
    assert QuitSign().is_set()
    until(lambda: not Quitting()())  # from the next tick on
    QuitSign().clear()
    assert not before()
    assert not QuitSign().is_set()


def test_it_stays_when_the_program_ends_that_has_set_it() -> None:
    before = Quitting()
    command = "from agentguard.platforms._win32.quitting import QuitSign; QuitSign().set()"
    subprocess.run((sys.executable, "-c", command), cwd=ROOT, check=True, timeout=PATIENCE)
    assert before()


def test_it_is_the_system_s_and_users_only_read_it() -> None:
    QuitSign().set()
    descriptor, _ = quitting.read()
    assert descriptor is not None
    assert access_answers.kept(descriptor)
    assert access_answers.others(descriptor).write is False


def test_it_is_gone_with_the_computer_s_start() -> None:
    """Nothing below a volatile key outlives the computer's run, and Windows says so."""
    QuitSign().set()
    with (
        winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, PLACE, 0, winreg.KEY_ALL_ACCESS) as key,
        pytest.raises(OSError, match="1021") as refused,  # ERROR_CHILD_MUST_BE_VOLATILE
    ):
        winreg.CreateKey(key, "lasting")
    assert refused.value.winerror == 1021


def test_one_that_anybody_may_change_is_not_followed_and_is_made_anew(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """By what Windows tells of such a key: Wine keeps no list of a key's own."""
    agent = Quitting()
    QuitSign().set()
    with monkeypatch.context() as patch:
        patch.setattr(quitting, "descriptor", lambda _key: ANYBODY_S)
        assert not agent()
        assert not agent()
        assert not QuitSign().is_set()
    assert caplog.text.count("is not the system's own, and is not followed") == 1
    told, real = [ANYBODY_S], quitting.descriptor
    monkeypatch.setattr(quitting, "descriptor", lambda key: told.pop() if told else real(key))
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, PLACE, 0, winreg.KEY_ALL_ACCESS) as before:
        QuitSign().set()
        with pytest.raises(OSError, match="1018"):  # ERROR_KEY_DELETED
            winreg.QueryValueEx(before, quitting.AT)
    assert "it is made anew" in caplog.text
    assert agent()


def test_who_may_not_is_told_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quitting, "_create", lambda *_given: 5)
    with pytest.raises(PlatformError, match="Only an administrator"):
        QuitSign()
    monkeypatch.setattr(quitting, "_create", lambda *_given: 1018)
    with pytest.raises(PlatformError, match=r"\(error 1018\)"):
        QuitSign()


@pytest.mark.parametrize("at", ["soon", b"\x00"])
def test_what_is_no_time_ends_nobody(at: object) -> None:
    agent = Quitting()
    QuitSign().set()
    kind = winreg.REG_SZ if isinstance(at, str) else winreg.REG_BINARY
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, PLACE, 0, winreg.KEY_ALL_ACCESS) as key:
        winreg.SetValueEx(key, quitting.AT, 0, kind, at)
    assert not agent()


def test_a_set_event_that_a_user_has_made_ends_no_agent_and_hinders_no_upgrade() -> None:
    create = api.kernel("CreateEventW", api.HANDLE, api.VOID, api.BOOL, api.BOOL, api.TEXT)
    event = create(None, True, True, OLD_NAME)
    assert event
    folder = paths.data_folder()
    with subprocess.Popen((*program()[:3], "run"), cwd=ROOT) as agent:
        try:
            until(lambda: _held(folder))
            with pytest.raises(subprocess.TimeoutExpired):
                agent.wait(5)  # it looks every second
            assert end_agents(folder, PATIENCE)
            assert agent.wait(PATIENCE) == 0
        finally:
            agent.kill()
            api.close_handle(event)


def _held(folder: Path) -> bool:
    with only_one(folder) as first:
        return not first
