"""Numbers that JSON holds in parts: as lists of groups or digits, and in numbered fields."""

from __future__ import annotations

import json

import pytest

from tests.unit.detect.files.extracted import counts

CARDS = ("4539148803436467", "5555341244441115", "379354508162306", "4716347184860007")


def groups(card: str) -> list[str]:
    ends = (4, 10, 15) if len(card) == 15 else (4, 8, 12, 16)
    return [card[start:end] for start, end in zip((0, *ends), ends, strict=False)]


def fields(prefix: str, card: str) -> dict[str, str]:
    return {f"{prefix}{place}": part for place, part in enumerate(groups(card), start=1)}


SHAPES = {
    "groups": lambda card: {"card": groups(card)},
    "digits": lambda card: {"card number": list(card)},
    "digits as numbers": lambda card: {"pan": list(map(int, card))},
    "numbered below": lambda card: {"card": fields("p", card)},
    "numbered beside": lambda card: {"card_no_1": "", **fields("card_no_", card), "town": "Leeds"},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_number_in_parts_is_found(shape: str) -> None:
    records = [{"guest": "Ann", **SHAPES[shape](card)} for card in CARDS]
    assert counts(json.dumps(records).encode()) == {"PAN": 4}


def test_a_list_of_short_numbers_is_found_as_such() -> None:
    assert counts(json.dumps({"nhs number": ["943", "476", "5919"]}).encode()) == {"NHS": 1}
    assert counts(json.dumps({"card": CARDS[0], "cvv": ["482", "119", "733"]}).encode()) == {
        "PAN": 1,
        "CVV": 3,
    }


@pytest.mark.parametrize(
    "record",
    [
        {"order": groups(CARDS[0])},
        {"histogram": list(map(int, CARDS[0]))},
        {"counts": {"p1": "4539", "p2": "1488", "p3": "0343", "p4": "6467"}},
        {"card": ["4539", "14880", "3436", "467", "12", "9", "1"]},
        {"card": ["4539", "x", "1488"]},
    ],
)
def test_numbers_that_nothing_names_stay_apart(record: dict[str, object]) -> None:
    assert counts(json.dumps([record]).encode()) == {}
