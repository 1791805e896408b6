"""What a line's end cuts is one value again, and what stands on lines of its own is not joined."""

from __future__ import annotations

import pytest

from agentguard.detect.tables.wrapped_values import rejoined
from tests.unit.detect.files.extracted import counts

VALUES = (
    ("DOB", "my date of birth is {}, as you asked", "24 February 1996"),
    ("DOB", "née le {} à Lyon", "3 mai 1971"),
    ("DOB", "fecha de nacimiento: {}.", "9 de abril de 2005"),
    ("DOB", "geboren am {} in Ulm", "8. Oktober 1944"),
    ("IBAN", "please pay to IBAN {} today", "GB28 NWBK 2019 1532 5662 06"),
    ("IBAN", "sur mon compte, {}. Merci", "FR76 3000 3734 3898 4352 5337 252"),
    ("PHONE", "you can reach me at {}.", "+44 7403 537867"),
    ("PHONE", "Je suis joignable au {}.", "07 44 36 62 18"),
    ("AADHAAR", "Aadhaar No: {}. Thanks", "3054 7582 4034"),
    ("NHS", "the NHS number is {} and", "658 951 4909"),
    ("PAN", "my card number is {}, exp 04/29", "4539 1488 0343 6467"),
)
CUTS = ("\n", "\r\n", "\n    ", "\n> ")


@pytest.mark.parametrize(("kind", "said", "value"), VALUES)
@pytest.mark.parametrize("cut", CUTS)
def test_row_407_a_value_is_found_wherever_a_line_ends_in_it(
    kind: str, said: str, value: str, cut: str
) -> None:
    first = "> " if cut.endswith("> ") else ""
    parts = value.split(" ")
    for place in range(1, len(parts)):
        whole = f"{' '.join(parts[:place])}{cut}{' '.join(parts[place:])}"
        text = f"{first}Hello,{cut}{said.format(whole)}{cut}Ann"
        assert counts(text.encode()).get(kind) == 1, text


@pytest.mark.parametrize(
    "text",
    [
        "SSN 123 45 6789\n22 items were sent",
        "the account 12345678\n12 days ago",
        "12 14 16\n18 20 22 24\n26 28",
        "call +44 7403 537867\n020 7842 2091 is the office",
        "opened on 24\nMarch was cold, and 1996 as well",
        "GB28 NWBK 2019\n1532 5662 07 is no account",
        "in room 12\nMay I ask for 30",
    ],
)
def test_row_407_two_values_on_two_lines_stay_two(text: str) -> None:
    assert rejoined(text) == text


def test_row_407_lists_and_logs_are_left_as_they_are() -> None:
    text = "number 943\n476 5919\n" * 40
    assert rejoined(text) == text


@pytest.mark.parametrize(
    ("cut", "whole"),
    [
        (
            "IBAN IT60 X054 2811\n1010 0000 0123 456 and cell\n338 2801234. Born 24 April\n1971.",
            "IBAN IT60 X054 2811 1010 0000 0123 456 and cell\n338 2801234. Born 24 April 1971.",
        ),
        ("je suis n\xe9e\nle 7 novembre 1960", "je suis n\xe9e le 7 novembre 1960"),
        ("urodzi\u0142em\nsi\u0119 15 lutego 1977", "urodzi\u0142em si\u0119 15 lutego 1977"),
        ("the report was born\non time", "the report was born\non time"),
    ],
)
def test_two_values_near_each_other_are_both_joined(cut: str, whole: str) -> None:
    assert rejoined(cut) == whole
