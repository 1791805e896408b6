"""Incident response: somebody can be reached, with the network or without."""

from __future__ import annotations

import pytest

from agentguard.checks.incident_response import CHECK
from agentguard.model.events import PolicyInForce, UplinkState
from agentguard.model.policy import Contact
from agentguard.model.verdicts import State

PHONE = Contact(name="Security desk", phone="+44 20 7946 0000")
NAME = Contact(name="Security desk")


def report(desk, problem: str = "") -> None:
    """Try to report."""
    desk.see(UplinkState, problem=problem, waiting=0, receipted=0)


def test_a_number_is_enough_offline(desk) -> None:
    report(desk, "dns")
    told = desk.judge(CHECK, PolicyInForce, policy=desk.policy(contact=PHONE))
    assert told.state is State.PASS
    assert "7946" not in told.words


@pytest.mark.parametrize("contact", [Contact(), Contact(name=" ", phone=" ")])
def test_nobody_to_call_is_wrong(desk, contact) -> None:
    report(desk)
    told = desk.judge(CHECK, PolicyInForce, policy=desk.policy(contact=contact))
    assert (told.state, told.words) == (
        State.FAIL,
        "The policy names nobody to call in an incident.",
    )


def test_a_name_alone_needs_a_way_to_the_console(desk) -> None:
    told = desk.judge(CHECK, PolicyInForce, policy=desk.policy(contact=NAME))
    assert told.state is State.UNKNOWN
    told = desk.judge(CHECK, UplinkState, problem="", waiting=0, receipted=9)
    assert told.state is State.PASS
    told = desk.judge(CHECK, UplinkState, problem="tcp", waiting=4, receipted=9)
    assert told.state is State.UNKNOWN


def test_before_a_policy_nothing_is_said(desk) -> None:
    told = desk.judge(CHECK, UplinkState, problem="", waiting=0, receipted=0)
    assert told.state is None
