"""Names of files with values in them: masked however they run together; other names stay."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentguard.detect.recognition.masked_names import masked
from tests.flow.canary import drawn

PLAIN = (
    "/home/ann/Documents/report-20251130.pdf",
    "/home/ann/scan_20251130101530.pdf",
    "/home/ann/IMG_20251130_101530123.jpg",
    "/var/lib/0f8fad5b-d9cb-469f-a165-70867728950e",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "C:\\Users\\ann\\Desktop\\minutes 2025.docx",
    "10.0.26100.4349",
    "115.0.5790.170-1",
    "192.168.100.200:3389",
    "",
)
FORMS = ("{}.txt", "a_{}.pdf", "{}_Smith.pdf", "card-{}.docx", "{}/notes.txt", "IBAN {} (1).csv")


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_name_stays(name: str) -> None:
    assert masked(name) == name


@given(seed=st.integers(1, 10**6), form=st.sampled_from(FORMS), joint=st.sampled_from(" -_."))
@settings(max_examples=150, deadline=None)
def test_no_card_account_or_address_stays_in_a_name(seed: int, form: str, joint: str) -> None:
    corpus = drawn(seed, 1)
    for value in (*corpus.cards, *corpus.ibans, *corpus.mails):
        for written in (value, value.replace(" ", joint), value.replace(" ", "")):
            name = f"/home/ann/{form.format(written)}"
            assert not corpus.found_in(masked(name).encode())
            assert masked(name).startswith("/home/ann/")


def test_any_bytes_are_a_name() -> None:
    assert masked("/home/\udcff 4539148803436467.txt") == "/home/\udcff ...6467.txt"
