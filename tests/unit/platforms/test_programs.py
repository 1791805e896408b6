"""The end of every program that runs from one folder, and of no other."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.platforms import cleared
from agentguard.platforms._programs import running

pytestmark = pytest.mark.posix

SLEEP = shutil.which("sleep") or ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(SLEEP, tmp_path / "agentguard")
    return tmp_path


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[bytes]]:
    place = tmp_path_factory.mktemp("elsewhere")
    shutil.copy(SLEEP, place / "agentguard")
    with subprocess.Popen((place / "agentguard", "60")) as other:
        yield other
        other.kill()


def test_an_empty_folder_is_clear_at_once(folder: Path) -> None:
    assert cleared(folder, 60.0, kill=False)


def test_a_program_that_ends_in_time_is_waited_for(folder: Path) -> None:
    with subprocess.Popen((folder / "agentguard", "0.3")):
        assert running(folder)
        assert cleared(folder, 60.0, kill=False)


def test_one_that_stays_is_told_of_and_left_alone(folder: Path) -> None:
    with subprocess.Popen((folder / "agentguard", "60")) as one:
        assert not cleared(folder, 0.2, kill=False)
        assert one.poll() is None
        one.kill()


def test_one_that_stays_is_ended_when_it_must_be(
    folder: Path, elsewhere: subprocess.Popen[bytes]
) -> None:
    with subprocess.Popen((folder / "agentguard", "60")) as one:
        assert cleared(folder, 0.2, kill=True)
        one.wait(10)
    assert elsewhere.poll() is None


def test_programs_below_the_folder_are_others(folder: Path) -> None:
    (folder / "below").mkdir()
    shutil.copy(SLEEP, folder / "below" / "agentguard")
    with subprocess.Popen((folder / "below" / "agentguard", "60")) as one:
        assert cleared(folder, 0.2, kill=True)
        assert one.poll() is None
        one.kill()
