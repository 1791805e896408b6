"""Screen sharing: allowed programs pass, others are told, and nobody seen is not nobody there."""

from __future__ import annotations

import pytest

from agentguard.checks.screen_sharing import CHECK, Settings
from agentguard.model.machine import ScreenSharesSeen
from agentguard.model.verdicts import State
from tests.unit.checks.conftest import Desk

JUDGED = Settings(judged=True)


@pytest.mark.parametrize(
    ("programs", "unread", "state", "words"),
    [
        ((), "", State.PASS, "tells of no program"),
        (("zoom",), "", State.PASS, "allows shares or records the screen: zoom."),
        (("Zoom", "webexmta"), "", State.PASS, "Zoom"),
        (("obs", "zoom"), "", State.FAIL, "does not allow shares or records the screen: obs."),
        (("zoomer",), "", State.FAIL, "zoomer"),
        (("obs",), "x11-capture", State.FAIL, "obs"),
        (("zoom",), "x11-capture", State.UNKNOWN, "X11"),
        ((), "x11-capture", State.UNKNOWN, "X11"),
        ((), "capture-unnoted", State.UNKNOWN, "not noted yet"),
    ],
)
def test_row_147_who_takes_the_screen_is_judged(desk: Desk, programs, unread, state, words) -> None:
    told = desk.judge(CHECK, ScreenSharesSeen, JUDGED, programs=programs, unread=unread)
    assert told.state is state
    assert words in told.words


@pytest.mark.parametrize(
    ("programs", "unread", "words"),
    [
        (("obs",), "", "obs"),
        (("obs",), "x11-capture", "obs"),
        ((), "", "tells of no program"),
        ((), "x11-capture", "would not tell"),
    ],
)
def test_without_a_rule_it_is_shown_and_not_judged(desk: Desk, programs, unread, words) -> None:
    told = desk.judge(CHECK, ScreenSharesSeen, programs=programs, unread=unread)
    assert told.state is State.NOT_APPLICABLE
    assert words in told.words
