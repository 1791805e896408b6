"""Why candidates were believed or refused: the same hits, a word, a line, and never a value."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.detect.kinds._issuers import luhn
from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.recogniser import Recogniser, maybe
from agentguard.detect.recognition.scanner import Scanner, default_scanner
from agentguard.detect.score.fitted import weights
from agentguard.detect.trace_records import MOST_TRACES, Belief, Trace

CARD = "4539148803436467"
SHARED, KINDS = weights()["shared"], weights()["kinds"]
SCANNER = default_scanner()


def traces(text: str, kind: str = "PAN") -> list[Trace]:
    return [trace for trace in SCANNER.explain([text]).traces if trace.kind == kind]


def the(text: str, kind: str = "PAN") -> Trace:
    (trace,) = traces(text, kind)
    return trace


def test_a_hit_tells_its_rule_its_word_its_line_and_its_end() -> None:
    assert the(f"one\ntwo\ncard {CARD}") == Trace(
        kind="PAN",
        belief=Belief.SURE,
        why="label",
        context="card",
        line=3,
        masked="...6467",
        counted=True,
        evidence=(
            ("kind", KINDS["PAN"]),
            ("issued", SHARED["issued"]),
            ("own.touch", SHARED["own.touch"]),
        ),
    )


@pytest.mark.parametrize(
    ("text", "why", "context", "belief"),
    [
        (f"order {CARD}", "another-label", "order", Belief.NO),
        ("card 4539148803436468", "luhn", "", Belief.MISS),
        ("card 4111111111111111", "test-number", "", Belief.NO),
        (f"x{CARD}", "touched", "", Belief.NO),
        (f"0.{CARD}", "touched", "", Belief.NO),
        ("card 6639148803436464 ", "issuer", "", Belief.NO),
    ],
)
def test_a_near_miss_tells_why_not(text: str, why: str, context: str, belief: Belief) -> None:
    found = {(t.why, t.context, t.belief) for t in traces(text)}
    assert (why, context, belief) in found
    assert not any(trace.counted for trace in traces(text))


def test_a_label_whose_value_is_another_number_is_told() -> None:
    trace = the("nhs trust, order 943 476 5919", "NHS")
    assert (trace.why, trace.context, trace.counted) == ("another-label", "order", False)


def test_a_code_without_a_card_is_told() -> None:
    alone = the("cvv 123", "CVV")
    beside = the(f"card {CARD} cvv 123", "CVV")
    assert (alone.why, alone.counted) == ("not-beside", False)
    assert (beside.context, beside.masked, beside.counted) == ("cvv", "...", True)


def test_doubtful_values_tell_whether_their_column_held() -> None:
    wrong = "\n".join(f"453914880343{number}" for number in range(1000, 1100))
    numbers = [n for n in range(10**15, 10**15 + 60) if luhn(f"4{n}"[:16])]
    right = "\n".join(f"4{n}"[:16] for n in numbers)
    failed = [t for t in traces(wrong) if t.belief is Belief.MAYBE]
    assert failed
    assert {(t.why, t.counted) for t in failed} == {("column-fails", False)}
    assert all(trace.counted for trace in traces(right) if trace.belief is Belief.MAYBE)


def test_each_column_tells_for_itself() -> None:
    rows = "".join(
        f"{FENCE}a: {CARD}\n{FENCE}b: 453914880343646{n}\n" for n in (1, 2, 3, 4, 5, 6, 8)
    )
    assert [t.counted for t in traces(rows) if t.belief is Belief.MAYBE] == [True]


def test_lines_are_counted_over_chunks_and_kinds_of_line_ends() -> None:
    scanner = Scanner([recogniser()], chunk=16)
    text = "a\r\nb\rc\u2028d\n" * 25 + "zebra"
    assert [t.line for t in scanner.explain(list(text)).traces] == [101]


def recogniser() -> Recogniser:
    return Recogniser(kind="Z", judge=lambda found: maybe(found.text, "shape"), shapes=("zebra",))


def test_the_traces_of_a_text_end() -> None:
    text = "\n".join(f"card 45391488{n:08d}\norder 45391488{n:08d}" for n in range(0, 90_000, 7))
    kinds = " ".join(f"a{n}@quillpost.com" for n in range(500))
    assert len(SCANNER.explain([text, kinds]).traces) <= MOST_TRACES


def test_the_same_refusal_is_told_once() -> None:
    assert len(traces(f"order {CARD}\n" * 50)) == 1


def test_traces_stand_in_the_order_of_the_text() -> None:
    lines = [t.line for t in SCANNER.explain([f"nino AB123456C\n{CARD}\ncard {CARD}\nx"]).traces]
    assert lines == sorted(lines)


texts = st.lists(
    st.sampled_from(
        (
            *("card", "order", "cvv", "dob", "nhs", "\n", "\r\n", FENCE, "ssn:", "x", "0."),
            *(CARD, "4539 1488 0343 6468", "219-09-1234", "943 476 5919", "123", "03/04/1980"),
            *("ann.lee@quillpost.com", "+44 7400 123456", "GB29 NWBK 6016 1331 9268 19"),
        )
    ),
    max_size=40,
).map(" ".join)


@given(text=texts, cuts=st.integers(1, 50))
def test_explaining_finds_what_scanning_finds(text: str, cuts: int) -> None:
    pieces = [text[i : i + cuts] for i in range(0, len(text), cuts)]
    assert SCANNER.explain(pieces).hits == SCANNER.scan(text)


@given(text=texts)
def test_no_trace_holds_a_value(text: str) -> None:
    for trace in SCANNER.explain([text]).traces:
        assert not re.search(r"[0-9]", trace.context)
        assert len(trace.masked.removeprefix("...")) <= 4
        assert re.fullmatch(r"[a-z0-9-]+", trace.why)


@given(text=texts)
def test_a_kind_with_hits_has_a_trace_that_counts(text: str) -> None:
    explained = SCANNER.explain([text])
    counted = {trace.kind for trace in explained.traces if trace.counted}
    assert counted == {hit.kind for hit in explained.hits}
