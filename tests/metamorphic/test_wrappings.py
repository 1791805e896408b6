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


@given(names=st.lists(st.sampled_from(INNER), max_size=2), card=st.sampled_from(CARDS))
def test_wrappings_may_stand_in_each_other(names: list[str], card: str) -> None:
    text = f"Card number: {card}"
    for name in names:
        text = WRAPPINGS[name](text)
    assert counts(text.encode()).get("PAN", 0) == 1


@given(first=st.sampled_from(notes()), second=st.sampled_from(notes()))
def test_a_text_below_another_loses_nothing(first: str, second: str) -> None:
    joined = f"{first}\n\nLunch\n\n{second}"
    assert lost(joined, second) == {}
