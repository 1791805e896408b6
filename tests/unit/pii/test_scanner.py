"""What holds for any text: cuts do not matter, nothing leaves, time is linear, counts end."""

from __future__ import annotations

import re
import time
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from agentguard.catalogue import discover
from agentguard.model.hits import Hit
from agentguard.pii import kinds
from agentguard.pii._patterns import PatternSet
from agentguard.pii.base import MOST, Recogniser
from agentguard.pii.kinds._issuers import luhn
from agentguard.pii.scanner import Scanner, Stream, default_scanner

RECOGNISERS = discover(kinds, "RECOGNISER", Recogniser)
PATTERNS = PatternSet(RECOGNISERS)
VALUES = (
    "4539 1488 0343 6467",
    "4539148803436467",
    "GB29 NWBK 6016 1331 9268 19",
    "219-09-1234",
    "AB123456C",
    "943 476 5919",
    "ann.lee@quillpost.com",
    "+44 7400 123456",
    "03/04/1980",
    "123",
)
WORDS = (
    "card",
    "dob:",
    "NHS number",
    "cvv",
    "order ref",
    "\n",
    "\r\n",
    "\t",
    ",",
    "\u00a0",
    "é",
    "漢",
)
texts = st.lists(st.sampled_from(VALUES + WORDS) | st.text(max_size=8), max_size=60).map(" ".join)


def card(number: int) -> str:
    body = f"4{number:014d}"
    return next(f"{body}{digit}" for digit in range(10) if luhn(f"{body}{digit}"))


def streamed(pieces: list[str], chunk: int) -> tuple[Hit, ...]:
    stream = Stream(PATTERNS, chunk)
    for piece in pieces:
        stream.feed(piece)
    return stream.finish()


@given(text=texts, cuts=st.lists(st.integers(0, 600), max_size=6))
def test_the_pieces_of_a_stream_do_not_matter(text: str, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[a:b] for a, b in pairwise(places)]
    assert streamed(pieces, 64) == streamed([text], 64)


@given(text=texts, chunk=st.integers(400, 900))
@settings(max_examples=200)
def test_the_size_of_a_chunk_does_not_matter_to_lines_shorter_than_it(
    text: str, chunk: int
) -> None:
    lines = "\n".join(line[:380] for line in text.splitlines())
    assert streamed([lines * 3], chunk) == streamed([lines * 3], 1 << 20)


@given(text=texts)
def test_no_value_leaves(text: str) -> None:
    said = repr(default_scanner().scan(text)) + default_scanner().mask(text)
    for value in VALUES:
        if value in text and (hits := default_scanner().scan(f"card nhs dob ssn {value}")):
            told = repr(hits)
            bare = re.sub(r"\W", "", value)
            assert not any(bare[i : i + 5] in re.sub(r"\W", "", told) for i in range(len(bare) - 4))
    assert "4539148803436467" not in said or "4539148803436467" in text


@given(number=st.integers(0, 10**14 - 1))
def test_every_card_number_is_found_and_only_its_last_four_are_told(number: int) -> None:
    value = card(number)
    hits = default_scanner().scan(f"card {value}")
    assert len(set(value)) <= 3 or hits == (Hit(kind="PAN", count=1, masked=(f"...{value[-4:]}",)),)
    assert value[:12] not in default_scanner().mask(f"card {value}") or len(set(value)) <= 3


def test_values_are_counted_once() -> None:
    text = "card 4539148803436467 and again 4539 1488 0343 6467, card 4539-1488-0343-6467"
    assert default_scanner().scan(text) == (Hit(kind="PAN", count=1, masked=("...6467",)),)


def test_counting_ends_at_a_thousand() -> None:
    text = "\n".join(f"card {card(number * 7919)}" for number in range(1500))
    (hit,) = default_scanner().scan(text)
    assert (hit.kind, hit.count) == ("PAN", MOST)
    assert len(hit.masked) <= 5


def test_unlabelled_numbers_count_only_if_most_of_their_column_hold() -> None:
    random_ids = "\n".join(f"45391488{number:08d}" for number in range(0, 90_000_000, 1_000_003))
    assert default_scanner().scan(random_ids) == ()
    cards = "\n".join(card(number * 104_729_003) for number in range(1, 31))
    (hit,) = default_scanner().scan(cards)
    assert hit.count == 30


def test_masking_keeps_the_rest_of_the_text() -> None:
    masked = default_scanner().mask("I saw 4539 1488 0343 6467 on paper, dob 03/04/1980.")
    assert masked == "I saw ...6467 on paper, dob ...."


def test_masking_text_without_values_changes_nothing() -> None:
    text = "Nothing here: order 4539148803436467, 漢字 and é.\n"
    assert default_scanner().mask(text) == text


def test_hostile_text_takes_linear_time() -> None:
    scanner = Scanner(RECOGNISERS)
    for piece in ("4539 1488 0343 6467 ", "a.", "a@", "1-", "dob ", "+44 ", "\n", "GB29", "%20"):
        began = time.process_time()
        scanner.scan(piece * (400_000 // len(piece)))
        assert time.process_time() - began < 6, piece


def test_a_surrogate_or_a_nul_is_only_another_character() -> None:
    text = "\udcff\0card 4539148803436467\0\ud800"
    assert [hit.kind for hit in default_scanner().scan(text)] == ["PAN"]


def test_the_default_scanner_is_built_once() -> None:
    assert default_scanner() is default_scanner()
