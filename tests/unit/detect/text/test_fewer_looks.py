"""What is looked at no more changes no result: refusals that count nothing, and known labels."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.kinds._issuers import PLAIN, STRICT, issued, luhn
from agentguard.detect.kinds.card import RECOGNISER
from agentguard.detect.lexicon.label_gap import GAP
from agentguard.detect.recogniser import Answer, Candidate, Recogniser, sure
from agentguard.detect.recognition.scanner import Scanner

SIXTEEN = re.compile(STRICT[0])
WRONG = 400  # more than a third of the values that are counted


def believe(candidate: Candidate) -> Answer:
    return sure(candidate.compact)


def numbers(count: int, seed: int, *, right: bool) -> list[str]:
    """Give numbers of an issuer with a right or a wrong check digit."""
    dice, made = random.Random(seed), list[str]()
    while len(made) < count:
        number = f"4{dice.randrange(10**15):015}"
        if luhn(number) == right:
            made.append(number)
    return made


@given(st.integers(0, 10**16 - 1))
def test_every_card_s_number_is_looked_for_when_refusals_count_no_more(number: int) -> None:
    digits = f"{number:016}"
    is_strict = SIXTEEN.fullmatch(digits) is not None
    assert is_strict or not (issued(digits) and luhn(digits))
    assert not is_strict or re.fullmatch(PLAIN[0], digits)


def test_every_issuer_s_beginning_is_looked_for() -> None:
    heads = [f"{first:04}" for first in range(10_000) if issued(f"{first:04}".ljust(16, "0"))]
    every = [f"{head}{rest:012}" for head in heads for rest in range(10)]
    right = [number for number in every if luhn(number)]
    assert len(right) == len(heads) > 2000
    assert all(SIXTEEN.fullmatch(number) for number in right)


def test_half_of_the_wrong_numbers_are_not() -> None:
    wrong = numbers(1000, 1, right=False)
    kept = sum(SIXTEEN.fullmatch(number) is not None for number in wrong)
    assert 400 < kept < 500  # of nine wrong digits four leave the sum even


@pytest.mark.parametrize("length", [13, 14, 15, 17, 18, 19])
def test_numbers_of_other_lengths_are_looked_for_as_ever(length: int) -> None:
    digits = "4" * length
    ways = [any(re.fullmatch(way, digits) for way in ways) for ways in (PLAIN, STRICT)]
    assert ways[0] == ways[1]


LINES = st.lists(
    st.sampled_from(
        (
            "card {right}", "order {right}", "{right}", "{wrong}", "{right} valid until 04/29",
            "card no. {wrong}", "{grouped}", "{right}{right}", "x.{right}", "a{right}",
            "{right}123",
            "{wrong}-{right}", "cvv 123", "card\n{right}", "{wrong}.{right}", "\x1e{right}",
        )
    ),
    max_size=40,
)  # fmt: skip


@given(LINES, st.integers(600, 5000), st.integers(0, 3), st.integers(0, 50))
def test_a_text_full_of_wrong_numbers_is_told_as_before(
    lines: list[str], chunk: int, hundreds: int, seed: int
) -> None:
    right, wrong = numbers(40, seed, right=True), numbers(40, seed, right=False)
    filled = (
        line.format(right=good, wrong=bad, grouped=" ".join(re.findall("....", good)))
        for line, good, bad in zip(lines, right, wrong, strict=False)
    )
    many = numbers(hundreds * WRONG // 2, seed, right=False)
    text = "\n".join((*many, *filled, "end"))
    plain = replace(RECOGNISER, strict=())
    assert Scanner([RECOGNISER], chunk).scan(text) == Scanner([plain], 1 << 20).scan(text)


def test_numbers_that_a_label_names_are_still_found_behind_many_wrong_ones() -> None:
    many = "\n".join(numbers(WRONG, 2, right=False))
    good = numbers(9, 3, right=True)
    named = "\n".join(f"card number {number}" for number in good)
    found = Scanner([RECOGNISER], 1000).scan(f"{many}\n{named}\n{good[0][:-1]}x")
    assert [(hit.kind, hit.count) for hit in found] == [("PAN", 9)]


@pytest.mark.parametrize(("right", "found"), [(700, 0), (990, 990)])
def test_wrong_numbers_are_counted_while_it_matters(right: int, found: int) -> None:
    text = "\n".join((*numbers(300, 4, right=False), *numbers(right, 5, right=True)))
    assert sum(hit.count for hit in Scanner([RECOGNISER], 1000).scan(text)) == found


def kind(*labels: str) -> Recogniser:
    return Recogniser(kind="CODE", judge=believe, labels=labels, near=GAP + "([0-9]{4})")


LABELS = (
    ("pin",),
    ("pin ?2", "pin"),
    ("pin2", "pin"),
    ("pin[12]?",),
    ("pin.a", "pin"),
    ("pin [^x]", "pin"),
    (r"pin \w", "pin"),
    ("(?:pin|4) b", "pin"),
)
WORDS = ("pin", "pin ", "2", "a", "1234", "5678", ": ", "4 b", "\n", "-", "pin 2 1234", "pin 5678")


@pytest.mark.parametrize("labels", LABELS)
@given(pieces=st.lists(st.sampled_from(WORDS)))
def test_a_label_that_was_met_before_is_read_as_at_first(
    labels: tuple[str, ...], pieces: list[str]
) -> None:
    lines = "".join(pieces).split("\n")
    once = [Scanner([kind(*labels)]).scan(f"{line}\n") for line in lines]
    together = Scanner([kind(*labels)]).scan("\n\n\n\n".join((*lines, *lines)))
    each = {mask for hits in once for hit in hits for mask in hit.masked}
    assert {mask for hit in together for mask in hit.masked} == each


def test_a_label_with_a_digit_is_not_taken_for_a_shorter_one_met_before() -> None:
    found = Scanner([kind("pin ?2", "pin")]).scan("pin 1234\n\n\npin 2 5678\n")
    assert [hit.count for hit in found] == [2]


LENGTHS = (4, 5, 6, 7, 8)
SEVERAL = tuple(
    Recogniser(kind=f"OF{n}", judge=believe, labels=("ssn", "tax id"), near=f"{GAP}([0-9]{{{n}}})")
    for n in LENGTHS
)
SAID = (
    "ssn: 123", "ssn: none", "ssn 1234567", "SSN", "tax id 12345", "\x1etax id: 12", "order 1234",
    "(8 digits) 12345678", "can I have the ssn?\nclient: 12345678", "ssn (tax id) 123456",
    "12345678 is my ssn",
)  # fmt: skip


@given(st.lists(st.sampled_from(SAID)), st.integers(600, 5000))
def test_kinds_that_one_label_tells_are_found_as_if_each_were_alone(
    lines: list[str], chunk: int
) -> None:
    text = "\n".join(["\x1essn: 12"] * 100 + [f"{line}\n" for line in lines])
    each = [Scanner([kind], chunk).scan(text) for kind in SEVERAL]
    assert Scanner(SEVERAL, chunk).scan(text) == tuple(hit for hits in each for hit in hits)
