"""The passes of the engine: each kind finds its own, over lines, at borders, and until enough."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base.errors import CatalogueError
from agentguard.detect.lexicon.label_gap import GAP
from agentguard.detect.matching.re2_engine import Pattern, Several
from agentguard.detect.matching.shape_matcher import opening, run_of
from agentguard.detect.recogniser import (
    LONGEST,
    Answer,
    Candidate,
    Recogniser,
    maybe,
    miss,
    no,
    sure,
)
from agentguard.detect.recognition.scanner import Scanner
from agentguard.model.hits import MOST, Hit


def believe(candidate: Candidate) -> Answer:
    return sure(candidate.compact, "shape")


def long(candidate: Candidate) -> Answer:
    return sure("long") if len(candidate.text) > LONGEST else no("short")


def kind(name: str, *shapes: str, bounded: bool = False, crowded: bool = False) -> Recogniser:
    return Recogniser(kind=name, judge=believe, shapes=shapes, bounded=bounded, crowded=crowded)


def labelled(name: str, *labels: str, near: str = GAP + "([0-9]{4})") -> Recogniser:
    return Recogniser(kind=name, judge=believe, labels=labels, near=near)


def counts(scanner: Scanner, text: str) -> dict[str, int]:
    return {hit.kind: hit.count for hit in scanner.scan(text)}


def test_kinds_that_overlap_are_each_found() -> None:
    scanner = Scanner(
        [
            kind("LONG", "[0-9]{3}-[0-9]{3}-[0-9]{4}"),
            kind("SAME", "[0-9]{3}-[0-9]{3}"),
            kind("INNER", "[0-9]{3}-[0-9]{4}", bounded=True),
        ]
    )
    assert counts(scanner, "call 212-555-0187 now") == {"INNER": 1, "LONG": 1, "SAME": 1}


def test_a_kind_never_finds_a_value_within_its_own() -> None:
    scanner = Scanner([kind("PARTS", "[0-9]{2}(?:-[0-9]{2})+"), kind("OTHER", "zzz")])
    assert counts(scanner, "12-34-56-78-90") == {"PARTS": 1}


@pytest.mark.parametrize("before", ["1", "a", "Z", "_", "*", "#", "0.", "7."])
@pytest.mark.parametrize("crowded", [True, False])
def test_a_bounded_value_is_not_found_when_something_touches_it(before: str, crowded: bool) -> None:
    scanner = Scanner([kind("CODE", "[0-9]{4}", bounded=True, crowded=crowded)])
    assert counts(scanner, f"x {before}1234 y") == {}


@pytest.mark.parametrize("after", ["1", "a", "Z", "_"])
def test_nor_when_something_touches_it_behind(after: str) -> None:
    assert counts(Scanner([kind("CODE", "[0-9]{4}", bounded=True)]), f"x 1234{after} y") == {}


@pytest.mark.parametrize("before", ["", " ", "\n", "(", ".", " .", ":", "-", "=", ";"])
@pytest.mark.parametrize("after", ["", " ", "\n", ")", ".", ",", "-", "="])
@pytest.mark.parametrize("crowded", [True, False])
def test_a_bounded_value_is_found_where_it_stands_alone(
    before: str, after: str, crowded: bool
) -> None:
    scanner = Scanner([kind("CODE", "[0-9]{4}", bounded=True, crowded=crowded)])
    assert counts(scanner, f"{before}1234{after}") == {"CODE": 1}


def test_neighbours_that_share_a_separator_are_both_found() -> None:
    scanner = Scanner([kind("CODE", "[0-9]{4}", bounded=True)])
    assert counts(scanner, "1234 5678,9012") == {"CODE": 3}


def test_a_value_may_span_two_line_breaks() -> None:
    turns = r"[0-9]{4}\n[A-Za-z ]{1,20}: [^0-9\n]{1,40}\n[A-Za-z ]{1,20}: [0-9]{4}"
    text = "4539\nAgent: thank you, and the rest?\nCustomer: 1488"
    chat = Recogniser(
        kind="CHAT", judge=believe, labels=("card",), near=GAP + f"({turns})", shown=0
    )
    for scanner in (Scanner([kind("CHAT", turns)], chunk=8), Scanner([chat], chunk=8)):
        assert counts(scanner, f"the card is\n{text}\nbye") == {"CHAT": 1}


def test_a_label_of_one_kind_does_not_hide_that_of_another() -> None:
    scanner = Scanner(
        [labelled("A", "tax id"), labelled("B", "tax id number"), labelled("C", "id number")]
    )
    assert counts(scanner, "tax id number: 1234") == {"A": 1, "B": 1}


@pytest.mark.parametrize(
    "text", ["pin 1234", "PIN=1234", "userPin: 1234", "user_pin 1234", "pinOf: 1234", "x.pin: 1234"]
)
def test_a_label_is_found_where_a_word_begins_and_ends(text: str) -> None:
    assert counts(Scanner([labelled("PIN", "pin")]), text) == {"PIN": 1}


@pytest.mark.parametrize("text", ["spin 1234", "pins 1234", "SPIN 1234", "opinion 1234"])
def test_a_label_within_a_word_is_none(text: str) -> None:
    assert counts(Scanner([labelled("PIN", "pin")]), text) == {}


@pytest.mark.parametrize("text", ["homePhone 1234", "homeTelephone 1234", "phone 1234"])
def test_a_label_that_begins_with_a_choice_begins_a_word_too(text: str) -> None:
    assert counts(Scanner([labelled("TEL", "(?:tele)?phone")]), text) == {"TEL": 1}


@pytest.mark.parametrize("head", ["pin", "customerPin", "pin, as said", "spin", "pinned"])
def test_what_a_column_says_before_every_cell_is_one_label_as_often(head: str) -> None:
    scanner = Scanner([labelled("PIN", "pin"), labelled("TIN", "tin[:=]")])
    rows = "".join(f"\x1e\n{head}: {number}\n\x1e\ntin: {number}" for number in range(1000, 1050))
    found = {"TIN": 50} if head in {"spin", "pinned"} else {"PIN": 50, "TIN": 50}
    assert counts(scanner, rows) == found
    assert counts(scanner, f"{rows}\npin: x\npin: 4711") == {
        **found,
        "PIN": 50 * ("PIN" in found) + 1,
    }


def test_another_number_between_label_and_value_refuses_it() -> None:
    scanner = Scanner([labelled("PIN", "pin")])
    assert counts(scanner, "pin for order 1234") == {}
    assert counts(scanner, "pin for Ann 1234") == {"PIN": 1}


def test_a_quick_refusal_is_final_and_counts_against_the_doubtful() -> None:
    def quick(value: bytes) -> Answer | None:
        return {b"0000": no("zero"), b"9999": miss("check")}.get(value)

    recogniser = Recogniser(
        kind="CODE",
        judge=lambda candidate: maybe(candidate.text),
        shapes=("[0-9]{4}",),
        bounded=True,
        crowded=True,
        quick=quick,
    )
    scanner = Scanner([recogniser])
    assert counts(scanner, "1234 5678 2345 9999 0000") == {"CODE": 3}
    assert counts(scanner, "1234 5678 9999 9999 0000") == {}


def test_judging_ends_when_enough_was_found() -> None:
    judged = []

    def judge(candidate: Candidate) -> Answer:
        judged.append(candidate.text)
        return sure(candidate.text)

    recogniser = Recogniser(kind="CODE", judge=judge, shapes=("[0-9]{6}",), bounded=True)
    scanner = Scanner([recogniser, kind("WORD", "zebra")], chunk=1 << 10)
    text = " ".join(f"{number:06d}" for number in range(20_000)) + " zebra"
    assert counts(scanner, text) == {"CODE": MOST, "WORD": 1}
    assert len(judged) == MOST


def test_doubtful_values_are_decided_when_enough_of_them_hold() -> None:
    judged = []

    def judge(candidate: Candidate) -> Answer:
        judged.append(candidate.text)
        return maybe(candidate.text)

    recogniser = Recogniser(kind="CODE", judge=judge, shapes=("[0-9]{6}",), bounded=True)
    text = " ".join(f"{number:06d}" for number in range(20_000))
    assert counts(Scanner([recogniser], chunk=1 << 10), text) == {"CODE": MOST}
    assert len(judged) < 2 * MOST


def test_what_stands_beside_a_kind_is_looked_for_no_longer_than_that() -> None:
    judged = []

    def judge(candidate: Candidate) -> Answer:
        judged.append(candidate.text)
        return sure(candidate.text)

    code = Recogniser(
        kind="CODE", judge=judge, labels=("cvv",), near=" ([0-9]{3})", beside="CARD", shown=0
    )
    text = "\n".join(f"{number:06d} cvv {number % 1000:03d}" for number in range(20_000))
    found = counts(Scanner([kind("CARD", "[0-9]{6}"), code], chunk=1 << 10), text)
    assert found["CARD"] == MOST
    assert len(judged) < 2 * MOST


@given(text=st.text(st.sampled_from("ab1 -.\n"), max_size=80), chunk=st.integers(1, 40))
def test_what_is_found_is_what_each_kind_alone_finds(text: str, chunk: int) -> None:
    members = [
        kind("A", "a+b", "1-b"),
        kind("B", r"[ab]{2}(?:-[0-9])?", bounded=True),
        kind("C", r"1(?: ?1){2,3}", bounded=True, crowded=True),
    ]
    alone = [hit for member in members for hit in Scanner([member]).scan(text)]
    together = {hit.kind for hit in Scanner(members, chunk).scan(text)}
    assert together == {hit.kind for hit in alone}


@given(text=st.text(st.sampled_from("ab.- \n"), max_size=60), chunk=st.integers(1, 40))
def test_a_value_that_begins_with_a_run_is_found_from_where_the_run_begins(
    text: str, chunk: int
) -> None:
    stands = {value[0] for value in re.finditer(r"[ab.]+-[ab]{1,2}", text)}
    run = Recogniser(
        kind="RUN", judge=lambda one: sure(one.text), shapes=("[ab.]+-[ab]{1,2}",), shown=0
    )
    assert counts(Scanner([run], chunk), text) == ({"RUN": len(stands)} if stands else {})


def test_a_run_longer_than_a_value_may_be_is_looked_at_from_its_end() -> None:
    scanner = Scanner([Recogniser(kind="RUN", judge=long, shapes=("[a-z]+@[a-z]+",), shown=0)])
    assert counts(scanner, f"{'x' * 50}@home") == {}
    assert counts(scanner, f"{'x' * 50_000}@home") == {"RUN": 1}


@pytest.mark.parametrize(
    ("shapes", "run", "rest"),
    [
        (("[a-c]+@x",), b"abc", ("[a-c]@x",)),
        ((r"[a\-]+:",), b"-a", (r"[a\-]:",)),
        (("[a-c]+@x", "y"), b"", ("[a-c]+@x", "y")),
        (("[^a]+@x",), b"", ("[^a]+@x",)),
        (("[a-c]{2}@x",), b"", ("[a-c]{2}@x",)),
        (("[a-c]+@x|y",), b"", ("[a-c]+@x|y",)),
        ((r"[a\n]+@x",), b"", (r"[a\n]+@x",)),
    ],
)
def test_a_run_is_told_from_the_rest_of_a_shape(
    shapes: tuple[str, ...], run: bytes, rest: tuple[str, ...]
) -> None:
    assert run_of(shapes) == (run, rest)


@pytest.mark.parametrize(
    "text", ["tax 1234", "tax id: 1234", "taxIdentifier=1234", "my_tax_id 1234"]
)
def test_a_label_is_found_with_its_ends_and_without(text: str) -> None:
    scanner = Scanner([labelled("TAX", "tax(?: ?id(?:entifier)?)?(?: no)?")])
    assert counts(scanner, text) == {"TAX": 1}


@pytest.mark.parametrize("word", ["taxi 1234", "myPortal: 1234", "myPortables: 1234"])
def test_words_that_begin_as_a_label_are_none(word: str) -> None:
    scanner = Scanner([labelled("TAX", "tax(?: ?id)?", "portable")])
    assert counts(scanner, word) == {}
    assert counts(scanner, f"{word} myPortable: 4711") == {"TAX": 1}


@pytest.mark.parametrize(
    ("shape", "head"),
    [
        ("gh[pous]_[A-Za-z0-9]{36,}", "gh[pous]_[A-Za-z0-9]{4}"),
        ("GB[0-9]{2}(?: ?[A-Z0-9]){18}", "GB[0-9]{2}(?: ?[A-Z0-9]){4}"),
        ("(?:a|b[{]{9}){12}x", "(?:a|b[{]{9}){4}"),
        ("[0-9]{16}", "[0-9]{16}"),
        ("a{30}|b{30}", "a{30}|b{30}"),
        ("(?:a{30}|b)c", "(?:a{30}|b)c"),
        (r"\({30}x", r"\({4}"),
        ("[(]{40}", "[(]{4}"),
    ],
)
def test_an_opening_is_shorter_and_begins_every_match(shape: str, head: str) -> None:
    assert opening(shape) == head


def test_a_long_value_behind_its_opening_is_found_whole() -> None:
    token = "ghp_" + "a1B2" * 9
    (hit,) = Scanner([kind("TOKEN", "ghp_[A-Za-z0-9]{36,}")]).scan(f"x {token} y ghp_short")
    assert hit == Hit(kind="TOKEN", count=1, masked=("...a1B2",))


@pytest.mark.parametrize("broken", ["(", "[", "a{2,1}", r"\1", "(?=a)"])
def test_a_pattern_that_is_none_is_said(broken: str) -> None:
    with pytest.raises(CatalogueError):
        Pattern(broken).search(b"a", 0, 1)
    with pytest.raises(CatalogueError):
        Several([broken]).which(b"a")


def test_states_that_no_longer_fit_are_forgotten_and_nothing_is_missed() -> None:
    noise = "".join(Random(7).choices("ab", k=400_000))  # 2 to the 15th states
    text, shape = f"{noise}abbaabbaabbaabbc".encode(), "a[ab]{14}c"
    found = list(Pattern(shape).each(text * 2, 0, 2 * len(text)))
    assert found == [one.span() for one in re.finditer(shape.encode(), text * 2)] != []


@pytest.mark.parametrize(
    "shape", ["(?:ab|[0-9]cdefghijklm){900}", "|".join(f"x{n}y" for n in range(9_999))]
)
def test_a_pattern_of_many_steps_has_room_for_its_states(shape: str) -> None:
    few: Any = Pattern("ab{9}").match  # methods of the compiled patterns
    many: Any = Pattern(shape).match
    assert many.__self__.ProgramSize() > 9_000 > few.__self__.ProgramSize()
    assert many.__self__.options().max_mem > few.__self__.options().max_mem
