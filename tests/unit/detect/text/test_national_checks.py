"""Checks of national numbers: one wrong digit is noticed, and so is a day that there was not."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.recognition.scanner import default_scanner
from tests.unit.detect.text.national_numbers import MADE, digits, some

# Their checks notice every wrong digit; the others' may miss one of some ten, or there is none.
NOTICING = ("BE_NN", "CA_SIN", "ES_ID", "FI_HETU", "FR_NIR", "NL_BSN", "PL_PESEL", "SE_PN", "ZA_ID")
DATED = {
    "PL_PESEL": "44133001359",
    "RO_CNP": "1631315123457",
    "AT_SVNR": "1237320180",
    "DK_CPR": "320180-1234",
    "FI_HETU": "320180-1234",
    "SE_PN": "801332-1234",
    "ZA_ID": "7513305044089",
    "DE_RVNR": "65320839J003",
    "CZ_RC": "8113304443",
    "GR_AMKA": "32018012345",
    "HU_TAX": "8650001231",
    "IT_CF": "RSSMRA85M72A562S",
}


def kinds(text: str) -> dict[str, int]:
    return {hit.kind: hit.count for hit in default_scanner().scan(text)}


def column(name: str, values: list[str]) -> str:
    return FENCE + "".join(f"{name}: {value}\n{FENCE}" for value in values)


@given(
    kind=st.sampled_from(NOTICING),
    seed=st.integers(0, 500),
    place=st.integers(0, 14),
    other=st.sampled_from("0123456789"),
)
def test_a_wrong_digit_is_noticed(kind: str, seed: int, place: int, other: str) -> None:
    (value,) = some(kind, 1, seed=seed)
    assume(place < len(value) and value[place].isdigit() and value[place] != other)
    wrong = f"{value[:place]}{other}{value[place + 1 :]}"
    assert kind not in kinds(f"{MADE[kind].columns[0]}: {wrong}")


@pytest.mark.parametrize("kind", DATED)
def test_a_day_that_there_was_not_is_refused(kind: str) -> None:
    assert kind not in kinds(f"{MADE[kind].columns[0]}: {DATED[kind]}")


def test_a_column_may_hold_the_numbers_of_several_states() -> None:
    states = ("DE_TIN", "PL_PESEL", "BE_NN", "BR_CPF", "ZA_ID", "RO_CNP", "ES_ID")
    values = [value for kind in states for value in some(kind, 20, seed=6)]
    Random(1).shuffle(values)
    found = kinds(column("id_number", values))
    assert set(found) == set(states)
    assert all(17 <= found[kind] <= 23 for kind in states)  # some are right for two states


def test_a_shared_label_needs_most_of_its_column_to_be_right() -> None:
    right, wrong = some("PL_PESEL", 10, seed=7), [digits(Random(n), 11) for n in range(40)]
    assert kinds(column("national_id", right)) == {"PL_PESEL": 10}
    assert kinds(column("national_id", right + wrong)) == {}
    assert kinds(column("pesel", right + wrong))["PL_PESEL"] >= 10


def test_zeros_that_a_spreadsheet_lost_are_filled_in() -> None:
    lost = [n.lstrip("0") for n in some("PL_PESEL", 300, seed=8) if n.startswith("0")]
    short = [number for number in lost if len(number) == 10]
    assert len(short) > 3
    assert kinds(column("pesel", short)) == {"PL_PESEL": len(short)}


@pytest.mark.parametrize("number", ["0123456789", "2070803628"])
def test_text_loses_no_zeros(number: str) -> None:
    assert kinds(f"id number {number}") == {}


@pytest.mark.parametrize("kind", MADE)
def test_repeats_are_one_value_however_they_are_written(kind: str) -> None:
    (value,) = some(kind, 1, seed=3)
    plain = value if kind in {"FI_HETU", "PH_TIN"} else value.replace("-", "")
    label = MADE[kind].columns[0]
    assert kinds(f"{label}: {value}\n{label}: {plain}\n")[kind] == 1
