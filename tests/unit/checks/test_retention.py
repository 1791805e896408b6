"""Retention: files past their age, counted but not named."""

from __future__ import annotations

from agentguard.checks.retention import CHECK
from agentguard.model.facts import OldFile, RetentionSeen
from agentguard.model.verdicts import State

OLD = (
    OldFile(path="/home/kim/export/mrs-smith.csv", rule="export", age_days=91),
    OldFile(path="/home/kim/export/b.csv", rule="export", age_days=400),
)


def test_old_files_are_counted_with_the_oldest_age(desk) -> None:
    told = desk.judge(CHECK, RetentionSeen, rules=2, old=OLD)
    assert (told.state, told.words) == (
        State.FAIL,
        "Files are older than their rule allows (2); the oldest is 400 days old.",
    )


def test_all_are_counted_where_only_some_are_listed(desk) -> None:
    told = desk.judge(CHECK, RetentionSeen, rules=2, old=OLD, count=5000)
    assert "(5000)" in told.words


def test_no_old_file_passes(desk) -> None:
    told = desk.judge(CHECK, RetentionSeen, rules=2)
    assert (told.state, told.words) == (
        State.PASS,
        "No file is older than its rule allows (2 rules).",
    )


def test_without_rules_it_does_not_apply(desk) -> None:
    assert desk.judge(CHECK, RetentionSeen).state is State.NOT_APPLICABLE


def test_what_could_not_be_read_is_unknown(desk) -> None:
    told = desk.judge(CHECK, RetentionSeen, rules=2, unread="denied")
    assert told.state is State.UNKNOWN


def test_what_is_too_old_soon_is_told_before(desk) -> None:
    told = desk.judge(CHECK, RetentionSeen, rules=1, soon=4, days=5)
    assert (told.state, told.words) == (
        State.PASS,
        "No file is too old yet; 4 will be, the first in 5 days.",
    )


def test_a_legal_hold_keeps_what_is_too_old(desk) -> None:
    told = desk.judge(CHECK, RetentionSeen, rules=2, old=OLD, count=7, held=True)
    assert (told.state, told.words) == (
        State.PASS,
        "7 files are past their age and are kept: a legal hold is in force.",
    )


def test_what_only_the_clock_says_is_unknown_and_waits(desk) -> None:
    waits = tuple(OldFile(path=o.path, rule=o.rule, age_days=9999, waits=True) for o in OLD)
    told = desk.judge(CHECK, RetentionSeen, rules=2, old=waits, count=2, waiting=2)
    assert told.state is State.UNKNOWN
    assert "has not seen that time go by" in told.words
    told = desk.judge(CHECK, RetentionSeen, rules=2, old=(*OLD, *waits), count=4, waiting=2)
    assert (told.state, told.words) == (
        State.FAIL,
        "Files are older than their rule allows (2); the oldest is 400 days old.",
    )
