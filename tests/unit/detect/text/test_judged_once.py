"""What comes again is judged once, and no count changes for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.lexicon.label_gap import GAP
from agentguard.detect.recogniser import Answer, Candidate, Recogniser, maybe, miss, sure
from agentguard.detect.recognition.scanner import Scanner, default_scanner

PIN = Recogniser(
    kind="PIN",
    judge=lambda candidate: sure(candidate.text),
    labels=("pin",),
    near=f"{GAP}([0-9]{{4}})",
    shapes=("[0-9]{4}",),
    bounded=True,
)
LABELLED = replace(PIN, shapes=())
PLAIN = replace(PIN, labels=(), plain=True)


def judged(recogniser: Recogniser, text: str, chunk: int = 1 << 20) -> tuple[Counter[str], int]:
    """Give how often each value was judged, and how many of the kind were told."""
    looked = Counter[str]()

    def judge(candidate: Candidate) -> Answer:
        looked[candidate.text] += 1
        return recogniser.judge(candidate)

    hits = Scanner([replace(recogniser, judge=judge)], chunk).scan(text)
    return looked, sum(hit.count for hit in hits)


@pytest.mark.parametrize("chunk", [600, 1 << 20])
@pytest.mark.parametrize("recogniser", [LABELLED, PLAIN, PIN], ids=["label", "plain", "both"])
def test_a_value_that_was_believed_is_not_judged_again(recogniser: Recogniser, chunk: int) -> None:
    text = "".join(f"pin: {1000 + line % 7}\n" for line in range(700))
    looked, found = judged(recogniser, text, chunk)
    assert found == 7
    assert set(looked.values()) == {1}


def test_another_label_or_another_spelling_is_judged_for_itself() -> None:
    two = replace(LABELLED, labels=("pin", "code"), near=f"{GAP}([0-9]{{4}}|[0-9]{{2}}-[0-9]{{2}})")
    looked, _ = judged(two, "pin: 1234\ncode: 1234\npin: 12-34\nPIN: 1234\n" * 3)
    assert looked == {"1234": 3, "12-34": 1}


def test_a_value_in_doubt_is_judged_at_each_of_its_places() -> None:
    doubtful = replace(PIN, labels=(), judge=lambda candidate: maybe(candidate.text))
    looked, _ = judged(doubtful, "1234\n" * 5)
    assert looked == {"1234": 5}


def test_a_kind_that_stands_beside_another_counts_where_that_stands() -> None:
    text = f"cvv 123 was read{'.' * 400}\ncard 4539 1488 0343 6467 cvv 123\n"
    assert {hit.kind: hit.count for hit in default_scanner().scan(text)} == {"PAN": 1, "CVV": 1}


SAID = ("pin: {0}", "{0}", "x {0}", "{0} is my pin", "pin\n{0}", "{0}, pin: {0}", "pinned {0}")
VALUES = ("1234", "2345", "3456", "0001", "0002")


def judge_by_label(candidate: Candidate) -> Answer:
    """Believe what a label tells, doubt the rest, and refuse numbers that begin with a zero."""
    if candidate.text.startswith("0"):
        return miss("zero")
    return sure(candidate.text) if candidate.labelled else maybe(candidate.text)


@given(
    st.lists(st.tuples(st.sampled_from(SAID), st.sampled_from(VALUES)), max_size=60),
    st.integers(600, 3000),
)
def test_the_result_does_not_depend_on_where_a_text_is_cut(
    lines: list[tuple[str, str]], chunk: int
) -> None:
    text = "\n".join(said.format(value) for said, value in lines)
    kind = replace(PIN, judge=judge_by_label)
    assert Scanner([kind], chunk).scan(text) == Scanner([kind]).scan(text)
