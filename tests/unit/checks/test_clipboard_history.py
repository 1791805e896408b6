"""A history of what is copied: on is a finding with its program, off is proof."""

from __future__ import annotations

import pytest

from agentguard.checks.clipboard_history import CHECK
from agentguard.model.machine import ClipboardHistorySeen
from agentguard.model.verdicts import State


@pytest.mark.parametrize(
    ("kept", "sent", "words"),
    [
        (True, False, "What you copy is kept in a history"),
        (True, True, "can go to your other devices"),
        (False, True, "can go to your other devices"),
    ],
    ids=["kept", "both", "sent"],
)
def test_it_is_told_where_it_is_kept_and_that_it_is_sent(desk, kept, sent, words) -> None:
    told = desk.judge(CHECK, ClipboardHistorySeen, kept=kept, sent=sent, products=("Windows",))
    assert told.state is State.FAIL
    assert words in told.words
    assert told.words.endswith("(Windows).")


def test_without_a_history_it_is_green(desk) -> None:
    assert desk.judge(CHECK, ClipboardHistorySeen).state is State.PASS


def test_what_could_not_be_read_is_unknown(desk) -> None:
    assert desk.judge(CHECK, ClipboardHistorySeen, unread="denied").state is State.UNKNOWN
