"""A file that is set aside for its removal tells the name that it had."""

from __future__ import annotations

import os

import pytest

from agentguard.base.aside_names import ASIDE, LONGEST_NAME, aside, named


@pytest.mark.parametrize(
    ("name", "was"),
    [
        ("old.csv", "old.csv"),
        (f"{ASIDE}{'0' * 16}-a-b.csv", "a-b.csv"),
        (f"{ASIDE}{'0' * 16}", f"{ASIDE}{'0' * 16}"),
        (f"{ASIDE}0-a", f"{ASIDE}0-a"),
    ],
)
def test_a_name_that_was_set_aside_tells_the_file_s(name: str, was: str) -> None:
    assert named(name) == was


def test_a_name_that_does_not_fit_is_left_out() -> None:
    room = LONGEST_NAME - len(aside(""))
    assert named(aside("x" * room)) == "x" * room
    assert len(os.fsencode(aside("x" * room))) == LONGEST_NAME
    assert aside("x" * (room + 1)).strip("0123456789abcdef") == ASIDE.strip("0123456789abcdef")
