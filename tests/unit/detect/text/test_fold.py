"""Text as one byte a character: the same length, and numbers of any script in ASCII digits."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.matching.byte_folding import fold
from agentguard.detect.recognition.scanner import default_scanner

CARD = "4539148803436467"
NOUGHTS = (
    "\u0660\u06f0\u07c0\u0966\u09e6\u0a66\u0ae6\u0b66\u0be6\u0c66\u0ce6\u0d66"
    "\u0e50\u0ed0\u0f20\u1040\u17e0\u1810\uff10\U0001d7ce\U0001d7f6"
)
SPACES = "\u00a0\u1680\u2002\u2003\u2007\u2009\u200b\u2060\u202f\u205f\u3000\ufeff"
DASHES = "\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"


def written(number: str, nought: str) -> str:
    return "".join(chr(ord(nought) + int(digit)) for digit in number)


@given(text=st.text())
def test_the_length_stays(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(text=st.text(st.characters(max_codepoint=127, exclude_characters="\r")))
def test_ascii_stays_as_it_is(text: str) -> None:
    assert fold(text) == text.encode()


@given(text=st.text(st.characters(min_codepoint=161, max_codepoint=255, exclude_characters="\xad")))
def test_letters_of_latin_1_stay(text: str) -> None:
    assert fold(text) == text.encode("latin-1")


@given(text=st.text(st.characters(min_codepoint=0x100, max_codepoint=0x17F)))
def test_other_latin_letters_lose_their_accents(text: str) -> None:
    folded = fold(text).decode("latin-1")
    pairs = zip(text, folded, strict=True)
    assert all(ascii_ in {unicodedata.normalize("NFD", s)[0], "?", *"lLdDi"} for s, ascii_ in pairs)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("a\r\nb", b"a \nb"),
        ("a\rb", b"a\nb"),
        ("a\u2028b\u2029c\x85d", b"a\nb\nc\nd"),
        ("\uff23\uff36\uff36\uff1a", b"CVV:"),
        ("przesy\u0142ka", b"przesylka"),
        ("\u0391\u03a6\u039c \u03ac\u03c2", b"AFM as"),
        ("\u041d\u043e\u043c\u0435\u0440 \u0451", b"Homep e"),
        ("na\u0219terii", b"nasterii"),
        ("\u6f22\U0001f600\ud800", b"???"),
    ],
    ids=ascii,
)
def test_what_is_written_otherwise(text: str, folded: bytes) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize("nought", NOUGHTS, ids=ascii)
def test_a_card_number_is_found_in_the_digits_of_any_script(nought: str) -> None:
    (hit,) = default_scanner().scan(f"card {written(CARD, nought)}")
    assert (hit.kind, hit.masked) == ("PAN", ("...6467",))


@pytest.mark.parametrize("separator", SPACES + DASHES, ids=ascii)
def test_a_card_number_is_found_between_any_separators(separator: str) -> None:
    grouped = separator.join(CARD[i : i + 4] for i in range(0, 16, 4))
    (hit,) = default_scanner().scan(f"I paid with {grouped} today")
    assert (hit.kind, hit.masked) == ("PAN", ("...6467",))


@pytest.mark.parametrize("start", [0x0391, 0x03B1, 0x0410, 0x0430], ids=hex)
def test_every_letter_of_an_alphabet_is_read_as_a_letter(start: int) -> None:
    letters = [chr(letter) for letter in range(start, start + 25) if letter != 0x03A2]
    assert fold("".join(letters)).isalpha()
    assert fold(letters[0]).isupper() is letters[0].isupper()


def test_capitals_that_look_alike_are_the_same_in_a_number() -> None:
    typed = "\u039c\u03a4" + "84MALT011000012345MTLCAST001S"  # IBAN registry's example: MT
    assert [(hit.kind, hit.masked) for hit in default_scanner().scan(typed)] == [
        ("IBAN", ("...001S",))
    ]


@given(nought=st.sampled_from(NOUGHTS), separator=st.sampled_from(SPACES + DASHES))
def test_a_number_of_any_script_is_masked_in_place(nought: str, separator: str) -> None:
    grouped = separator.join(written(CARD[i : i + 4], nought) for i in range(0, 16, 4))
    masked = default_scanner().mask(f"\u6f22 card {grouped} \u6f22")
    assert masked == "\u6f22 card ...6467 \u6f22"
