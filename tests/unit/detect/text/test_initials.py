"""Labels sorted by what they begin with, and gaps without another's answer, find what all find."""

from __future__ import annotations

import re
from re import _constants, _parser
from string import ascii_uppercase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.lexicon.label_gap import GAP, LETTERED_GAP, TURN, TURN_WITHIN, in_one_turn
from agentguard.detect.lexicon.words import PLEASE
from agentguard.detect.matching.kind_labels import head_of
from agentguard.detect.matching.label_matcher import _may_turn
from agentguard.detect.matching.label_prefix_index import Borders, Heads, Longest, initials
from agentguard.detect.matching.label_regex_builder import inside, spaced
from agentguard.detect.matching.re2_engine import ANYWHERE, NONE, Pattern
from agentguard.detect.recognition.scanner import default_scanner

EVERY = sorted({label for one in default_scanner().recognisers for label in one.labels})


def _firsts(parsed: Any) -> tuple[set[int], bool]:
    """Give the signs that a parsed pattern may begin with, and whether it may be empty."""
    found: set[int] = set()
    for kind, what in parsed:
        firsts, is_empty = _first(kind, what)
        found |= firsts
        if not is_empty:
            return found, False
    return found, True


def _first(kind: object, what: Any) -> tuple[set[int], bool]:
    if kind is _constants.LITERAL:
        return {what}, False
    if kind is _constants.IN:
        said = {sign for how, sign in what if how is _constants.LITERAL}
        ranges = [sign for how, sign in what if how is _constants.RANGE]
        return said | {c for low, high in ranges for c in range(low, high + 1)}, False
    if kind is _constants.BRANCH:
        ways = [_firsts(way) for way in what[1]]
        return set().union(*(firsts for firsts, _ in ways)), any(empty for _, empty in ways)
    if kind is _constants.SUBPATTERN:
        return _firsts(what[3])
    if kind in {_constants.MAX_REPEAT, _constants.MIN_REPEAT}:
        firsts, is_empty = _firsts(what[2])
        return firsts, is_empty or not what[0]
    raise AssertionError(f"a label begins with {kind}")


def _tells_its_letters(label: str) -> bool:
    told = initials(label)
    firsts, is_empty = _firsts(_parser.parse(spaced(label)))
    return not is_empty and (told == {""} or {chr(sign).lower() for sign in firsts} <= told)


def test_no_label_begins_with_another_letter() -> None:
    assert [label for label in EVERY if not _tells_its_letters(label)] == []


def test_a_label_begins_as_it_did_when_it_is_written() -> None:
    begun = {label: (initials(head_of(label)), initials(spaced(label))) for label in EVERY}
    assert begun == {label: (initials(label), initials(label)) for label in EVERY}


def _begins_with_a_capital(label: str) -> bool:
    pattern = inside([head_of(label)]).replace(r"\z", r"\Z")  # as `re` writes it
    firsts, _ = _firsts(_parser.parse(pattern))
    return {chr(sign) for sign in firsts} <= set(ascii_uppercase)


def test_within_a_word_a_label_begins_with_a_capital() -> None:
    assert [label for label in EVERY if not _begins_with_a_capital(label)] == []


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("card", "c"), ("(?:kredit)?karten?", "k"), ("(?:(?:re)?llam(?:e|o)|local)x", "rl"),
        ("(?-i:[Pp]n[ro]|SIN)", "ps"), ("[hi]m", "hi"), ("3 digits", "3"), ("a?b", ""),
        ("(?:a)*b", ""), ("(?:a?|b)c", ""), ("[,;] code", ""), ("(?:a)?", ""), (r"\xfat", ""),
        ("(?:a|b)??c", "abc"), (r"(?:\(|a)b", ""), ("(?:[)|]|a)b", ""),
    ],
)  # fmt: skip
def test_letters_are_told_only_where_they_are_plain(label: str, told: str) -> None:
    assert initials(label) == (frozenset(told) or {""})


def test_the_longest_label_is_found_whatever_it_begins_with() -> None:
    longest = Longest(["pin", "pin code", "(?:x?|p)in code.", "[,;]pin"])
    assert longest.end(b" pin", 0) == 4
    assert longest.end(b" PIN code", 0) == 9
    assert longest.end(b" pin code:", 0) == 10
    assert longest.end(b" pin code:", 0, 8) == 4
    assert longest.end(b" ;pin", 0) == 5
    assert longest.end(b" tin", 0) == -1


def test_each_kind_whose_label_begins_at_a_place_is_told() -> None:
    heads = Heads([["card", "(?:a|b)x"], ["care", "car"], ["[,;]x"], ["bx"]])
    assert heads.which(b" card") == [0, 1]
    assert heads.which(b" BX") == [0, 3]
    assert heads.which(b" ;x") == [2]
    assert heads.which(b" y") == []


BORDERS = Borders(EVERY, head_of)
WORDS = [
    re.compile(spaced(label).replace("\x1f", "").encode("latin-1"), re.IGNORECASE)
    for label in EVERY
]


@given(
    st.data(), st.lists(st.sampled_from((*WORDS, b"", b" ", b"x", b"\n", b"1: ", b"a", b"\xe9")))
)
def test_border_by_border_the_first_label_is_what_the_automaton_finds(
    data: st.DataObject, pieces: list[Any]
) -> None:
    drawn = (
        p if isinstance(p, bytes) else data.draw(st.from_regex(p, fullmatch=True)) for p in pieces
    )
    text = b"".join(one if data.draw(st.booleans()) else one.title() for one in drawn)
    look, automaton = Borders(EVERY, head_of).search(0), BORDERS.automaton
    pos = 0
    while pos < len(text):
        (span,) = look(ANYWHERE, text, pos, len(text))
        assert [span] == automaton.match(ANYWHERE, text, pos, len(text))
        pos = len(text) if span == NONE else span[0] + 1


def test_the_automaton_searches_when_it_pays() -> None:
    borders = Borders(["card"], str)
    assert borders.search(1 << 13) == borders.search(1 << 13)
    assert borders.search(1) == borders.automaton.match


PIECES = ("?", "\n", "\n\n", " ", ".", ": ", "Agent: ", "Caller: ", "10:13 ", "[10:13] Bob Holt\n",
          "please", "(12 digits)", "12345678", "ab1234", "is", "x" * 30, "\x1e", "1")  # fmt: skip


@pytest.mark.parametrize(
    "near",
    [f"{GAP}([0-9]{{8}})", f"(?:{GAP})([0-9]{{8}})", f"{LETTERED_GAP}([a-z]{{2}}[0-9]{{4}})"],
)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=9))
def test_what_nobody_answers_is_found_by_the_smaller_pattern(near: str, pieces: list[str]) -> None:
    assert len(in_one_turn(near)) < len(near) - len(TURN)
    text = "".join(pieces).encode()
    if not _may_turn(text, 0):
        brief, full = Pattern(in_one_turn(near)), Pattern(near)
        assert brief.at(text, 0, len(text)) == full.at(text, 0, len(text))


@pytest.mark.parametrize("word", ["?", max(sorted(PLEASE), key=len)])
def test_a_line_that_another_answers_is_not_too_far(word: str) -> None:
    text = f"{'-' * 31} {word}{'-' * 32}\nClient: 12345678".encode("latin-1")
    assert Pattern(f"{GAP}([0-9]{{8}})").at(text, 0, len(text)) is not None
    assert _may_turn(text, 0)
    assert text.find(b"\n") < TURN_WITHIN


def test_a_shape_that_begins_with_no_gap_stays() -> None:
    assert in_one_turn(f"x{GAP}([0-9])") == f"x{GAP}([0-9])"


def test_the_automaton_of_all_labels_fits_into_its_memory() -> None:
    # With more steps RE2 has no room for its states and searches a hundredth as fast: in 24 MiB it
    # had with 45,000, in 16 MiB no more with 33,700.
    labels = default_scanner()._patterns.without().labels
    assert labels is not None
    match: Any = labels._any.automaton.match  # a method of the compiled pattern
    assert match.__self__.ProgramSize() < 44_000
