"""Card security codes and track data in the vault: a finding until the last one is gone."""

from __future__ import annotations

from agentguard.checks.forbidden_held import CHECK
from agentguard.model.facts import ForbiddenHeld
from agentguard.model.verdicts import Severity, State


def test_a_vault_without_them_passes(desk) -> None:
    told = desk.judge(CHECK, ForbiddenHeld)
    assert (told.state, told.words) == (
        State.PASS,
        "The vault holds no card security codes and no track data.",
    )


def test_held_at_all_is_critical_and_says_until_when(desk) -> None:
    told = desk.judge(CHECK, ForbiddenHeld, count=2, hours=72)
    assert (told.state, CHECK.severity) == (State.FAIL, Severity.CRITICAL)
    assert told.words == (
        "2 files with card security codes or track data are in the vault. "
        "They are removed for good within 72 hours."
    )


def test_past_its_time_is_told(desk) -> None:
    told = desk.judge(CHECK, ForbiddenHeld, count=3, hours=0, stuck=1)
    assert told.state is State.FAIL
    assert "1 should be gone by now" in told.words


def test_under_a_legal_hold_no_end_is_promised(desk) -> None:
    told = desk.judge(CHECK, ForbiddenHeld, count=1, hours=9, held=True)
    assert told.state is State.FAIL
    assert "hours" not in told.words
    assert "legal hold" in told.words


def test_a_vault_that_is_closed_is_unknown(desk) -> None:
    told = desk.judge(CHECK, ForbiddenHeld, unread="closed")
    assert told.state is State.UNKNOWN


def test_what_is_over_by_the_clock_alone_waits_and_says_so(desk) -> None:
    told = desk.judge(CHECK, ForbiddenHeld, count=2, hours=70, waiting=1)
    assert told.state is State.FAIL
    assert "the time of 1 is over, and AgentGuard has not seen it go by" in told.words
