"""A desk on Linux is enrolled by its computer's keeper: real processes, files and endpoint."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agentguard.base import paths, settings, translations
from agentguard.base.errors import UsageError
from agentguard.base.settings import MachineSettings
from agentguard.cli import main
from agentguard.commands.enroll import by_keeper
from agentguard.platforms import code_from_keeper
from agentguard.uplink import enrolment
from tests.flow.centre import Centre
from tests.flow.test_keeper import Kept, centre

__all__ = ["centre"]

pytestmark = [pytest.mark.posix, pytest.mark.timeout(180)]

if sys.platform != "win32":
    from agentguard.platforms._linux.bus import Bus
    from agentguard.platforms._linux.sessions import LinuxDesks

    class OneUser(LinuxDesks):
        """This test's user at a desktop, without asking logind; all else is real."""

        def sessions(self) -> frozenset[str]:
            return frozenset({str(os.getuid())})


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, centre: Centre) -> Path:
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.setenv(paths.MACHINE_VARIABLE, str(tmp_path / "machine"))
    folder = paths.data_folder()
    settings.save(folder, replace(MachineSettings(), endpoint=centre.url, ca_file=str(centre.ca)))
    return folder


@pytest.fixture
def kept(centre: Centre, tmp_path: Path) -> Kept:
    made = Kept(centre, tmp_path / "machine")
    made.keeper.desks = OneUser(Bus("unix:path=/nowhere"), tmp_path / "machine" / "codes")
    made.code_file.write_text(centre.admin.enrol_code("Sales", keeper=True) + "\n")
    return made


@pytest.fixture
def asking(home: Path) -> Iterator[subprocess.Popen[str]]:
    words = (sys.executable, "-m", "agentguard", "enroll", "--by-keeper")
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as step:
        yield step
        step.kill()


def test_the_step_of_a_user_is_handed_a_code_and_enrols(
    kept: Kept, asking: subprocess.Popen[str], home: Path, centre: Centre
) -> None:
    kept.rounds(4)
    assert code_from_keeper() == "", "the keeper is not enrolled itself"
    assert kept.teller.report() == 0.0
    while not code_from_keeper():
        kept.rounds(2)
        assert asking.poll() is None
    said, _ = asking.communicate(timeout=120)
    assert (asking.returncode, "Sales" in said) == (0, True)
    known = enrolment.load(home)
    assert known is not None
    assert (known.team, known.url) == ("Sales", centre.url)
    kept.rounds(2)
    assert code_from_keeper() == "", "a code is taken back once nobody asks"


def test_who_is_not_at_a_desktop_is_handed_nothing(
    kept: Kept, asking: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OneUser, "sessions", lambda _self: frozenset[str]())
    assert kept.teller.report() == 0.0
    while str(os.getuid()) not in kept.keeper.desks._asking:  # type: ignore[attr-defined]
        kept.rounds(2)
    kept.rounds(20)
    assert code_from_keeper() == ""


def test_a_desk_that_is_enrolled_or_has_no_endpoint_ends_at_once(
    kept: Kept, home: Path, centre: Centre, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.save(home, MachineSettings())
    assert main(["enroll", "--by-keeper"]) == 0
    assert "No endpoint is set" in capsys.readouterr().out
    (home / enrolment.FILE).write_bytes(b"{}")
    assert main(["enroll", "--by-keeper"]) != 0, "a damaged one is said, and tried again"
    (home / enrolment.FILE).unlink()
    enrolment.enrol(home, centre.url, centre.admin.enrol_code("Sales"),
                    clock=kept.clock, ca_file=str(centre.ca))  # fmt: skip
    assert main(["enroll", "--by-keeper"]) == 0
    assert "enrolled already" in capsys.readouterr().out


def test_on_windows_the_keeper_needs_no_step(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = translations.load()
    with monkeypatch.context() as windows:
        windows.setattr(sys, "platform", "win32")
        with pytest.raises(UsageError, match="by itself"):
            by_keeper(home, words, lambda _code: 0)
