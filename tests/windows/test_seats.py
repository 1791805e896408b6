"""Two sessions of one person: their seats in the registry, and a folder for each."""

from __future__ import annotations

import subprocess
import sys
import winreg
from collections.abc import Iterator

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms import seat
from agentguard.platforms._win32 import api, seats
from tests.windows.keeping import PATIENCE, ROOT

FOLDER = (
    "import contextlib, io\n"
    "from agentguard.base import paths\n"
    "from agentguard.cli import main\n"
    "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
    "    main(['quit', '--help'])\n"
    "print(paths.wanted_folder())"
)


@pytest.fixture(autouse=True)
def _nobody_seated() -> Iterator[None]:
    yield
    seats._write({})


def folder() -> str:
    """Return the data folder of a program of this session."""
    words = (sys.executable, "-c", FOLDER)
    return subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE
    ).stdout.strip()


def test_row_132_a_second_session_of_one_person_has_a_folder_of_its_own() -> None:
    own, other = api.own_session(), api.own_session() + 1
    first = folder()
    held = seats.Seats(lambda _session: "S-1-5-21-1-2-3-1001")
    held.see(frozenset({other}))
    held.see(frozenset({own, other}))
    assert seat() == 2
    assert folder() == f"{first}\\seat-2"
    again = seats.Seats(lambda _session: "S-1-5-21-1-2-3-1001")
    again.see(frozenset({own, other}))
    assert seat() == 2, "a keeper that begins anew moves nobody"
    again.see(frozenset({own}))
    assert seat() == 2, "the agent of this session goes on with its folder"
    again.see(frozenset())
    again.see(frozenset({own}))
    assert (seat(), folder()) == (1, first)


def test_row_132_two_people_sit_at_the_first_seat_and_nothing_is_written() -> None:
    held = seats.Seats(lambda session: f"S-1-5-21-1-2-3-{session}")
    held.see(frozenset({api.own_session(), 77}))
    assert seat() == 1
    with pytest.raises(FileNotFoundError):
        winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, seats.PLACE)


def test_row_132_a_session_whose_person_is_not_told_waits_for_its_seat() -> None:
    def person(session: int) -> str:
        if session == 77:
            raise PlatformError("not yet")
        return "S-1-5-21-1-2-3-1001"

    held = seats.Seats(person)
    held.see(frozenset({api.own_session(), 77}))
    assert seat() == 1


@pytest.mark.parametrize("written", [0, 65, 0xFFFFFFFF])
def test_row_132_what_is_no_seat_is_the_first(written: int) -> None:
    seats._write({api.own_session(): written})
    assert seat() == 1
