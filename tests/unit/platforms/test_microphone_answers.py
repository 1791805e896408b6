"""Who records, by entries of Windows' consent store as they are really written."""

from __future__ import annotations

import pytest

from agentguard.platforms._win32.microphone_answers import Use, recording

BOOTED = 1_700_000_000.0
SINCE_1601 = 11_644_473_600


def filetime(wall: float) -> int:
    return int((wall + SINCE_1601) * 10_000_000)


def use(key: str, *, packaged: bool = False, began: float = BOOTED + 60, ended: float = 0) -> Use:
    stop = filetime(ended) if ended else 0
    values = {"LastUsedTimeStart": filetime(began), "LastUsedTimeStop": stop, "Value": "Allow"}
    return Use(key=key, packaged=packaged, values=values)


ZOOM = use("C:#Users#Ann Lee#AppData#Roaming#Zoom#bin#Zoom.exe")
TEAMS = use("MSTeams_8wekyb3d8bbwe", packaged=True)


def heard(*uses: Use, running: tuple[str, ...] = ("zoom",)) -> tuple[str, ...]:
    return recording(uses, lambda: frozenset(running), BOOTED)


def test_a_program_that_has_not_ended_records() -> None:
    assert heard(ZOOM) == ("zoom",)
    assert heard(TEAMS) == ("msteams",)
    assert heard(ZOOM, TEAMS, ZOOM) == ("zoom", "msteams")


def test_a_program_that_ended_does_not() -> None:
    assert heard(use("C:#Zoom.exe", ended=BOOTED + 99)) == ()
    assert heard(use("MSTeams_8wekyb3d8bbwe", packaged=True, ended=BOOTED + 99)) == ()


def test_what_a_crash_left_open_is_no_call() -> None:
    assert heard(ZOOM, running=("explorer",)) == ()
    assert heard(use("MSTeams_8wekyb3d8bbwe", packaged=True, began=BOOTED - 9_000)) == ()


def test_a_clock_that_was_set_ends_no_programs_call() -> None:
    assert heard(use("C:#Zoom.exe", began=BOOTED - 10**8)) == ("zoom",)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"Value": "Deny"},
        {"LastUsedTimeStart": 0, "LastUsedTimeStop": 0},
        {"LastUsedTimeStart": "x", "LastUsedTimeStop": 0},
        {"LastUsedTimeStart": filetime(BOOTED)},
    ],
    ids=["nothing", "never", "zero", "nonsense", "no-end"],
)
def test_an_entry_that_says_nothing_is_nothing(values: dict[str, object]) -> None:
    assert heard(Use(key="C:#Zoom.exe", packaged=False, values=values)) == ()


def test_the_processes_are_asked_for_only_when_it_matters() -> None:
    def never() -> frozenset[str]:
        raise AssertionError

    assert recording([TEAMS, use("C:#Zoom.exe", ended=BOOTED)], never, BOOTED) == ("msteams",)
