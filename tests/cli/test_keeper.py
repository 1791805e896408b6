"""What an administrator reads of the keeper, and how agents are told to end."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.base import paths
from agentguard.base.settings import MachineSettings, save
from agentguard.cli import main
from agentguard.platforms import alive, only_one, quitting
from agentguard.service import keeper_status
from agentguard.service.keeper_status import Standing

PATIENCE = 60.0
WELL = Standing(at="2026-11-26T10:00:00.000+00:00", sessions=2, reported="2026-11-26T09:59:30")


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "machine"
    folder.mkdir()
    monkeypatch.setenv(paths.MACHINE_VARIABLE, str(folder))
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "home"))
    return folder


def one_sentence(said: str) -> None:
    assert said.startswith("agentguard: ")
    assert said.count("\n") == 1
    assert "Traceback" not in said
    assert "mistake" not in said


class TestStatus:
    def test_a_computer_that_is_guarded(
        self, machine: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        keeper_status.write(machine, WELL)
        assert main(["keeper", "status"]) == 0
        said = capsys.readouterr().out
        assert "somebody is logged on: 2" in said
        assert "2026-11-26T09:59:30" in said

    @pytest.mark.parametrize(
        ("known", "says"),
        [
            (Standing(sessions=2, missing=1), "Sessions without an agent: 1"),
            (Standing(sessions=2, missing=1, failing=1), "starts it anew each time"),
            (Standing(sessions=2, gone=3, lost="qt.dll"), "among them qt.dll"),
        ],
    )
    def test_one_that_is_not(
        self, known: Standing, says: str, machine: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        keeper_status.write(machine, known)
        assert main(["keeper", "status"]) == 1
        assert says in capsys.readouterr().out

    def test_why_nothing_is_reported(
        self, machine: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        keeper_status.write(machine, Standing(sessions=1, problem="cert_untrusted", upgrading=True))
        assert main(["keeper", "status"]) == 0
        said = capsys.readouterr().out
        assert "cert_untrusted" in said
        assert "upgrade" in said

    def test_for_scripts(self, machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
        keeper_status.write(machine, WELL)
        assert main(["keeper", "status", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["sessions"] == 2

    @pytest.mark.parametrize("held", [None, b"", b"{", b"[]", b"\xff\xfe", b'{"sessions": "x"}'])
    def test_without_a_keeper_or_with_a_damaged_file(
        self, held: bytes | None, machine: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        if held is not None:
            (machine / keeper_status.FILE).write_bytes(held)
        assert main(["keeper", "status"]) == 3
        one_sentence(capsys.readouterr().err)

    def test_a_file_that_cannot_be_read(
        self, machine: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (machine / keeper_status.FILE).mkdir()
        assert main(["keeper", "status"]) == 3
        one_sentence(capsys.readouterr().err)

    @pytest.mark.posix
    def test_every_user_may_read_it_and_nobody_else_the_rest(self, machine: Path) -> None:
        keeper_status.write(machine, WELL)
        assert (machine / keeper_status.FILE).stat().st_mode & 0o777 == 0o644
        assert paths.private_folder().stat().st_mode & 0o777 == 0o700


class TestQuit:
    @pytest.mark.posix
    def test_an_agent_that_is_told_to_end_ends_and_the_command_waits(self, tmp_path: Path) -> None:
        home = paths.data_folder()
        held, done = threading.Event(), threading.Event()

        def agent() -> None:
            told = quitting(home)
            with only_one(home):
                held.set()
                while not told():
                    done.wait(0.05)
                done.set()

        actor = threading.Thread(target=agent)
        actor.start()
        assert held.wait(PATIENCE)
        assert main(["quit"]) == 0
        assert done.is_set()
        actor.join(PATIENCE)

    @pytest.mark.posix
    def test_one_that_does_not_end_is_said(self, capsys: pytest.CaptureFixture[str]) -> None:
        with only_one(paths.data_folder()):
            assert main(["quit", "--seconds", "0.5"]) == 3
        one_sentence(capsys.readouterr().err)
        assert not quitting(paths.data_folder())(), "the next one is not told"

    @pytest.mark.posix
    def test_where_none_runs_there_is_nothing_to_do(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["quit"]) == 0
        assert "No agent runs" in capsys.readouterr().out

    def test_a_wrong_limit(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["quit", "--mine", "--seconds", "-1"]) == 2
        one_sentence(capsys.readouterr().err)


@pytest.mark.posix
class TestRun:
    @pytest.fixture
    def heard(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(tmp_path / "notify"))
            manager.settimeout(PATIENCE)
            monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
            yield manager

    def test_it_tells_systemd_that_it_is_alive_and_ends_on_a_signal(
        self, heard: socket.socket, machine: Path, tmp_path: Path
    ) -> None:
        command = (sys.executable, "-m", "agentguard", "keeper", "run")
        with subprocess.Popen(command, env=dict(os.environ)) as keeper:
            try:
                assert heard.recv(100) == b"READY=1\nWATCHDOG=1"
                assert heard.recv(100) == b"READY=1\nWATCHDOG=1", "again and again"
                keeper.terminate()
                assert keeper.wait(PATIENCE) == 0
            finally:
                keeper.kill()
        assert (machine / "private" / "logs").is_dir()

    def test_without_systemd_nothing_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for address in ("", "nonsense", "/nowhere/at/all", "@nobody-listens"):
            monkeypatch.setenv("NOTIFY_SOCKET", address)
            alive()

    def test_an_abstract_address_is_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        name = f"agentguard-test-{os.getpid()}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(f"\0{name}")
            manager.settimeout(5)
            monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
            alive()
            assert manager.recv(100).startswith(b"READY=1")

    def test_a_folder_that_cannot_be_made_is_named(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        (tmp_path / "file").write_text("")
        monkeypatch.setenv(paths.MACHINE_VARIABLE, str(tmp_path / "file"))
        assert main(["keeper", "run"]) == 3
        one_sentence(capsys.readouterr().err)

    @pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
    def test_a_folder_that_others_may_read_is_not_used(
        self, mode: int, capsys: pytest.CaptureFixture[str]
    ) -> None:
        paths.private_folder().chmod(mode)
        assert main(["keeper", "run"]) == 3
        said = capsys.readouterr().err
        one_sentence(said)
        assert "belongs to somebody else" in said

    def test_a_link_in_its_place_is_not_followed(
        self, machine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        (machine / "private").symlink_to(tmp_path / "elsewhere")
        assert main(["keeper", "run"]) == 3
        one_sentence(capsys.readouterr().err)

    def test_the_service_manager_is_answered_before_anything_heavy_is_loaded(self) -> None:
        """Windows gives a service 30 s from its start to its first word, on a cold disk as well."""
        show = "import sys\nfrom agentguard.commands import keeper\nprint(*sys.modules)"
        command = (sys.executable, "-c", show)
        loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        heavy = {"agentguard.uplink", "cryptography", "msgspec", "PySide6", "ssl"}
        assert not heavy & set(loaded)

    def test_the_service_is_windows_alone(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["keeper", "service"]) == 3
        assert "agentguard keeper run" in capsys.readouterr().err


@pytest.mark.posix
def test_a_quiet_second_start_ends_without_calling_for_a_window(
    capsys: pytest.CaptureFixture[str],
) -> None:
    home = paths.data_folder()
    save(home, MachineSettings())
    with only_one(home):
        assert main(["tray", "--quiet"]) == 0
        assert not (home / "agent.called").exists()
        assert main(["tray"]) == 0
        assert (home / "agent.called").exists()
