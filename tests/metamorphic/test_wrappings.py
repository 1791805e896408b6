"""Whatever a text is wrapped in, none of its values is lost, and no look-alike becomes one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metamorphic.texts import least, look_alikes, most, notes
from tests.metamorphic.wrappings import WRAPPINGS
from tests.unit.detect.files.extracted import counts

_EVERY = 40
"""One text of so many for each wrapping; which ones, its name tells."""


def some(texts: tuple[str, ...], name: str) -> tuple[str, ...]:
    return texts[sum(map(ord, name)) % _EVERY :: _EVERY]


def lost(wrapped: str, text: str) -> dict[str, int]:
    found = counts(wrapped.encode())
    return {kind: n for kind, n in least(text).items() if found.get(kind, 0) < n}


def gained(wrapped: str, text: str) -> dict[str, int]:
    return {k: n for k, n in counts(wrapped.encode()).items() if n > most(text).get(k, 0)}


@pytest.mark.parametrize("name", WRAPPINGS)
def test_no_wrapping_makes_a_value_vanish(name: str) -> None:
    chosen = some(notes(), name)
    assert len(chosen) > 20
    assert [text for text in chosen if lost(WRAPPINGS[name](text), text)] == []


@pytest.mark.parametrize("name", WRAPPINGS)
def test_no_wrapping_makes_a_look_alike_a_value(name: str) -> None:
    chosen = some(look_alikes(), name)
    assert len(chosen) > 20
    assert [text for text in chosen if gained(WRAPPINGS[name](text), text)] == []


CARDS = ("4539 1488 0343 6467", "5555341244441115", "379354508162306")


INNER = [name for name in sorted(WRAPPINGS) if name != "base64" and not name.startswith("mail")]
"""Base64 is no text of its own within a sentence or a cell's lines, and no mail is packed there."""


LOST = {
    ("calendar", "by tabs"),  # a calendar's line that begins with a tab goes on with the one above
    ("entities", "calendar"),  # a page in a calendar, a stroke before the end of each of its signs
    ("attribute", "Markdown table"),  # markup's attributes in a cell or a page are no text
    ("attribute", "page in JSON"),
}
"""Pairs in which a value is not found."""


@pytest.mark.parametrize("outer", INNER)
def test_wrappings_may_stand_in_each_other(outer: str) -> None:
    lost = {
        (inner, outer)
        for inner in INNER
        for card in CARDS
        if counts(wrapped(inner, outer, card).encode()).get("PAN", 0) != 1
    }
    assert lost == {pair for pair in LOST if pair[1] == outer}


@pytest.mark.parametrize("label", ["\u0391 \u03a6 \u039c - 009724018", "S S N - 536-22-8145"])
def test_a_hyphen_between_spaces_is_one_in_a_forms_address_too(label: str) -> None:
    assert lost(WRAPPINGS["form's URL"](label), label) == {}


@pytest.mark.parametrize("name", ["URL", "form's URL", "URL encoded twice"])
def test_an_address_with_a_query_asks_nothing(name: str) -> None:
    text = "Cart\xe3o informado por telefone.\nCPF: 02547089785"
    assert gained(WRAPPINGS[name](text), text) == {}


def wrapped(inner: str, outer: str, card: str) -> str:
    return WRAPPINGS[outer](WRAPPINGS[inner](f"Card number: {card}"))


@pytest.mark.parametrize("asked", ["Did she call?", "POST /save?a=b", "Which order was it?"])
@pytest.mark.parametrize("card", CARDS)
def test_a_number_named_on_its_line_is_not_what_was_asked_above(asked: str, card: str) -> None:
    assert counts(f"{asked}\nCard number: {card}\nx\n".encode()) == {"PAN": 1}


def test_an_element_that_goes_on_in_the_next_line_is_no_opening() -> None:
    """What stands above the number within its element is not cut off from it."""
    text = "Booking ref:\n5184120193346809"
    assert counts(WRAPPINGS["XML"](text).encode()) == {}
    assert counts(f"<?xml version='1.0'?>\n<a/>\nCard number: {CARDS[0]}\n".encode()) == {"PAN": 1}


@pytest.mark.parametrize("value", ["> Card number: {}", "| Card number: {} |", ">> card {}"])
def test_a_setting_may_begin_with_a_sign_of_a_block(value: str) -> None:
    settings = f"[notes]\nauthor=Ann\ntext={value.format(CARDS[0])}\nlast=1\n"
    assert counts(settings.encode()) == {"PAN": 1}


@given(first=st.sampled_from(notes()), second=st.sampled_from(notes()))
def test_a_text_below_another_loses_nothing(first: str, second: str) -> None:
    joined = f"{first}\n\nLunch\n\n{second}"
    assert lost(joined, second) == {}
