"""Wi-Fis: open and broken encryption are findings."""

from __future__ import annotations

import pytest

from agentguard.checks.wireless import CHECK
from agentguard.model.machine import NetworksSeen
from agentguard.model.verdicts import State


@pytest.mark.parametrize(
    ("wifi", "state", "words"),
    [
        (("open",), State.FAIL, "has no encryption"),
        (("protected", "open"), State.FAIL, "has no encryption"),
        (("weak",), State.FAIL, "WEP"),
        (("protected",), State.PASS, "is encrypted"),
        ((), State.PASS, "in use"),
    ],
    ids=["open", "one-of-two", "weak", "protected", "unused"],
)
def test_the_worst_network_counts(desk, wifi, state, words) -> None:
    told = desk.judge(CHECK, NetworksSeen, wireless=True, wifi=wifi)
    assert told.state is state
    assert words in told.words


def test_a_computer_without_wireless_is_fine(desk) -> None:
    told = desk.judge(CHECK, NetworksSeen)
    assert (told.state, told.words) == (State.PASS, "This PC has no Wi-Fi.")


def test_what_could_not_be_read_is_unknown(desk) -> None:
    assert desk.judge(CHECK, NetworksSeen, unread="no-tool").state is State.UNKNOWN
