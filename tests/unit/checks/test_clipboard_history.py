"""A history of what is copied: on is a finding with its program, off is proof."""

from __future__ import annotations

import pytest

from agentguard.checks.clipboard_history import CHECK
from agentguard.model.machine import ClipboardHistorySeen, HistoryCleaned, Removal, UsbSeen
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


@pytest.mark.parametrize(
    ("removal", "sent", "words"),
    [
        (Removal.REMOVED, False, "was taken out of Windows' history (Windows+V) as well. The"),
        (Removal.REMOVED, True, "It may have gone to your other devices before."),
        (Removal.KEPT, False, "is still in Windows' history"),
        (Removal.DENIED, False, "may still be in Windows' history"),
        (Removal.UNKNOWN, False, "may still be in Windows' history"),
    ],
)
def test_row_142_what_came_of_a_cleared_copy_is_told_while_a_history_is_kept(
    desk, removal, sent, words
) -> None:
    desk.see(ClipboardHistorySeen, kept=True, sent=sent, products=("Windows",))
    told = desk.judge(CHECK, HistoryCleaned, removal=removal)
    assert told.state is State.FAIL
    assert words in told.words


def test_row_142_what_is_still_there_is_told_whatever_was_known_of_the_history(desk) -> None:
    assert desk.judge(CHECK, HistoryCleaned, removal=Removal.KEPT).state is State.FAIL


@pytest.mark.parametrize("removal", [one for one in Removal if one is not Removal.KEPT])
def test_without_a_history_nothing_came_of_it(desk, removal) -> None:
    assert desk.judge(CHECK, HistoryCleaned, removal=removal).state is None
    desk.see(ClipboardHistorySeen, kept=True, unread="denied")
    assert desk.judge(CHECK, HistoryCleaned, removal=removal).state is None
    desk.see(ClipboardHistorySeen, kept=False, sent=True)
    assert desk.judge(CHECK, HistoryCleaned, removal=removal).state is None


@pytest.mark.parametrize("removal", [Removal.ABSENT, Removal.DISABLED])
def test_what_the_history_never_had_changes_nothing(desk, removal) -> None:
    desk.see(ClipboardHistorySeen, kept=True, products=("Windows",))
    assert desk.judge(CHECK, HistoryCleaned, removal=removal).state is None


def test_another_event_says_nothing_of_a_history(desk) -> None:
    event = desk.see(UsbSeen)
    assert CHECK.judge(event, desk.facts, CHECK.settings()) is None
