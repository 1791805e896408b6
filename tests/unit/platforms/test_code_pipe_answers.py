"""Who may have a code over a pipe, by the rules alone; tests/windows has the pipe itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms import code_from_pipe
from agentguard.platforms._win32.code_pipe_answers import (
    OPENED,
    Party,
    other_person,
    path,
    rights,
    stranger,
)

ANN = "S-1-5-21-1-2-3-1001"
AWAITED = Party(pid=12, session=3, sid=ANN)
CREATE_INSTANCE, NETWORK_FIRST = 0x4, "(D;;GA;;;NU)"


def test_row_135_the_list_names_the_system_and_one_person_and_keeps_the_network_out_first() -> None:
    told = rights(ANN)
    entries = told.partition("D:P")[2]
    assert entries.startswith(NETWORK_FIRST)
    assert entries.count("(A;") == 2
    assert entries.endswith(f"(A;;0x12019b;;;{ANN})")
    assert told.startswith("O:SYG:SY")
    assert not OPENED & CREATE_INSTANCE, "nobody but the system makes instances"


@pytest.mark.parametrize(
    ("came", "wrong"),
    [
        (AWAITED, ""),
        (replace(AWAITED, pid=13), "process"),
        (replace(AWAITED, pid=-1), "process"),
        (replace(AWAITED, pid=0), "process"),
        (replace(AWAITED, session=4), "session"),
        (replace(AWAITED, session=-1), "session"),
    ],
)
def test_row_135_who_came_is_judged_by_process_and_session(came: Party, wrong: str) -> None:
    assert stranger(AWAITED, came) == wrong


def test_row_135_what_windows_does_not_tell_is_nobody() -> None:
    nobody = Party(pid=0, session=3)
    assert stranger(nobody, nobody) == "process"
    assert other_person(replace(AWAITED, sid=""), replace(AWAITED, sid=""))
    assert other_person(AWAITED, replace(AWAITED, sid="S-1-5-18"))
    assert not other_person(AWAITED, AWAITED)


@pytest.mark.parametrize(
    "name", ["", "0" * 31, "0" * 33, "A" * 32, "..\\" + "0" * 29, "0" * 32 + "\n"]
)
def test_row_135_only_a_name_by_chance_is_a_pipe_of_this_computer(name: str) -> None:
    assert path(name) == ""
    assert path("0" * 32) == r"\\.\pipe\AgentGuard.Enrol." + "0" * 32


@pytest.mark.posix
def test_elsewhere_the_keeper_hands_codes_over_otherwise() -> None:
    with pytest.raises(PlatformError, match="Only Windows"):
        code_from_pipe("0" * 32)
