"""The host firewall: on, off, or not told."""

from __future__ import annotations

import pytest

from agentguard.checks.firewall import CHECK
from agentguard.model.facts import FirewallSeen
from agentguard.model.verdicts import State


@pytest.mark.parametrize(
    ("on", "product", "state", "words"),
    [
        (True, "nftables", State.PASS, "The firewall is on (nftables)."),
        (True, "", State.PASS, "The firewall is on."),
        (
            False,
            "ufw",
            State.FAIL,
            "The firewall is off: other computers on the network can reach this one.",
        ),
        (None, "", State.UNKNOWN, "This PC did not say whether its firewall is on."),
    ],
)
def test_it_tells_whether_the_firewall_is_on(desk, on, product, state, words) -> None:
    told = desk.judge(CHECK, FirewallSeen, on=on, product=product)
    assert (told.state, told.words) == (state, words)


@pytest.mark.parametrize(
    ("on", "state", "words"),
    [
        (True, State.PASS, "The firewall is on by the rules in force (Windows), though a setting"),
        (False, State.FAIL, "The firewall of this computer is off by the rules in force, though a"),
    ],
)
def test_a_setting_that_says_the_opposite_of_what_is_in_force_is_told(
    desk, on, state, words
) -> None:
    told = desk.judge(CHECK, FirewallSeen, on=on, product="Windows", agreed=False)
    assert told.state is state
    assert told.words.startswith(words)


def test_what_could_not_be_read_is_never_red(desk) -> None:
    told = desk.judge(CHECK, FirewallSeen, on=False, unread="denied")
    assert told.state is State.UNKNOWN
    assert "may not read" in told.words
