"""The installer's steps on Windows: the end of a folder's programs, and the data of its users."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agentguard.base import paths
from agentguard.commands import _setup_data
from agentguard.platforms import cleared, data_of_users
from agentguard.platforms._programs import running

SYSTEM = Path(os.environ["SYSTEMROOT"]) / "system32"


@contextmanager
def program(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program that lies in a folder and does not end by itself."""
    shutil.copy(SYSTEM / "notepad.exe", folder / "agentguard.exe")
    with subprocess.Popen((str(folder / "agentguard.exe"),)) as one:
        yield one
        one.kill()


def test_what_runs_from_a_folder_is_ended(tmp_path: Path) -> None:
    with program(tmp_path) as one:
        assert [process.pid for process in running(tmp_path)] == [one.pid]
        assert not cleared(tmp_path, 0.3, kill=False)
        assert cleared(tmp_path, 0.3, kill=True)
        assert one.wait(20) != 0


def test_a_folder_in_other_letters_is_the_same(tmp_path: Path) -> None:
    with program(tmp_path) as one:
        other = Path(str(tmp_path).upper())
        assert [process.pid for process in running(other)] == [one.pid]


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder of this user's, of a program that is only here."""
    monkeypatch.setattr(paths, "APP", "AgentGuardOfATest")
    folder = Path(os.environ["LOCALAPPDATA"]) / paths.APP
    (folder / "vault").mkdir(parents=True)
    (folder / "vault" / "kept").write_text("kept", encoding="ascii")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_the_data_of_users_are_found_in_their_profiles(own: Path) -> None:
    found = data_of_users(paths.APP)
    assert [own.samefile(one) for one in found] == [True]
    assert data_of_users("AgentGuardOfNobody") == ()


def test_row_139_a_removal_takes_the_data_of_users_with_it(own: Path, tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    apart = own.with_name(f"{own.name}{paths.APART}")
    apart.mkdir()
    (apart / "device.key.half").write_bytes(b"sealed")
    done = _setup_data.purge(tmp_path, _setup_data.of_users(data_of_users))
    assert (done.left, done.vaults) == (0, 0)
    assert not own.exists()
    assert not apart.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_vault_that_holds_files_stays(own: Path, tmp_path: Path) -> None:
    items = own / "vault" / "items"
    items.mkdir()
    (items / "3f.age").write_bytes(b"sealed")
    assert _setup_data.purge(tmp_path, data_of_users(paths.APP)).vaults == 1
    assert (items / "3f.age").read_bytes() == b"sealed"


def test_what_a_program_holds_open_is_counted_and_the_rest_goes(own: Path, tmp_path: Path) -> None:
    (tmp_path / "keeper.json").write_text("{}", encoding="ascii")
    with (own / "vault" / "kept").open("rb"):
        assert _setup_data.purge(tmp_path, data_of_users(paths.APP)).left >= 1
    assert not (tmp_path / "keeper.json").exists()
