"""Tray menu, second factor and To do as they stand on a Windows screen at 100 % and at 200 %."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("desktop")

PICTURED = (sys.executable, "-m", "tests.windows.pictured")
COLOURS = 20  # of what is painted with letters; an empty window has one or two
NEARLY = 0.03


@pytest.fixture(scope="module")
def standing() -> list[dict[str, Any]]:
    """Give how they stand at 100 % and at 200 %."""
    return [at(1), at(2)]


def at(scale: int) -> dict[str, Any]:
    """Have Qt scale: Wine takes Windows' own setting at a session's start (see `shots.py`)."""
    env = {**os.environ, "QT_SCALE_FACTOR": str(scale)}
    ended = subprocess.run(PICTURED, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    said: dict[str, Any] = json.loads(ended.stdout)
    return said


def test_row_471_windows_follow_the_scale_and_are_painted(standing: list[dict[str, Any]]) -> None:
    once, twice = standing
    assert (once["platform"], once["ratio"], twice["ratio"]) == ("windows", 1.0, 2.0)
    for one in standing:
        for name, seen in one["shown"].items():
            assert seen["native"] == seen["picture"] != [0, 0], name
            assert seen["colours"] > COLOURS, name
    for name in ("tray", "proof"):  # a window of a page is held by the screen
        small, large = (one["shown"][name]["drawn"] for one in standing)
        assert large == pytest.approx([2 * length for length in small], rel=NEARLY), name


def test_row_471_all_of_their_words_can_be_read_at_either_scale(
    standing: list[dict[str, Any]],
) -> None:
    for one in standing:
        assert {name: seen["unreadable"] for name, seen in one["shown"].items()} == {
            "tray": [], "proof": [], "page-todo": [],
        }  # fmt: skip


def test_the_menu_of_the_tray_has_the_letters_of_the_windows(
    standing: list[dict[str, Any]],
) -> None:
    """Windows names fonts of its own for menus; Wine's is missing, and serifs stood in for it."""
    for one in standing:
        assert one["shown"]["tray"]["letters"] == one["shown"]["page-todo"]["letters"]
