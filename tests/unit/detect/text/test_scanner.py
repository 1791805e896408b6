"""What holds for any text: cuts do not matter, nothing leaves, time is linear, counts end."""

from __future__ import annotations

import re
import time
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentguard.base.plugins import discover
from agentguard.detect import kinds
from agentguard.detect.kinds._issuers import luhn
from agentguard.detect.matching.pattern_set import PatternSet
from agentguard.detect.recogniser import Recogniser
from agentguard.detect.recognition.scanner import Stream, default_scanner
from agentguard.model.hits import MOST, Hit

RECOGNISERS = discover(kinds, "RECOGNISER", Recogniser)
PATTERNS = PatternSet(RECOGNISERS)
SCANNER = default_scanner()
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
    "4539 1488\n0343 6467",
    "four five three nine one four eight eight zero three four three six four six seven",
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
    "\u2028",
    "\x1e",
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


@given(text=texts, chunk=st.integers(1, 900))
@settings(max_examples=200)
def test_the_size_of_a_chunk_does_not_matter(text: str, chunk: int) -> None:
    assert streamed([text * 3], chunk) == streamed([text * 3], 1 << 20)


@given(before=st.integers(0, 300), gap=st.integers(1, 30), chunk=st.integers(1, 64))
def test_a_value_is_found_wherever_a_cut_falls(before: int, gap: int, chunk: int) -> None:
    text = f"{'x' * before} card{' ' * gap}4539 1488\n0343 6467 dob: 03/04/1980."
    assert [hit.kind for hit in streamed(list(text), chunk)] == ["DOB", "PAN"]


@pytest.mark.parametrize("before", ["b.", "..", " .", "b-", "= ", "#"])
@pytest.mark.parametrize("value", ["4539 1488 0343 6467", "219-09-1234", "GB82WEST12345698765432"])
def test_a_value_behind_a_full_stop_is_found_wherever_a_cut_falls(before: str, value: str) -> None:
    text = f"{'b- ' * 400}{before}{value}{' x' * 700}"
    whole = streamed([text], 1 << 20)
    assert all(streamed([text], chunk) == whole for chunk in range(1180, 1230))


@given(text=texts)
def test_half_a_line_end_at_a_cut_is_one_line_end(text: str) -> None:
    windows = text.replace("\n", "\r\n")
    assert streamed(list(windows), 64) == streamed([windows], 1 << 20)


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


HOSTILE = (
    *("4539 1488 0343 6467 ", "a.", "a@", "a@a.aa ", "a.b-c.d@", "1-", "1,", "4", "0 1 ", "+1 +1-"),
    *("dob ", "tel ", "cvv 123 ", "card 4 ", "nhs 1", "password=", "+44 ", "(0", "<", "\n", "\r"),
    *("GB29", "GB29AAAA ", "%20", "219-09-1234.", "219-09-1234-", "eyJaaaaaaaaaaa-219-09-1234-"),
    *("four ", "\x1e", "card: 1\n\x1e", "漢", "漢4", "deadbeef-4539-"),
)


@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    def spent(size: int) -> float:
        began = time.process_time()
        SCANNER.scan(piece * (size // len(piece)))
        return time.process_time() - began

    SCANNER.scan(piece * 100)
    once = max(spent(40_000), 0.01)
    # Neighbours on the machine only make a look dearer: the cheapest of three is what it costs.
    assert any(spent(160_000) < 12 * once for _ in range(3))


def test_a_long_text_needs_no_more_memory_than_a_short_one() -> None:
    piece = "2025-03-24 20:52:29.182 INFO order_id=5144867117649657 card 4539148803436467\n" * 800

    def peak(pieces: int) -> int:
        stream = SCANNER.stream()
        tracemalloc.start()
        for _ in range(pieces):
            stream.feed(piece)
        stream.finish()
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(40) < peak(4) + (1 << 20)


def test_a_surrogate_or_a_nul_is_only_another_character() -> None:
    text = "\udcff\0card 4539148803436467\0\ud800"
    assert [hit.kind for hit in default_scanner().scan(text)] == ["PAN"]


def test_the_default_scanner_is_built_once() -> None:
    assert default_scanner() is default_scanner()
