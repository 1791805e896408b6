"""Why a fact is not known: the reason it came with, or since when the system owes an answer."""

from __future__ import annotations

import pytest

from agentguard.model.facts import STILL_ASKING, FirewallSeen
from agentguard.model.messages import Message, say
from agentguard.platforms.simulated import FakeClock

NOW = FakeClock().now()
OWED = say("unread.asked-since", time="10:02")


@pytest.mark.parametrize(
    ("unread", "asked", "why"),
    [
        (STILL_ASKING, "10:02", OWED),
        ("", "10:02", OWED),
        (STILL_ASKING, "", Message(id="unread.still-asking")),
        ("refused", "10:02", Message(id="unread.refused")),
    ],
)
def test_a_fact_says_since_when_it_is_owed_unless_it_was_refused(
    unread: str, asked: str, why: Message
) -> None:
    fact = FirewallSeen(at=NOW, unread=unread, asked=asked)
    assert fact.why == why
    assert fact.gaps == ((why,) if unread else ())
