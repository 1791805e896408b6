"""What became of what a person asked for, and exceptions that cannot follow each other for ever."""

from __future__ import annotations

from typing import Any

import pytest

from agentguard.engine import before, exception_requests
from agentguard.model.exception_events import ExceptionAsked, ExceptionsHeld
from agentguard.model.exceptions import (
    HOUR,
    MONTH,
    Excepted,
    ExceptionRule,
    RequestState,
    Ruling,
    rule_for,
    spent_since,
)
from tests.unit.engine.test_exceptions import hold, one, policy, told


@pytest.fixture
def allowing(rig: Any) -> Any:
    policy(rig, ExceptionRule(control="firewall", hours=8, month_hours=20))
    return rig


def ask(rig: Any, id_: str = "x-firewall", control: str = "firewall") -> None:
    now = rig.clock.now()
    rig.see(
        ExceptionAsked(
            at=now, id=id_, control=control, hours=8, until=now.wall + 8 * HOUR, reason="r",
            instead="i",
        )
    )  # fmt: skip


def rule(rig: Any, state: RequestState, why: str, id_: str = "x-firewall") -> None:
    ruled = (Ruling(id=id_, state=state, why=why),)
    rig.see(ExceptionsHeld(at=rig.clock.now(), items=(), ruled=ruled))


def states(rig: Any) -> list[tuple[str, str]]:
    return [(each.state.value, each.why) for each in rig.engine.snapshot().requests]


def test_row_346_a_request_waits_holds_and_is_over(allowing: Any) -> None:
    rig = allowing
    ask(rig)
    assert states(rig) == [("waiting", "")]
    hold(rig, one(rig, "firewall"))
    assert states(rig) == [("running", "")]
    hold(rig, over=(("x-firewall", "until"),))
    assert states(rig) == [("over", "until")]
    rule(rig, RequestState.DECLINED, "refused")
    assert states(rig) == [("over", "until")], "what does not wait is not ruled on"


@pytest.mark.parametrize("state", [RequestState.DECLINED, RequestState.LAPSED, RequestState.OVER])
def test_row_346_what_the_endpoint_ruled_is_told_and_written_down(
    allowing: Any, state: RequestState
) -> None:
    rig = allowing
    ask(rig)
    rule(rig, state, "refused")
    assert states(rig) == [(state.value, "refused")]
    assert told(rig, "declined") == [{"id": "x-firewall", "control": "firewall", "why": "refused"}]
    assert [n.body.id for n in rig.engine.snapshot().inbox] == [f"exception-told.{state}"]
    rule(rig, state, "refused", id_="of-another")
    assert len(told(rig, "declined")) == 1


def test_row_346_what_the_policy_of_the_desk_refuses_is_told_as_that(allowing: Any) -> None:
    rig = allowing
    ask(rig, "x-vpn", "vpn")
    hold(rig, one(rig, "vpn"))
    assert states(rig) == [("declined", "policy")]


def test_row_346_requests_outlive_a_restart_and_what_is_damaged_does_not(allowing: Any) -> None:
    rig = allowing
    for number in range(exception_requests.MOST + 3):
        rig.clock.advance(1)
        ask(rig, f"r{number}")
    hold(rig, one(rig, "firewall"))
    hold(rig)
    kept = before.read_back(rig.journal.memory)
    assert list(kept.requests) == [f"r{n}" for n in range(3, exception_requests.MOST + 3)]
    assert kept.requests == {each.id: each for each in rig.engine.snapshot().requests}
    assert list(kept.used) == ["firewall"]
    damaged = {"exception-request/a": {"control": 1}, "exception-request/b": None}
    assert exception_requests.requests_back(damaged) == {}
    assert exception_requests.used_back({"exception-used/a": 5, "exception-used/b": [[1], 2]}) == {
        "a": (),
        "b": (),
    }


def test_row_347_exceptions_follow_each_other_only_as_long_as_the_policy_allows(
    allowing: Any,
) -> None:
    rig = allowing
    held = []
    for number in range(4):
        hold(rig, one(rig, "firewall", id=f"x{number}"))
        held.append(rig.control("firewall").excepted is not None)
        rig.clock.advance(8 * HOUR)
        hold(rig, over=((f"x{number}", "until"),))
    assert held == [True, True, False, False]
    assert [each["id"] for each in told(rig, "refused")] == ["x2", "x3"]
    rig.clock.advance(MONTH)
    hold(rig, one(rig, "firewall", id="later"))
    assert rig.control("firewall").excepted is not None


def test_row_347_what_overlaps_counts_once() -> None:
    assert spent_since([(0, 10), (5, 20), (30, 40)], 0) == 30
    assert spent_since([(0, 10), (5, 20)], 15) == 5
    assert spent_since([(0, 10)], 20) == 0


def test_row_347_a_policy_that_says_nothing_allows_four_of_the_longest() -> None:
    found = rule_for([ExceptionRule(control="a", hours=8)], "a")
    assert found is not None
    assert found.together == 32 * HOUR
    assert ExceptionRule(control="a", hours=8, month_hours=9).together == 9 * HOUR
    spans = ((0.0, 24 * HOUR),)
    x = Excepted(id="x", control="a", worst=found.worst, since=24 * HOUR, until=32 * HOUR)
    assert exception_requests.fits([found], spans, x)
    assert not exception_requests.fits([found], (*spans, (24 * HOUR, 25 * HOUR)), one_later(x))


def one_later(x: Excepted) -> Excepted:
    return Excepted(id="y", control="a", worst=x.worst, since=25 * HOUR, until=33 * HOUR)
