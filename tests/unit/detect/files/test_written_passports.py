"""Columns of passports that hold more than the bare number, as lists of travellers write them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.kinds._travel import number_in
from tests.unit.detect.files.extracted import counts

BRITISH = ["533104482", "517290346", "549918207", "562037715", "538846091", "524419630"]
ITALIAN = ["YA4471902", "YB0937715", "YA6620184", "YC5518039", "YA2209467", "YB7740312"]

WAYS = {
    "bare": "{0}",
    "state before": "GBR {0}",
    "state and dash": "GBR-{0}",
    "state glued": "GBR{0}",
    "state in brackets": "{0} (GB)",
    "state behind a stroke": "{0}/GBR",
    "document code": "P GBR {0}",
    "short for a passport": "PP{0}",
    "marked": "{0}*",
    "counted": "1) {0}",
    "check digit": "{0}<4",
    "two and the rest": "{1} {2}",
    "dotted": "{1}.{2}",
}


def listed(way: str, numbers: list[str], name: str = "passport_no") -> bytes:
    cells = [WAYS[way].format(number, number[:2], number[2:]) for number in numbers]
    rows = [f"guest{'abcdef'[n]},{cell},12/04/2031" for n, cell in enumerate(cells)]
    return "\n".join([f"guest,{name},expires", *rows]).encode()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("numbers", [BRITISH, ITALIAN], ids=["GB", "IT"])
def test_the_number_is_read_however_a_list_writes_it(way: str, numbers: list[str]) -> None:
    assert counts(listed(way, numbers)) == {"PASSPORT": 6}


def test_each_digit_may_stand_apart() -> None:
    rows = [f"{' '.join(number)},12/04/2031" for number in BRITISH]
    assert counts("\n".join(["Passport,expires", *rows]).encode()) == {"PASSPORT": 6}


@pytest.mark.parametrize("name", ["order_no", "locker", "invoice"])
@pytest.mark.parametrize("way", ["state and dash", "short for a passport", "two and the rest"])
def test_below_another_name_it_is_none(way: str, name: str) -> None:
    assert counts(listed(way, BRITISH, name)) == {}


@pytest.mark.parametrize(
    "cell",
    ["04/12/2031", "2031-12-04", "GBP 533.10", "533104482 and 517290346", "see file 533104482",
     "533104482 (2 pages)", "", "GBR", "12", "x" * 60],
)  # fmt: skip
def test_what_is_more_or_less_than_a_number_stays(cell: str) -> None:
    assert number_in(cell) == ""


@given(st.text(max_size=60))
def test_any_cell_is_read(cell: str) -> None:
    assert number_in(cell) in {"", *_joined(cell)}


def _joined(cell: str) -> set[str]:
    """Give every run of letters and digits that a cell holds, whatever stands between."""
    bare = "".join(sign for sign in cell.upper() if sign.isascii() and sign.isalnum())
    return {bare[start:end] for start in range(len(bare)) for end in range(start, len(bare) + 1)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("passport series", "passport number"),
        ("seria paszportu", "nr paszportu"),
        ("series", "passport no"),
    ],
)
def test_letters_of_a_series_may_stand_in_a_column_of_their_own(one: str, other: str) -> None:
    rows = [f"Ann,{number[:2]},{number[2:]},12/04/2031" for number in ITALIAN]
    assert counts("\n".join([f"guest,{one},{other},expires", *rows]).encode()) == {"PASSPORT": 6}


@pytest.mark.parametrize(
    ("one", "other"), [("series", "number"), ("row", "passport queue"), ("series", "bond no")]
)
def test_letters_beside_other_numbers_are_no_series(one: str, other: str) -> None:
    rows = [f"Ann,{number[:2]},{number[2:]},12/04/2031" for number in ITALIAN]
    assert counts("\n".join([f"guest,{one},{other},expires", *rows]).encode()) == {}


OF_STATES = (
    ("FRA", "21LH86725"),
    ("AUS", "M4215389"),
    ("USA", "A18338623"),
    ("PHL", "EC3270594"),
    ("ESP", "PBN329181"),
    ("D", "C01X00T47"),
)


def list_of(pairs: tuple[tuple[str, str], ...], names: str = "") -> bytes:
    rows = (f"LEE,Ann,{state},{number},16/11/20{29 + n}" for n, (state, number) in enumerate(pairs))
    return "\n".join((*([names] if names else []), *rows, "")).encode()


@pytest.mark.parametrize("names", ["", "family,first,state,number,until"])
def test_a_list_without_their_name_tells_them_by_the_nationality(names: str) -> None:
    assert counts(list_of(OF_STATES, names)) == {"PASSPORT": len(OF_STATES)}


@pytest.mark.parametrize(
    "pairs",
    [
        tuple(("GBR", f"{366078923 + 7919 * n}") for n in range(6)),  # any nine digits
        tuple((state, number) for (state, _), (_, number) in pairwise(OF_STATES)),
        tuple(("Leeds", number) for _, number in OF_STATES),
        OF_STATES[:4],
    ],
)
def test_numbers_that_their_states_do_not_tell_are_none(pairs: tuple[tuple[str, str], ...]) -> None:
    assert "PASSPORT" not in counts(list_of(pairs))


@pytest.mark.parametrize(
    ("name", "found"), [("pass no", 6), ("RP-Nr.", 6), ("PP", 6), ("badge no", 0), ("VAT no", 0)]
)
def test_one_state_is_enough_below_a_name_that_is_short_for_them(name: str, found: int) -> None:
    pairs = tuple(("GBR", f"{366078923 + 7919 * n}") for n in range(6))
    told = counts(list_of(pairs, f"family,first,nationality,{name},until"))
    assert told.get("PASSPORT", 0) == found
    elsewhere = tuple(("FRA", number) for _, number in pairs)
    assert "PASSPORT" not in counts(list_of(elsewhere, f"family,first,nationality,{name},until"))


def test_another_name_above_them_is_believed() -> None:
    assert counts(list_of(OF_STATES, "family,first,state,invoice no,until")) == {}


@pytest.mark.parametrize(
    ("name", "found"), [("Pass. No", 4), ("Psp. No.", 4), ("Pass No", 0), ("PSP ref", 0)]
)
def test_a_shortened_name_is_one_by_its_point(name: str, found: int) -> None:
    numbers = ("366078923", "107185703", "522327688", "471863135")
    rows = "".join(f"K{n},Ann Lee,{number},04/2031\n" for n, number in enumerate(numbers))
    assert counts(f"case,pax,{name},expiry\n{rows}".encode()).get("PASSPORT", 0) == found
