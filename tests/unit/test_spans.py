"""How long something is, as people say it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import spans, translations

SAY = translations.load().say
UNITS = {"d": spans.DAY, "h": spans.HOUR, "min": spans.MINUTE, "s": 1}


@given(st.integers(-(10**9), 10**9))
def test_row_597_nothing_is_left_out_of_what_is_told_exactly(seconds: int) -> None:
    told = spans.exactly(seconds, SAY)
    parts = re.findall(r"(\d+) (d|h|min|s)\b", told)
    assert " ".join(f"{number} {unit}" for number, unit in parts) == told
    assert sum(int(number) * UNITS[unit] for number, unit in parts) == abs(seconds)
    assert all(int(number) < 60 for number, unit in parts if unit in {"min", "s"})
    assert abs(seconds) >= spans.MINUTE or told == f"{abs(seconds)} s"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (90, "1 min 30 s"), (3600, "1 h 00 min"),
     (86_401, "1 d 1 s"), (90_061, "1 d 1 h 01 min 1 s")],
)  # fmt: skip
def test_what_is_told_exactly(seconds: int, said: str) -> None:
    assert spans.exactly(seconds, SAY) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.04, "0.0 s"), (7.25, "7.2 s"), (59.9, "59.9 s"), (75.4, "1 min 15 s")]
)
def test_what_was_measured_has_tenths_below_a_minute(seconds: float, said: str) -> None:
    assert spans.measured(seconds, SAY) == said


def test_row_597_what_is_no_number_is_called_what_it_is() -> None:
    words = translations.Texts({"x": "by {span}, {exactly}", "y": "{seconds}"})
    assert words.say("x", seconds="long") == "by long, long"
    assert words.say("x") == "by {span}, {exactly}"
    assert words.say("y", seconds=90) == "90", "what asks for the number has it"
