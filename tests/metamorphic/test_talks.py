"""Talks in every style of export: the same values are found, and the same look-alikes are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metamorphic.talk_exports import STYLES, Said
from tests.unit.detect.files.extracted import counts

CARD = (
    ("A", "Thanks for calling, could I take the long card number please?"),
    ("C", "sure one second"),
    ("A", "take your time"),
    ("C", "ok it's 4539 1488"),
    ("A", "yes, go on"),
    ("C", "0343 6467"),
    ("A", "and the three digits on the reverse"),
    ("C", "482"),
)
TALKS: tuple[tuple[Said, dict[str, int]], ...] = (
    (CARD, {"PAN": 1, "CVV": 1}),
    (
        (
            ("A", "Before we go on I need your date of birth"),
            ("C", "14/03/1979"),
            ("A", "and a mobile number for the courier"),
            ("C", "07911 234567"),
            ("A", "lovely, bye"),
        ),
        {"DOB": 1, "PHONE": 1},
    ),
    (
        (
            ("A", "What is your passport number?"),
            ("C", "let me fetch it"),
            ("A", "no rush"),
            ("C", "533401372"),
        ),
        {"PASSPORT": 1},
    ),
    (
        (
            ("A", "Can you confirm the sort code"),
            ("C", "20-45-53"),
            ("A", "And the account number"),
            ("C", "31926819"),
        ),
        {"SORT_ACCT": 1},
    ),
    (
        (
            ("A", "could you read me your NHS number"),
            ("C", "943 476"),
            ("A", "mhm"),
            ("C", "5919"),
        ),
        {"NHS": 1},
    ),
    (
        (
            ("A", "which card shall I charge"),
            ("C", "the visa ending 6467"),
            ("A", "I need the full number"),
            ("C", "4539148803436467"),
            ("A", "security code?"),
            ("C", "913"),
        ),
        {"PAN": 1, "CVV": 1},
    ),
)
OTHERS: tuple[Said, ...] = (
    (
        ("A", "Is there an order number?"),
        ("C", "4429086525889667"),
        ("A", "thanks, looking"),
        ("C", "ok"),
    ),
    (
        ("A", "could I have the q1, please?"),
        ("C", "5669"),
        ("A", "could I have the q2, please?"),
        ("C", "9043"),
        ("A", "q3?"),
        ("C", "1241"),
        ("A", "could I have the q4, please?"),
        ("C", "8886"),
    ),
    (
        ("A", "what does the parcel slip say?"),
        ("C", "943 476"),
        ("A", "what is the time there?"),
        ("C", "5918"),
    ),
)


@pytest.mark.parametrize("style", STYLES)
def test_each_style_of_a_talk_is_read(style: str) -> None:
    for talk, found in TALKS:
        assert counts(STYLES[style](talk).encode()) == found


@pytest.mark.parametrize("style", STYLES)
def test_what_was_asked_for_otherwise_is_no_value(style: str) -> None:
    for talk in OTHERS:
        assert counts(STYLES[style](talk).encode()) == {}


NUMBER = "4539148803436467"


@given(
    style=st.sampled_from(sorted(STYLES)),
    cuts=st.sampled_from([(4, 8, 12), (8,), (4, 12), (6, 10), (12,)]),
    nods=st.sampled_from(["yes", "mhm", "go on", "okay"]),
)
def test_a_number_in_parts_is_one(style: str, cuts: tuple[int, ...], nods: str) -> None:
    parts = [NUMBER[i:j] for i, j in zip((0, *cuts), (*cuts, None), strict=True)]
    talk = [("A", "Can I have your card number?")]
    for part in parts:
        talk += [("C", part), ("A", nods)]
    assert counts(STYLES[style](talk).encode()) == {"PAN": 1}
