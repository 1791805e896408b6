"""A drill's mark is the engine's, from outside; the judges never see it, and it hides nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.engine.core import begin, decide
from agentguard.engine.plan import Plan, make_plan
from agentguard.engine.posture import snapshot
from agentguard.engine.state import State
from agentguard.model.drills import (
    LONGEST,
    DrillBegan,
    Drilled,
    DrillEnded,
    DrillOutcome,
    commitment,
)
from agentguard.model.events import Event, FileScanned, PolicyInForce
from agentguard.model.hits import Hit
from agentguard.model.moments import Moment
from agentguard.model.outcomes import FileOutcome
from agentguard.policy.parser import parse
from agentguard.runtime.known_checks import catalogue, shapes

POLICY = parse(
    b"policy: p\nversion: 1\ncontrols:\n  pii-files: {respond: [vault]}\n", "p", shapes()
)
NONCE, CONTENT = b"n" * 32, b"Card number: 4012 8888 8888 1881"
PLACE, RUN = "/home/ann/drill/r1.drill.txt", "r1"
SAID = commitment(NONCE, CONTENT)


def at(seconds: float) -> Moment:
    return Moment(boot=seconds, wall=1_790_000_000.0 + seconds)


def replan(event: PolicyInForce) -> Plan:
    return make_plan(catalogue(), event.policy)


def started() -> State:
    first = PolicyInForce(at=at(0), policy=POLICY)
    return decide(begin(replan(first), first, (), ()), first, replan).state


def begun(seconds: float = 10.0) -> State:
    began = DrillBegan(at=at(seconds), run=RUN, drill="card-file", place=PLACE, commitment=SAID)
    return decide(started(), began, replan).state


def test_row_543_a_run_is_shown_until_it_ends_or_its_time_is_over() -> None:
    runs = begun()
    assert snapshot(started(), at(11)).drilling is None
    assert snapshot(runs, at(11)).drilling == at(10)
    assert snapshot(runs, at(10 + LONGEST)).drilling == at(10)
    assert snapshot(runs, at(11 + LONGEST)).drilling is None
    over = DrillEnded(at=at(12), run=RUN, drill="card-file", outcome=DrillOutcome.PASSED)
    assert snapshot(decide(runs, over, replan).state, at(12)).drilling is None


def found(path: str = PLACE, seconds: float = 11.0) -> FileScanned:
    hits = (Hit(kind="PAN", count=1, masked=("...1881",)),)
    return FileScanned(at=at(seconds), path=path, outcome=FileOutcome.READ, hits=hits)


def drilled(seen: Event, **other: object) -> Drilled:
    made = Drilled(at=seen.at, run=RUN, place=PLACE, commitment=SAID, seen=seen)
    return replace(made, **other)  # type: ignore[arg-type] # of its fields


def test_row_300_what_fits_is_written_down_and_comes_to_nothing_else() -> None:
    before = begun()
    decision = decide(before, drilled(found()), replan)
    assert [r.kind for r in decision.records] == ["drill.noticed"]
    assert decision.records[0].payload["would"] == "vault"
    assert (decision.actions, decision.events, dict(decision.memory)) == ((), (), {})
    run = decision.state.drills[RUN]
    assert (run.noticed, run.by) == (at(11), "pii-files")
    assert replace(decision.state, drills={}) == replace(before, drills={})


def test_row_300_what_no_judge_would_notice_is_not_noticed() -> None:
    clean = replace(found(), hits=())
    decision = decide(begun(), drilled(clean), replan)
    assert decision.records == ()
    assert decision.state.drills[RUN].noticed is None


@given(
    run=st.sampled_from([RUN, "r2", ""]),
    place=st.sampled_from([PLACE, "/home/ann/Documents/cards.txt", ""]),
    said=st.sampled_from([SAID, commitment(NONCE, b"another"), ""]),
    late=st.sampled_from([0.0, 1.0, LONGEST, LONGEST + 0.1, -1.0]),
)
def test_row_301_no_label_hides_a_real_finding(
    run: str, place: str, said: str, late: float
) -> None:
    """What does not fit an open run in every respect is judged as it would be without a label."""
    state, seen = begun(), found(seconds=10.0 + late)
    decision = decide(state, drilled(seen, run=run, place=place, commitment=said), replan)
    fits = (run, place, said) == (RUN, PLACE, SAID) and 0 <= late <= LONGEST
    real = decide(state, seen, replan)
    assert (decision == real) is not fits
    assert ("finding.opened" in [r.kind for r in decision.records]) is not fits


def test_row_301_without_a_commitment_nothing_is_a_drills() -> None:
    began = DrillBegan(at=at(10), run=RUN, drill="idle", place="", commitment="")
    state = decide(started(), began, replan).state
    decision = decide(state, drilled(found(), place="", commitment=""), replan)
    assert "finding.opened" in [r.kind for r in decision.records]


def test_an_end_is_written_down_and_old_runs_are_forgotten() -> None:
    ended = DrillEnded(
        at=at(12),
        run=RUN,
        drill="card-file",
        outcome=DrillOutcome.PASSED,
        seconds=1.2344,
        receipt=2.0,
    )
    decision = decide(begun(), ended, replan)
    assert [
        (r.kind, r.payload["noticed_ms"], r.payload["receipt_ms"]) for r in decision.records
    ] == [("drill.ended", 1234, 2000)]
    assert decision.state.drills[RUN].ended
    unknown = decide(started(), replace(ended, seconds=None, receipt=None), replan)
    assert "noticed_ms" not in unknown.records[0].payload
    later = DrillBegan(at=at(11 + LONGEST), run="r2", drill="card-file")
    assert set(decide(decision.state, later, replan).state.drills) == {"r2"}


@pytest.mark.parametrize("seconds", [9.0, 11.0])
def test_the_seconds_until_it_was_noticed_are_never_below_nothing(seconds: float) -> None:
    run = decide(begun(), drilled(found()), replan).state.drills[RUN]
    assert run.noticed_after(at(seconds)) == max(0.0, 11.0 - seconds)
    assert begun().drills[RUN].noticed_after(at(0)) == 0.0
