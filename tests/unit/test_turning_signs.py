"""What somebody else named turns nothing of a sentence around, and is itself read in order."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import turning_signs
from agentguard.base.translations import Texts
from agentguard.model.messages import say
from agentguard.server.papers import bidi

FORCED = "\u202a\u202b\u202c\u202d\u202e"
ISOLATES = "\u2066\u2067\u2068\u2069"
NAMES = st.text(st.sampled_from(FORCED + ISOLATES + "aZ7. (_)אבش٣é"), max_size=12)
BEFORE, AFTER = "It is ", ", which has 3 numbers (2 of cards)."


def as_shown(text: str) -> str:
    """Return the letters from left to right, by the reader that papers are written with."""
    return "".join(text[at] for at in bidi.visual(bidi.levels(text, 0)))


@given(NAMES)
def test_row_567_no_name_turns_a_sentence_around_it(name: str) -> None:
    words = Texts({"x": BEFORE + "{name}" + AFTER})
    told = words.render(say("x", name=name))
    assert told.startswith(BEFORE)
    assert told.endswith(AFTER)
    assert not set(told) & set(FORCED)
    seen = as_shown(told)
    assert seen.startswith(BEFORE)
    assert seen.endswith(AFTER)


@given(NAMES)
def test_row_567_a_name_ends_what_it_begins_and_only_signs_are_left_out(name: str) -> None:
    kept = turning_signs.in_order(name)
    assert turning_signs.in_order(kept) == kept
    depth = 0
    for sign in kept:
        depth += (sign in ISOLATES[:3]) - (sign == ISOLATES[3])
        assert depth >= 0
    assert depth == 0
    letters = [one for one in name if one not in FORCED + ISOLATES]
    assert [one for one in kept if one not in ISOLATES] == letters


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_row_567_a_program_that_is_named_as_a_document_is_read_as_a_program(language: str) -> None:
    words = Texts({"x": "{name}"}, language=language)
    told = words.say("x", name="invoice\u202efdp.exe")
    assert told.strip(ISOLATES) == "invoicefdp.exe"


def test_what_is_written_from_left_to_right_is_filled_in_as_it_is() -> None:
    for name in ("a (b).", "Müller", "हिन्दी", "ñandú.xlsx", ""):
        assert Texts({"x": "{name}!"}).say("x", name=name) == f"{name}!"
    assert unicodedata.bidirectional("ह") == "L"
