"""Who takes the screen, by entries of Windows' consent store as it writes them.

The capabilities are those of
https://learn.microsoft.com/uwp/api/windows.graphics.capture.graphicscaptureaccesskind; the entries
have the form of the microphone's (tests/unit/platforms/test_microphone_answers.py).
"""

from __future__ import annotations

import pytest

from agentguard.model.moments import Moment
from agentguard.platforms._win32.microphone_answers import LATELY, Use, sharing

AT = Moment(boot=10_000.0, wall=1_700_010_000.0)
SINCE_1601 = 11_644_473_600
OBS = "C:#Program Files#obs-studio#bin#64bit#obs64.exe"


def filetime(wall: float) -> int:
    return int((wall + SINCE_1601) * 10_000_000)


def use(key: str, *, packaged: bool = False, began: float, ended: float | None = None) -> Use:
    stop = 0 if ended is None else filetime(AT.wall - ended)
    values = {"LastUsedTimeStart": filetime(AT.wall - began), "LastUsedTimeStop": stop}
    return Use(key=key, packaged=packaged, values=values)


def seen(*uses: Use) -> tuple[str, ...]:
    told = sharing(uses, lambda: frozenset({"obs64"}), AT)
    assert told.unread == ""
    return told.programs


@pytest.mark.parametrize(
    ("given", "programs"),
    [
        (use(OBS, began=60), ("obs64",)),
        (use("MSTeams_8wekyb3d8bbwe", packaged=True, began=60), ("msteams",)),
        (use(OBS, began=60, ended=LATELY / 2), ("obs64",)),
        (use(OBS, began=9000, ended=LATELY + 1), ()),
        (use(OBS, began=60, ended=-1), ()),
        (use("C:#gone.exe", began=60), ()),
        (use("C:#snap.exe", began=2, ended=1), ("snap",)),
        (Use(key="C:#x.exe", packaged=False, values={"Value": "Allow"}), ()),
    ],
    ids=["now", "package", "just", "long-ago", "ahead", "crashed", "a-moment", "never"],
)
def test_row_147_who_takes_the_screen_or_just_did_is_named(given, programs) -> None:
    assert seen(given) == programs


def test_each_program_is_named_once() -> None:
    assert seen(use(OBS, began=60), use(OBS, began=60, ended=1)) == ("obs64",)


def test_a_windows_that_notes_nothing_of_it_is_not_believed() -> None:
    assert sharing(None, frozenset, AT).unread == "capture-unnoted"
