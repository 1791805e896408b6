"""Cells of tables that come again are left out, and no count changes for it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentguard.detect.lexicon.label_gap import FENCE, GAP
from agentguard.detect.recogniser import Answer, Candidate, Recogniser, sure
from agentguard.detect.recognition.custom_kinds import built_in
from agentguard.detect.recognition.scanner import Scanner
from tests.unit.detect.text.test_vectors import accepted, refused

PIN = Recogniser(
    kind="PIN",
    judge=lambda candidate: sure(candidate.text),
    labels=("pin",),
    near=f"{GAP}([0-9]{{4}})",
)
CELLS = (
    "card number: 4539 1488 0343 6467", "pan: 5555555555554444", "number: 4539148803436467",
    "order: 4539148803436467", "order: 4539148803436460", "cvv: 512", "code: 512", "code: 051",
    "cvv2: 884", "country code: 352", "expiry: 04/29", "sort code: 12-34-56", "sort code: 20-45-53",
    "account number: 31926819", "account number: 55779911", "account: 31926819", "bank: Barclays",
    "id type: passport", "id type: visa", "id number: 533401372", "id number: 702994318",
    "passport no: 533401372", "date of birth: 1970-03-12", "dob: 1981-11-30", "born: 3.5.1966",
    "e-mail: ann.dahl@mail.example.org", "phone: 07911 123456", "phone: 07740 640062",
    "ssn: 219-09-9999", "national id no: 1134-6750-2911", "sss no: 20-6899554-2", "city: Leeds",
    "queue: sales", "seconds: 311", "note: asked to be called back", "note: what is your ssn?",
    "answer: 219-09-9998", "-----BEGIN RSA PRIVATE KEY-----", "note: his sort code is",
    "MIIEpAIBAAKCAQEAx8Kq3vJ0d9sVbYw2Zr5tUu7cGh1LmNo", "x: " + "long text " * 40, "",
)  # fmt: skip


VECTORS = [
    text for text in (*(text for _, text, _ in accepted()), *(text for _, text in refused()))
    if len(text) < 150
]  # fmt: skip


@cache
def _scanner(chunk: int) -> Scanner:
    return Scanner(built_in(), chunk)


def _table(cells: list[str]) -> str:
    return "".join(f"{cell}\n{FENCE}" for cell in cells)


def _counts(text: str, chunk: int = 400) -> dict[str, int]:
    return {hit.kind: hit.count for hit in _scanner(chunk).scan(text)}


def _all_judged(text: str) -> dict[str, int]:
    """Give the counts of a stream that leaves nothing out, since it tells of every candidate."""
    return {hit.kind: hit.count for hit in _scanner(1 << 20).explain([text]).hits}


@settings(max_examples=400)
@given(
    st.lists(st.sampled_from(CELLS), min_size=1, max_size=8, unique=True),
    st.lists(st.integers(0, 7), min_size=20, max_size=120),
    st.sampled_from([64, 400, 1600]),
    st.booleans(),
)
def test_counts_are_those_of_the_whole_table(
    some: list[str], order: list[int], chunk: int, by_row: bool
) -> None:
    rows = [some[index % len(some)] for index in order] if not by_row else some * (len(order) // 4)
    text = _table(rows)
    assert _counts(text, chunk) == _all_judged(text)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(VECTORS), min_size=1, max_size=10),
    st.lists(st.integers(0, 9), min_size=10, max_size=80),
    st.sampled_from([200, 1000]),
)
def test_counts_are_the_same_for_what_any_kind_is_told_by(
    some: list[str], order: list[int], chunk: int
) -> None:
    text = _table([some[index % len(some)] for index in order])
    assert _counts(text, chunk) == _all_judged(text)


@pytest.mark.parametrize("chunk", [600, 1 << 16])
def test_who_comes_again_in_row_after_row_is_judged_but_twice(chunk: int) -> None:
    judged = Counter[str]()

    def judge(candidate: Candidate) -> Answer:
        judged[candidate.text] += 1
        return PIN.judge(candidate)

    rows = [f"call: {9000 + row}\n{FENCE}pin: {1000 + row % 7}" for row in range(2000)]
    hits = Scanner([replace(PIN, judge=judge)], chunk).scan(_table(rows))
    assert [hit.count for hit in hits] == [7]
    assert max(judged.values()) <= 2


def test_a_code_counts_beside_a_card_that_came_before() -> None:
    card, far = "card number: 4539 1488 0343 6467", "note: " + "nothing of interest " * 20
    rows = [card, "queue: sales", far] * 40
    assert _counts(_table(rows)) == {"PAN": 1}
    assert _counts(_table([*rows, card, "cvv: 512"])) == {"PAN": 1, "CVV": 1}
    assert _counts(_table([*rows, card, "code: 512"])) == {"PAN": 1, "CVV": 1}


def test_a_code_far_from_a_card_does_not_come_near_for_what_is_left_out() -> None:
    between = [f"note: the customer asked about parcel {number}" for number in range(20)]
    rows = ["card number: 4539 1488 0343 6467", *between, "cvv: 512", *between]
    assert _counts(_table(rows * 20)) == _all_judged(_table(rows)) == {"PAN": 1}


def test_a_number_in_the_next_cell_is_found_however_often_its_label_came() -> None:
    passports = [f"id number: {number}" for number in range(533401372, 533401392)]
    rows = [cell for number in passports for cell in ("id type: passport", number, "city: Leeds")]
    assert _counts(_table(rows)) == {"PASSPORT": 20}
    accounts = [f"account number: {number}" for number in range(31926819, 31926839)]
    rows = [cell for number in accounts for cell in ("sort code: 12-34-56", number, "city: Leeds")]
    assert _counts(_table(rows)) == {"SORT_ACCT": 20}


def test_text_behind_a_table_is_read() -> None:
    rows = _table(["pin: 1234", "queue: sales"] * 200)
    text = f"{rows}the end of the table\n" + "words and more words\n" * 500 + "pin: 9876\n"
    for chunk in (64, 400, 1 << 16):
        stream = Scanner([PIN], chunk).stream()
        for at in range(0, len(text), 7):
            stream.feed(text[at : at + 7])
        assert [hit.count for hit in stream.finish()] == [2]


def test_kinds_of_which_two_cells_tell_say_so() -> None:
    told = {r.kind for r in built_in() if r.across or r.around or r.beside}
    found = set()
    for kind, text, _ in accepted():
        for joint in re.finditer(r"\n|: | ", text):
            cells = [text[: joint.start()], text[joint.end() :]]
            both, *each = (_counts(FENCE + _table(some)) for some in (cells, cells[:1], cells[1:]))
            if kind in both and not any(kind in one for one in each):
                found.add(kind)
    assert found == told
