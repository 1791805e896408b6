"""Numbers of tables' and radios' cells and decimals are no telephones and no cards."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.detect.files.extracted import counts

CARD = "4539148803436467"


@given(cell=st.integers(min_value=1 << 20, max_value=(1 << 28) - 1))
def test_row_264_a_radio_cell_is_no_telephone(cell: int) -> None:
    assert counts(json.dumps([{"cell": cell, "mcc": 262}]).encode()) == {}
    assert counts(f"radio,net,cell,lon\nGSM,2,{cell},13.2\n".encode()) == {}


@pytest.mark.parametrize(
    "text",
    ["cell 07700 900123", '{"cell": "4155550132"}', "cell: 7700900123", "Cell: 0161 496 0123"],
)
def test_row_264_a_telephone_in_the_pocket_is_one(text: str) -> None:
    assert counts(text.encode()) == {"PHONE": 1}


@given(before=st.sampled_from("=,([:+-*/?&|<>!{"))
def test_row_264_a_decimal_without_its_nought_is_no_card(before: str) -> None:
    assert counts(f"var a{before}.{CARD};".encode()) == {}


def test_row_264_a_full_stop_parts_a_card_from_a_sentence() -> None:
    assert counts(f"She paid by card.{CARD}".encode()) == {"PAN": 1}


def test_row_264_the_caller_of_a_call_record_is_a_telephone() -> None:
    assert counts(b"id,ANI,agent\n1,4155550132,x\n2,2125550143,y\n") == {"PHONE": 2}
