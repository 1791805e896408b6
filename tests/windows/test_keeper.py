"""The keeper as a service of Windows' own service manager: it starts the tray, again and again."""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from agentguard.base import paths, settings
from agentguard.base.errors import PlatformError
from agentguard.platforms import desks, keeper_service, machine_layers, only_one, serve
from agentguard.platforms._win32 import api, service_manager, sessions
from agentguard.platforms._win32.service import cause
from agentguard.platforms._win32.session_host import program
from agentguard.ports.session_host import Recovery
from agentguard.service import keeper_status
from agentguard.service.keeper_status import Standing
from tests.windows import agent_ends, keeping
from tests.windows.failing_host import NAME as FAILING
from tests.windows.keeping import NAME, PATIENCE, ROOT, sc, trays, until, value
from tests.windows.test_anchor import asked_of_threads

pytestmark = pytest.mark.xdist_group("desktop")

CLOSE, NOTHING, ABORT_IF_HUNG = 0x10, 0, 2  # WM_CLOSE, WM_NULL, SMTO_ABORTIFHUNG
_post = api.user("PostMessageW", api.BOOL, api.HWND, api.UINT, api.WPARAM, api.LPARAM)
_send = api.user(
    "SendMessageTimeoutW", api.LPARAM, api.HWND, api.UINT, api.WPARAM, api.LPARAM, api.UINT,
    api.UINT, api.VOID,
)  # fmt: skip
POLICIES, INSTALLED = r"Software\Policies\AgentGuard", r"Software\AgentGuard"


def agentguard(*words: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "agentguard", *words)
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)


def written() -> Standing:
    return keeper_status.read(paths.machine_folder()) or Standing()


@pytest.fixture
def service() -> Iterator[None]:
    with keeping.service():
        yield


@pytest.mark.usefixtures("service")
def test_it_starts_the_tray_again_when_it_is_killed_and_ends_it_for_an_upgrade() -> None:
    until(trays)
    assert "RUNNING" in sc("query", NAME)
    (first,) = trays()
    with pytest.raises(psutil.AccessDenied):
        psutil.Process(first).kill()
    agent_ends.end_agents()
    until(lambda: trays() and first not in trays())
    until(lambda: written().sessions == 1)
    assert written().well

    status = agentguard("keeper", "status")
    assert status.returncode == 0
    assert "somebody is logged on: 1" in status.stdout

    until(lambda: _windows(trays()[0]))
    (second,) = trays()
    _harmless(second)
    ended = agentguard("quit")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert trays() == []
    until(lambda: written().upgrading)
    time.sleep(8)  # longer than the pause after which a killed one is started again
    assert trays() == [], "an upgrade is under way"

    sc("stop", NAME)
    until(lambda: "STOPPED" in sc("query", NAME))
    assert written().problem == "stopped"
    keeping.start()
    until(trays)
    assert second not in trays()


def _harmless(tray: int) -> None:
    """Do to a tray what another program of its person can: it goes on."""
    until(lambda: set(asked_of_threads(tray)) == {"5"})
    for window in (before := _windows(tray)):
        _post(window, CLOSE, 0, 0)
    for window in before:  # whoever answers has dealt with what was posted before
        _send(window, NOTHING, 0, 0, ABORT_IF_HUNG, 5000, ctypes.byref(ctypes.c_size_t()))
    assert trays() == [tray]


def _windows(pid: int) -> set[int]:
    """Give the windows of a tray, the hidden ones too; none before it is up."""
    found: set[int] = set()

    @ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_ssize_t)
    def each(window: int, _: int) -> int:
        if api.window_pid(window) == pid:
            found.add(window)
        return 1

    ctypes.WinDLL("user32").EnumWindows(each, 0)
    return found


def test_a_second_tray_ends_at_once_and_leaves_the_first_alone(tmp_path: Path) -> None:
    with subprocess.Popen((*program()[:3], "run"), cwd=ROOT) as first:
        try:
            until(trays)
            folder = paths.data_folder()
            until(lambda: _held(folder))
            second = subprocess.run(program(), cwd=ROOT, check=False, timeout=PATIENCE)
            assert second.returncode == 0
            assert not (folder / "agent.called").exists(), "no window was asked for"
            assert first.poll() is None
        finally:
            first.kill()


def test_a_service_that_fails_ends_as_one_that_windows_starts_again() -> None:
    """Recovery is for a process that ended, never for a service that says it has stopped."""
    host = Path(__file__).with_name("failing_host.py")
    sc("create", FAILING, "binPath=", f'"{sys.executable}" "{host}"')
    try:
        sc("start", FAILING)
        until(lambda: "STOPPED" in sc("query", FAILING))
        assert "1066" not in sc("query", FAILING), "it did not say by itself that it had stopped"
        # Wine takes the actions, and tells nothing of what it took
        assert service_manager.start_again(FAILING) is Recovery.UNKNOWN
        assert service_manager.start_again("AgentGuardNowhere") is Recovery.REFUSED
    finally:
        sc("delete", FAILING)


@pytest.mark.usefixtures("service")
def test_row_137_the_doctor_asks_the_service_manager_and_does_not_end_well_without_a_keeper() -> (
    None
):
    found = keeper_service()
    assert found is not None
    assert (found.state, found.running, found.quoted) == ("running", True, True)
    assert (found.start, found.automatic) == ("automatic", True)
    assert service_manager.process(NAME) in psutil.pids()
    until(lambda: keeper_row()["standing"] == "partly")  # it is not enrolled
    sc("stop", NAME)
    until(lambda: "STOPPED" in sc("query", NAME))
    assert service_manager.process(NAME) == 0
    row = keeper_row(exits=1)
    assert (row["standing"], "does not run" in row["reason"]) == ("failed", True)


def test_row_137_a_service_s_path_that_lacks_quotes_gets_them() -> None:
    name, path = "AgentGuardQuotes", r"C:\Program Files\Agent Guard\keeper.exe keeper service"
    sc("create", name, f"binPath= {path}")
    try:
        found = service_manager.seen(name)
        assert found is not None
        assert not found.quoted
        service_manager.start_again(name)
        again = service_manager.seen(name)
        assert again is not None
        assert again.quoted
    finally:
        sc("delete", name)


def test_row_137_a_line_of_windows_log_has_the_cause_and_no_text_that_is_not_ours() -> None:
    """Wine gives nothing of its event log to read, so that only the words are looked at."""
    ours = PlatformError("Windows refused the sign (error 5).")
    assert cause(ours) == "PlatformError: Windows refused the sign (error 5)."
    assert cause(RuntimeError("the card 4111 1111 1111 1111")) == "RuntimeError"


def keeper_row(exits: int | None = None) -> dict[str, str]:
    said = agentguard("doctor", "--json")
    assert exits in {None, said.returncode}
    (row,) = [one for one in json.loads(said.stdout)["capabilities"] if one["name"] == "keeper"]
    return dict(row)


def test_only_the_service_manager_starts_the_service() -> None:
    with pytest.raises(PlatformError, match="Only the service manager"):
        serve(NAME, lambda _stop, _changed: None)
    assert agentguard("keeper", "service").returncode == 3


def test_a_user_ends_the_own_agent_alone() -> None:
    with subprocess.Popen((*program()[:3], "run"), cwd=ROOT) as agent:
        try:
            folder = paths.data_folder()
            until(lambda: _held(folder))
            assert agentguard("quit", "--mine").returncode == 0
            assert agent.wait(PATIENCE) == 0
        finally:
            agent.kill()


def _held(folder: Path) -> bool:
    with only_one(folder) as first:
        return not first


def test_the_session_of_this_desk_is_seen() -> None:
    assert desks().sessions() == {str(session) for session in sessions.logged_on()}
    assert sessions.logged_on()


def test_group_policy_wins_over_the_file_and_the_file_over_the_installer(tmp_path: Path) -> None:
    settings.save(tmp_path, settings.MachineSettings(label="mine", team="mine"))
    with (
        value(POLICIES, "Label", "managed"),
        value(POLICIES, "AutoStart", 0),
        value(POLICIES, "Endpoint", 5),
        value(INSTALLED, "Team", "installed"),
        value(INSTALLED, "Endpoint", "https://installed.example"),
    ):
        layers = machine_layers()
        found = settings.load(tmp_path, layers)
        assert (found.label, found.team, found.endpoint) == (
            "managed",
            "mine",
            "https://installed.example",
        )
        assert not found.auto_start
        assert settings.managed(layers) == ("auto_start", "label")
        assert settings.unusable(layers) == ("endpoint",)
    assert settings.load(tmp_path, machine_layers()).label == "mine"
