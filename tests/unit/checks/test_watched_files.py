"""Watched files: a change is named by its file, and no file at all does not apply."""

from __future__ import annotations

from agentguard.checks.watched_files import CHECK
from agentguard.model.machine import ChangedFile, ChangesSeen
from agentguard.model.verdicts import State


def test_a_change_is_named_without_the_way_to_it(desk) -> None:
    changed = (
        ChangedFile(path="/etc/hosts", how="changed", since=1.0),
        ChangedFile(path="C:\\Users\\kim\\app.ini", how="gone", since=1.0),
    )
    told = desk.judge(CHECK, ChangesSeen, watched=2, changed=changed)
    assert (told.state, told.words) == (State.FAIL, "Watched files changed (2): app.ini, hosts.")


def test_files_as_they_were_pass(desk) -> None:
    assert desk.judge(CHECK, ChangesSeen, watched=2).state is State.PASS


def test_nothing_to_watch_does_not_apply(desk) -> None:
    assert desk.judge(CHECK, ChangesSeen).state is State.NOT_APPLICABLE


def test_what_could_not_be_read_is_unknown(desk) -> None:
    assert desk.judge(CHECK, ChangesSeen, unread="denied").state is State.UNKNOWN


def test_a_first_look_proves_nothing(desk) -> None:
    assert desk.judge(CHECK, ChangesSeen, watched=2, first=True).state is State.UNKNOWN
