"""Drills that failed, and drills that nobody ran, are findings; what cannot be here is no fault."""

from __future__ import annotations

import pytest

from agentguard.checks.drills import CHECK, Settings, judge
from agentguard.model.drills import DrillOutcome, DrillsKnown, DrillStanding
from agentguard.model.events import Facts
from agentguard.model.moments import Moment
from agentguard.model.verdicts import State, Verdict

AT = Moment(boot=1000.0, wall=1_790_000_000.0)
PASSED, FAILED = DrillOutcome.PASSED, DrillOutcome.FAILED
NOT_POSSIBLE = DrillOutcome.NOT_POSSIBLE


def standing(drill: str, outcome: DrillOutcome | None = None, days: float = 0.0) -> DrillStanding:
    return DrillStanding(drill=drill, outcome=outcome, days=days)


def said(*standings: DrillStanding, settings: Settings | None = None) -> Verdict:
    event = DrillsKnown(at=AT, standings=standings)
    return judge(event, Facts(last={}), settings or Settings())


def test_what_passed_passes_and_is_named() -> None:
    verdict = said(standing("card-file", PASSED), standing("vault", NOT_POSSIBLE))
    assert verdict.state is State.PASS
    assert verdict.message is not None
    assert verdict.message.params == {"drills": "card-file"}


@pytest.mark.parametrize("days", [0.0, 20.0])
def test_a_failed_drill_is_a_finding_whatever_else_is(days: float) -> None:
    verdict = said(standing("card-file", FAILED, days), standing("vault", PASSED))
    assert (verdict.state, verdict.message and verdict.message.id) == (State.FAIL, "drills.failed")


@pytest.mark.parametrize("outcome", [None, PASSED, NOT_POSSIBLE])
def test_a_drill_that_was_not_run_for_eight_days_is_a_finding(
    outcome: DrillOutcome | None,
) -> None:
    assert said(standing("card-file", outcome, 7.99)).state is not State.FAIL
    verdict = said(standing("card-file", outcome, 8.0))
    assert (verdict.state, verdict.message and verdict.message.id) == (State.FAIL, "drills.overdue")
    off = Settings(every_days=0)
    assert said(standing("card-file", outcome, 8.0), settings=off).state is not State.FAIL


def test_only_what_the_policy_wants_counts() -> None:
    only = Settings(drills=("vault*",))
    every = (standing("card-file", FAILED), standing("vault-round-trip", PASSED))
    assert said(*every, settings=only).state is State.PASS
    assert said(standing("card-file", FAILED), settings=only).state is State.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("outcome", "word"), [(None, "drills.not-yet"), (NOT_POSSIBLE, "drills.not-possible")]
)
def test_before_the_first_drill_and_where_none_is_possible_nothing_has_passed(
    outcome: DrillOutcome | None, word: str
) -> None:
    verdict = said(standing("card-file", outcome))
    assert verdict.state is State.NOT_APPLICABLE
    assert verdict.message is not None
    assert verdict.message.id == word


def test_it_is_the_teams_and_never_the_persons() -> None:
    assert set(CHECK.owners) == {"drills.failed", "drills.overdue"}
