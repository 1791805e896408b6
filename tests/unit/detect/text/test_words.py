"""Words by language: those for other numbers, and digits in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base.plugins import discover
from agentguard.detect import kinds, recogniser
from agentguard.detect.lexicon.spoken_digits import digits_of, run
from agentguard.detect.lexicon.words import DIGITS, FOREIGN, NATIONAL, WEAK, words
from agentguard.detect.matching.byte_folding import fold
from agentguard.detect.matching.label_regex_builder import ends_at_digits
from agentguard.detect.recognition.scanner import default_scanner

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt")
CARD = "4539148803436467"
RECOGNISERS = discover(kinds, "RECOGNISER", recogniser.Recogniser)


def spoken(number: str, language: str, joint: str = " ") -> str:
    words = [alternatives.split("|")[0] for alternatives in DIGITS[language].split()]
    return joint.join(words[int(digit)] for digit in number)


def test_every_language_has_its_words() -> None:
    assert set(DIGITS) == set(LANGUAGES) < set(FOREIGN)
    assert all(len(DIGITS[language].split()) == 10 for language in LANGUAGES)


@pytest.mark.parametrize("language", FOREIGN)
def test_words_stand_as_text_is_folded(language: str) -> None:
    for word in FOREIGN[language] | NATIONAL | WEAK:
        assert fold(word).decode("latin-1") == word == word.lower()


def test_weak_words_are_words_for_other_numbers() -> None:
    assert frozenset().union(*FOREIGN.values()) >= WEAK


@pytest.mark.parametrize("language", FOREIGN)
def test_the_word_before_a_number_tells_that_it_is_another(language: str) -> None:
    told = sorted(word for word in FOREIGN[language] if len(word) > 2)
    assert told
    assert [word for word in told if default_scanner().scan(f"card? no: {word} {CARD}")] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("joint", [" ", ", ", "-", " - "])
def test_a_spoken_card_number_is_found_in_every_language(language: str, joint: str) -> None:
    (hit,) = default_scanner().scan(f"So it is {spoken(CARD, language, joint)}. Thanks!")
    assert (hit.kind, hit.count, hit.masked) == ("PAN", 1, ("...6467",))


def test_a_spoken_number_is_the_same_value_as_a_written_one() -> None:
    (hit,) = default_scanner().scan(f"card {CARD}, {spoken(CARD, 'en')}")
    assert hit.count == 1


@pytest.mark.parametrize(
    "text", [f"order {spoken(CARD, 'en')}", spoken("4539148803436468", "en"), "one two three four"]
)
def test_spoken_digits_that_are_no_card_are_none(text: str) -> None:
    assert default_scanner().scan(text) == ()


def test_a_spoken_number_is_masked_whole() -> None:
    masked = default_scanner().mask(f"Pay with {spoken(CARD, 'en')}, please.")
    assert masked == "Pay with ...6467, please."


@given(number=st.text("0123456789", min_size=1, max_size=30), language=st.sampled_from(LANGUAGES))
def test_digits_are_read_as_they_are_spoken(number: str, language: str) -> None:
    assert digits_of(spoken(number, language)) == number


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("four five double three", "4533"),
        ("triple Nine oh", "9990"),
        ("four 5 six", "456"),
        ("4539 1488", ""),
        ("four cats", ""),
        ("", ""),
    ],
)
def test_what_is_and_is_not_spoken(text: str, digits: str) -> None:
    assert digits_of(text) == digits


def test_a_run_of_words_is_one_pattern() -> None:
    assert run(3, 5).count("{2,4}") == 1


def test_the_kinds_take_words_from_the_vocabulary() -> None:
    assert words("a b") == frozenset(("a", "b"))


def test_no_digit_goes_on_a_label_but_behind_a_letter() -> None:
    """Otherwise labels that a text repeats are looked up anew each time."""
    every = {label for one in RECOGNISERS for label in one.labels}
    assert [label for label in sorted(every) if not ends_at_digits(label)] == []
