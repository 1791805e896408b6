"""One start: sources in order, and what is told of those that failed."""

from __future__ import annotations

import errno

import pytest

from agentguard.base.errors import StoreError
from agentguard.base.startup import Starting, why_of
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment

AT = Moment(boot=1.0, wall=2.0)


def why(error: Exception) -> Message:
    return say("starting.logs", folder="x", why=type(error).__name__)


def raises(error: Exception) -> object:
    raise error


def test_the_first_source_that_works_is_taken_and_what_failed_before_is_told() -> None:
    starting = Starting()
    got = starting.first_of(
        "a", lambda: raises(ValueError()), lambda: raises(KeyError()), lambda: 3, why=why, last=4
    )
    assert got == 3
    assert starting.faults["a"].params["why"] == "ValueError", "the first word counts"
    assert starting.first_of("b", lambda: raises(ValueError()), why=why, last=4) == 4
    assert starting.first_of("c", lambda: 5, why=why, last=4) == 5
    assert set(starting.faults) == {"a", "b"}


def test_news_are_what_is_wrong_and_what_is_right_again() -> None:
    starting = Starting()
    starting.note("settings")
    starting.note("settings", say("starting.settings-encoding", file="f"))
    told = starting.told(AT, ["", "settings", "journal-at-start"])
    assert [(one.part, one.fault is None) for one in told] == [
        ("journal-at-start", True),
        ("settings", False),
    ]


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "Permission denied"),
        (OSError("4556 7375 8689 9855"), "OSError"),
        (ValueError("4556 7375 8689 9855"), "ValueError"),
        (StoreError("4556 7375 8689 9855"), "StoreError"),
    ],
)
def test_a_cause_is_told_without_the_errors_own_words(error: Exception, word: str) -> None:
    assert why_of(error) == word


def test_a_cause_behind_an_error_of_ours_is_told() -> None:
    for cause, word in (
        (OSError(errno.ENOSPC, "No space left"), "No space left"),
        (KeyError(), "KeyError"),
    ):
        error = StoreError("x")
        error.__cause__ = cause
        assert why_of(error) == word
