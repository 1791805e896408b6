"""Windows kept out of pictures of the screen: what Windows says is believed, not that it was asked.

Wine refuses every request, as Windows does for a window of another program; the other answers are
recorded from Microsoft's description of SetWindowDisplayAffinity.
"""

from __future__ import annotations

from contextlib import suppress

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms import win32
from agentguard.platforms._win32 import capture, window
from agentguard.ports.desktop import Absent, Pictured

NONE, MONITOR, EXCLUDE = 0x00, 0x01, 0x11


class Recorded:
    """Answers as one build of Windows does: which numbers it takes, and what it makes of them."""

    def __init__(self, takes: dict[int, int]) -> None:
        self.takes, self.asked, self.now = takes, [], NONE

    def ask(self, _window: int, number: int) -> bool:
        self.asked.append(number)
        self.now = self.takes.get(number, self.now)
        return number in self.takes


NEW = {NONE: NONE, MONITOR: MONITOR, EXCLUDE: EXCLUDE}


@pytest.mark.parametrize(
    ("takes", "wanted", "seen", "asked"),
    [
        (NEW, Pictured.BENEATH, Pictured.BENEATH, [EXCLUDE]),
        (NEW, Pictured.BLACK, Pictured.BLACK, [MONITOR]),
        (NEW, Pictured.WINDOW, Pictured.WINDOW, [NONE]),
        ({**NEW, EXCLUDE: MONITOR}, Pictured.BENEATH, Pictured.BLACK, [EXCLUDE]),
        ({NONE: NONE, MONITOR: MONITOR}, Pictured.BENEATH, Pictured.BLACK, [EXCLUDE, MONITOR]),
    ],
    ids=["left-out", "black", "shown-again", "old-as-black", "old-refuses"],
)
def test_the_answer_is_what_windows_says(takes, wanted, seen, asked) -> None:
    windows = Recorded(takes)
    port = capture.WindowsCapture(windows.ask, lambda _: windows.now)
    assert port.show(1, wanted) is seen
    assert windows.asked == asked


@pytest.mark.parametrize(
    ("takes", "told"),
    [({}, NONE), (NEW, NONE), (NEW, None)],
    ids=["refuses", "takes-and-does-nothing", "does-not-tell"],
)
def test_what_is_not_in_force_is_never_said_to_be(takes, told) -> None:
    port = capture.WindowsCapture(Recorded(takes).ask, lambda _: told)
    with pytest.raises(PlatformError):
        port.show(1, Pictured.BENEATH)
    with pytest.raises(PlatformError):
        port.tried()


def test_the_door_asks_this_windows_itself() -> None:
    port = win32.backend().capture
    assert not isinstance(port, Absent)
    with window.hidden_window({}, top=True) as own:
        assert capture.affinity(own) in {NONE, None}
        with suppress(PlatformError):
            assert port.show(own, Pictured.BLACK) is Pictured.BLACK
            assert capture.affinity(own) == MONITOR
