"""What Windows' number for a window says of pictures of the screen."""

from __future__ import annotations

import pytest

from agentguard.platforms._win32.capture_answers import FALLS_BACK, NUMBERS, pictured
from agentguard.ports.desktop import Pictured


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0x00, Pictured.WINDOW),
        (0x01, Pictured.BLACK),
        (0x11, Pictured.BENEATH),
        (0x10, None),
        (None, None),
    ],
)
def test_a_number_says_what_is_seen(number: int | None, said: Pictured | None) -> None:
    assert pictured(number) is said


def test_a_window_that_covers_is_never_made_to_show_what_is_beneath_it() -> None:
    assert FALLS_BACK[Pictured.BLACK] == (Pictured.BLACK,)
    assert set(FALLS_BACK) == set(NUMBERS) == set(Pictured)
