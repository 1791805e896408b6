"""The sum of evidence: what is added up, what is a rule, and that weights stay as fitted."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import paths
from agentguard.detect.recogniser import (
    ELSE_MISS,
    NEEDS_OWN,
    NEVER_ALONE,
    SHY,
    SURE_OR_NOT,
    Candidate,
    Recogniser,
    maybe,
    miss,
    read,
)
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.detect.score.fitted import weights
from agentguard.detect.score.judgement import decide, deciding_word, parts, told, total
from agentguard.detect.trace_records import Belief, Trace

CARD = "4539148803436467"
SAID = ("", "ticket ", "purse ", "order ", "purse for the order: ")


def kind(*signs: str, miss_it: bool = False) -> Recogniser:
    """Make a kind whose word is "purse" and that reads every value so."""
    answer = miss("check")._replace(signs=signs) if miss_it else read("1", "check", *signs)
    return Recogniser(kind="PURSE", judge=lambda _: answer, own=frozenset(("purse",)), scored=True)


def belief(before: str, *signs: str, miss_it: bool = False) -> Belief:
    return decide(
        kind(*signs, miss_it=miss_it), Candidate(text="1", before=before, after="")
    ).belief


def test_weights_are_halves_within_bounds_and_words_of_a_kind_never_speak_against_it() -> None:
    shared = weights()["shared"]
    assert 60 <= len(shared) <= 120
    every = (*shared.values(), *weights()["kinds"].values())
    assert all(2 * weight == round(2 * weight) and abs(weight) <= 12 for weight in every)
    assert all(
        w > 0 for n, w in shared.items() if n.startswith(("own.touch", "own.near", "label."))
    )
    assert all(w < 0 for n, w in shared.items() if n.startswith(("thing.touch", "other.", "gap.")))
    assert shared["own.clause"] < shared["own.for"], "what it was for, and what it is"


def test_every_scored_kind_with_words_of_its_own_is_weighed_by_evidence_that_is_known() -> None:
    known = set(weights()["shared"])
    assert {"untold", "own.touch", "thing.touch", "label.touch", "check", "issued"} <= known
    assert weights()["limits"]["doubt"] < weights()["limits"]["sure"]


def test_the_sum_is_that_of_its_parts() -> None:
    names = ("issued", NEVER_ALONE, "own.touch")
    added = parts("PAN", names)
    assert [name for name, _ in added] == ["kind", "issued", "own.touch"]
    assert total("PAN", names) == sum(weight for _, weight in added)


@given(before=st.sampled_from(SAID))
def test_what_needs_its_own_word_is_nothing_without_one(before: str) -> None:
    own = "purse" in before
    assert (belief(before, NEEDS_OWN, "expiry-less") is Belief.SURE) <= own


def test_a_word_of_its_own_believes_and_that_of_another_refuses() -> None:
    assert belief("purse ", NEVER_ALONE) is Belief.SURE
    assert belief("order ", NEVER_ALONE) is Belief.NO
    assert belief("", SURE_OR_NOT) in {Belief.SURE, Belief.NO}


def test_what_is_never_alone_is_at_most_in_doubt_without_its_own_word() -> None:
    assert belief("", NEVER_ALONE, "grouped", "expired") in {Belief.MAYBE, Belief.NO}


def test_rules_of_doubt() -> None:
    signs = (NEEDS_OWN, ELSE_MISS, "plan.bare")
    assert belief("", *signs) is Belief.MISS
    assert belief("order ", *signs) is Belief.NO
    assert belief("", "plan.bare", NEEDS_OWN) is Belief.NO
    shy = decide(kind(NEVER_ALONE, SHY), Candidate(text="1", before="", after=""))
    assert shy.shy is (shy.belief is Belief.MAYBE)


def test_a_wrong_check_is_no_value_whatever_is_said() -> None:
    found = {before: belief(before, "check", NEVER_ALONE, miss_it=True) for before in SAID}
    assert Belief.SURE not in found.values()
    assert Belief.MAYBE not in found.values()


def test_a_kind_that_is_not_scored_is_refused_behind_another_s_name_alone() -> None:
    plain = Recogniser(kind="Z", judge=lambda c: maybe(c.text), labels=("zebra",))
    behind = Candidate(text="1", before="zebra order ", after="", labelled=True, told="zebra")
    assert decide(plain, behind).belief is Belief.NO
    right = Candidate(text="1", before="zebra: ", after="", labelled=True, told="zebra")
    assert decide(plain, right).belief is Belief.MAYBE
    assert told(plain, right)[0] == ()


@pytest.mark.parametrize(
    ("before", "word"), [("order ", "order"), ("card for us ", "card"), ("ok ", "")]
)
def test_the_word_that_decided(before: str, word: str) -> None:
    (card,) = (r for r in default_scanner().recognisers if r.kind == "PAN")
    candidate = Candidate(text=CARD, before=before, after="")
    assert deciding_word(card, candidate, decide(card, candidate)) == word


def traces(text: str) -> tuple[Trace, ...]:
    return default_scanner().explain([text]).traces


def test_a_trace_has_the_sum_line_by_line() -> None:
    (trace,) = (t for t in traces(f"order {CARD}") if t.kind == "PAN")
    assert [name for name, _ in trace.evidence] == ["kind", "issued", "thing.touch"]
    assert not trace.counted
    assert sum(weight for _, weight in trace.evidence) < weights()["limits"]["doubt"]
    (found,) = (t for t in traces(f"please charge card {CARD}") if t.kind == "PAN")
    assert found.counted
    assert sum(weight for _, weight in found.evidence) >= weights()["limits"]["sure"]


def test_where_the_form_decides_nothing_is_added_up() -> None:
    assert [t.evidence for t in traces("card 4539148803436468") if t.kind == "PAN"] == [()]


def test_each_name_of_evidence_has_a_sentence() -> None:
    file = paths.resources() / "text" / "en" / "explain.toml"
    said = tomllib.loads(file.read_text(encoding="utf-8"))["explain"]["evidence"]
    names = {name.replace(".", "-") for name in (*weights()["shared"], "kind")}
    assert names <= set(said), "every name can be shown"
