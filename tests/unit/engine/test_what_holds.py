"""What of a desk's modes stands in the picture: the policy, the office, the lock that is near."""

from __future__ import annotations

import pytest

from agentguard.model.events import (
    PolicyInForce,
    PolicyRefused,
    PolicyStanding,
    SessionState,
    UplinkState,
)
from agentguard.model.messages import say
from agentguard.model.release import Standing
from tests.unit.engine.test_clipboard import Copies

LOCKS = """
policy: locks
version: 1
controls:
  screen-lock: {respond: [%s], paused: %s, settings: {limit_minutes: %d}}
"""


def desk(respond: str = "lock", *, paused: str = "false", minutes: int = 10) -> Copies:
    return Copies(policy=LOCKS % (respond, paused, minutes))


def idle(at: Copies, seconds: float | None, **said: object) -> None:
    told = {"locked": False, **said}
    at.see(SessionState(at=at.clock.now(), idle=seconds, source="test", **told))


def left(at: Copies) -> float | None:
    soon = at.engine.snapshot().soon
    return None if soon is None else soon.boot - at.clock.now().boot


def test_a_lock_is_told_in_the_minute_before_it_and_no_earlier() -> None:
    at = desk()
    idle(at, 539.0)
    assert left(at) is None
    idle(at, 545.0)
    assert left(at) == pytest.approx(55, abs=1)
    idle(at, 1.0)
    assert left(at) is None


def test_of_a_short_limit_it_is_the_last_quarter() -> None:
    at = desk(minutes=1)
    idle(at, 40.0)
    assert left(at) is None
    idle(at, 45.0)
    assert left(at) == pytest.approx(15, abs=1)


@pytest.mark.parametrize(
    ("at", "seconds", "said"),
    [
        (desk(""), 590.0, {}),
        (desk(paused="true"), 590.0, {}),
        (desk(), None, {}),
        (desk(), 590.0, {"locked": True}),
        (desk(), 590.0, {"active": False}),
        (desk(), 600.0, {}),
    ],
    ids=["no response", "paused", "no idle time", "locked", "another user", "over"],
)
def test_where_no_lock_comes_none_is_told(at, seconds, said) -> None:
    assert left(at) is None
    idle(at, seconds, **said)
    assert left(at) is None


def test_checks_that_are_not_the_real_ones_tell_no_lock(make_rig) -> None:
    rig = make_rig()
    rig.session(idle=890)
    assert rig.engine.snapshot().soon is None


def test_a_refused_policy_stands_until_a_valid_one_comes() -> None:
    at = desk()
    assert at.engine.snapshot().refused is None
    at.clock.advance(5)
    refused = PolicyRefused(at=at.clock.now(), message=say("agent-health.policy"))
    at.see(refused)
    assert at.engine.snapshot().refused == refused
    at.clock.advance(5)
    at.see(PolicyInForce(at=at.clock.now(), policy=at.engine.policy()))
    assert at.engine.snapshot().refused is None


def test_how_far_the_policy_is_relied_on_is_not_known_before_it_is_told() -> None:
    at = desk()
    assert at.engine.snapshot().standing is None
    standing = Standing(signed=True)
    at.see(PolicyStanding(at=at.clock.now(), standing=standing))
    assert at.engine.snapshot().standing == standing


def test_the_last_receipt_is_remembered_while_nobody_answers() -> None:
    at = desk()
    when = at.clock.now()
    at.see(UplinkState(at=when, problem="", waiting=0, receipted=1))
    at.clock.advance(60)
    at.see(UplinkState(at=at.clock.now(), problem="dns", waiting=1, receipted=1))
    assert at.engine.snapshot().answered == when
