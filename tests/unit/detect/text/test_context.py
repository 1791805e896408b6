"""What the text around a candidate says: labels, touch, columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.kinds._paying import OWN
from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.recogniser import Candidate
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.detect.score import evidence
from agentguard.detect.score.word_classes import Words, has_thing

CARD = "4539148803436467"


def beside(before: str = "", after: str = "", text: str = CARD) -> Candidate:
    return Candidate(text=text, before=before, after=after)


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("card ", "own.touch"),
        ("creditCardNumber: ", "own.touch"),
        ("cardholder_cc=", "own.touch"),
        ("card on the blue list ", "own.near"),
        ("order ", "thing.touch"),
        ("orders: ", "thing.touch"),
        ("orderId: ", "thing.touch"),
        ("order no. ", "thing.touch.numbered"),
        ("card for order ", "thing.touch own.clause"),
        ("card for the order: ", "thing.touch own.for"),
        ("card paid, order ", "thing.touch own.apart"),
        ("order paid by card ", "own.touch thing.clause"),
        ("nothing telling ", "untold"),
        ("zonder number ", "unknown.numbered"),
        ("", "untold"),
        ("card\n", "own.above"),
        ("card\n\n", "own.above"),
        ("Tracking:\n1234567890123456\n", "thing.above"),
        ("card\nAnn ", "untold"),
        (f"{'long ' * 20} card\n", "untold"),
        (f"order: 12\n{FENCE}note: ", "untold"),
        (f"order: 12\n{FENCE}card: ", "own.head"),
        ("Ann: your card?\nTom: ", "own.asked"),
        ("order 48219931 / ", "untold"),
        ("NHS 943 476 5919 - ", "untold"),
        ("order number 48219931, ", "untold"),
        ("orders 48219931, ", "thing.touch"),
        ("order 48219931 and ", "thing.touch"),
        ("order / ", "thing.touch"),
        ("order 12, ", "thing.touch"),
        ("card, order 48219931, ", "own.touch"),
        ("Ann NHS 943 476 5919 in\nTom NHS no: ", "other.touch.numbered"),
    ],
)
def test_what_words_before_say(before: str, told: str) -> None:
    assert " ".join(evidence.of(beside(before), Words(OWN))) == told


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("", " (card)", "behind.own"),
        ("", " is the order number", "behind.thing"),
        ("order ", " (card)", "thing.touch"),
        ("", " from the Visa", "own.after"),
    ],
)
def test_what_words_behind_say(before: str, after: str, told: str) -> None:
    assert " ".join(evidence.of(beside(before, after), Words(OWN))) == told


@pytest.mark.parametrize(
    "before", ["", " ", "=", '"', ":", "(", ",", "12,", "end. ", "1\n", "card-"]
)
def test_what_stands_apart_before(before: str) -> None:
    assert beside(before).alone


@pytest.mark.parametrize("before", ["1", "a", "_", "*", "0.", "12.", "0,", "beef-", "1234-", "* "])
def test_what_touches_before(before: str) -> None:
    assert not beside(before).alone


@pytest.mark.parametrize("after", ["", " ", ".", ". ", ",", ",5", '"', "\n1", ")", "-", "-1 "])
def test_what_stands_apart_after(after: str) -> None:
    assert beside(after=after).alone


@pytest.mark.parametrize("after", ["1", "x", "_", "*", ".5", "-beef", "-1234"])
def test_what_touches_after(after: str) -> None:
    assert not beside(after=after).alone


@pytest.mark.parametrize(
    ("text", "compact", "separators"),
    [
        ("4539 1488", "45391488", (" ",)),
        ("4539%201488", "45391488", (" ",)),
        ("4539&nbsp;1488", "45391488", (" ",)),
        ("4539\\u00a01488", "45391488", (" ",)),
        ("4539-1488.0343", "453914880343", ("-", ".")),
        ("45391488", "45391488", ()),
    ],
)
def test_separators_are_told_from_the_number(
    text: str, compact: str, separators: tuple[str, ...]
) -> None:
    candidate = beside(text=text)
    assert (candidate.compact, candidate.separators) == (compact, separators)


def test_a_cell_knows_its_column() -> None:
    assert beside(f"a: 1\n{FENCE}card no: ").origin == "card no"
    assert beside("card no: ").origin == ""


@pytest.mark.parametrize(
    ("gap", "told"),
    [(" number is ", False), (" trust, order ref ", True), (" id: ", False), (" serial ", True)],
)
def test_a_label_does_not_reach_over_another_label(gap: str, told: bool) -> None:
    assert has_thing(gap) is told


def test_each_column_is_judged_by_itself() -> None:
    good = ("4539148803436467", "5555341244441115", "4024007103939509", "4916338506082832")
    bad = [f"4539148803436{n}68" for n in range(1, 9)]
    rows = "".join(
        f"first: {a}\n{FENCE}second: {b}\n{FENCE}" for a, b in zip(good, bad, strict=False)
    )
    (hit,) = default_scanner().scan(rows)
    assert (hit.kind, hit.count) == ("PAN", 4)


def test_a_number_behind_an_unknown_word_counts_with_another_like_it() -> None:
    one, other = "Zzqual 4539148803436467", "Zzqual 5555341244441115"
    assert default_scanner().scan(f"{one} sent") == ()
    (hit,) = default_scanner().scan(f"{one} sent\n{other} sent")
    assert (hit.kind, hit.count) == ("PAN", 2)
    (alone,) = default_scanner().scan("4539148803436467")
    assert (alone.kind, alone.count) == ("PAN", 1)


def test_a_code_counts_only_beside_a_card() -> None:
    near = default_scanner().scan(f"card {CARD}{' ' * 100}cvv 123")
    far = default_scanner().scan(f"card {CARD}{' ' * 400}cvv 123")
    before = default_scanner().scan(f"cvv 123, card {CARD}")
    assert [hit.kind for hit in near] == ["CVV", "PAN"]
    assert [hit.kind for hit in before] == ["CVV", "PAN"]
    assert [hit.kind for hit in far] == ["PAN"]


def test_codes_are_never_shown() -> None:
    (code, _) = default_scanner().scan(f"card {CARD} cvv 123")
    assert code.masked == ()


@given(label=st.sampled_from(["ssn", "SSN", "customerSsn", "cust_ssn", "social-security", "x.ssn"]))
def test_a_label_stands_for_itself_or_at_the_border_of_words(label: str) -> None:
    assert [hit.kind for hit in default_scanner().scan(f"{label}: 219091234")] == ["SSN"]


@given(word=st.sampled_from(["lessn", "assn1", "crossne"]))
def test_a_label_inside_a_word_is_none(word: str) -> None:
    assert default_scanner().scan(f"{word}: 219091234") == ()


def test_health_numbers_whose_country_no_word_tells_count_with_others() -> None:
    one, other = "health number: 943 476 5919\n", "Medical card no. 401 023 2137\n"
    wrong = "patient health number 943 476 5918\n"
    assert default_scanner().scan(one) == ()
    assert [(hit.kind, hit.count) for hit in default_scanner().scan(one + other)] == [("NHS", 2)]
    assert default_scanner().scan(one + other + wrong) == ()
