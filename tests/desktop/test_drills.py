"""Drills on a real X server: the person's clipboard stays as it was, run after run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from statistics import median

import pytest

from agentguard.model.drills import DrillOutcome
from agentguard.platforms._linux.clipboard import SELECTION, X11DrillClipboard
from tests.desktop.harness import Desktop
from tests.desktop.test_clipboard import owner_window, paste, xclip
from tests.flow.conftest import Floor, start
from tests.flow.test_drills import drills_of, watched

__all__ = ["start"]
pytestmark = pytest.mark.heavy
RUNS = 50


def test_row_303_a_copied_value_is_noticed_and_the_persons_clipboard_stays(
    x_session: Desktop, start: Callable[[], Floor]
) -> None:
    xclip(x_session, "the person's own words")
    before = owner_window(x_session, "clipboard")
    drills = drills_of(watched(start()))
    made = partial(X11DrillClipboard, x_session.display)
    backend = replace(drills.rooms.backend, drill_clipboard=made)
    drills.rooms = replace(drills.rooms, backend=backend)
    one = next(d for d in drills.catalogue if d.id == "clipboard-value")
    seconds = []
    for _ in range(RUNS):
        ended = drills.run(one, threading.Event())
        assert ended.outcome is DrillOutcome.PASSED, ended
        assert ended.seconds is not None
        seconds.append(ended.seconds)
        assert owner_window(x_session, "clipboard") == before
    assert paste(x_session) == "the person's own words"
    assert owner_window(x_session, SELECTION) == 0
    print(f"noticed after {median(seconds) * 1000:.0f} ms, {max(seconds) * 1000:.0f} at most")
