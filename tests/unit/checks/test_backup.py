"""Backups: the newest one's age, and honest where there is nothing to look for."""

from __future__ import annotations

import pytest

from agentguard.checks.backup import CHECK, Settings
from agentguard.model.facts import BackupSeen
from agentguard.model.verdicts import State

HOUR = 3600.0


@pytest.mark.parametrize(
    ("hours", "state"),
    [
        (0, State.PASS),
        (48, State.PASS),
        (48.1, State.FAIL),
        (24 * 365, State.FAIL),
        (-1, State.PASS),
        (-24, State.PASS),
        (-25, State.UNKNOWN),
        (float("nan"), State.UNKNOWN),
    ],
)
def test_the_newest_backup_is_young_enough(desk, hours, state) -> None:
    told = desk.judge(CHECK, BackupSeen, newest=desk.wall - hours * HOUR, source="marker")
    assert told.state is state


def test_the_policy_sets_the_age(desk) -> None:
    told = desk.judge(CHECK, BackupSeen, Settings(max_hours=4), newest=desk.wall - 5 * HOUR)
    assert told.words == "The newest backup is more than 4 hours old."


def test_no_backup_where_one_is_looked_for_is_wrong(desk) -> None:
    desk.policy_in_force(markers=("~/.last-backup",))
    told = desk.judge(CHECK, BackupSeen)
    assert (told.state, told.words) == (State.FAIL, "No backup was found.")


def test_no_backup_where_none_is_named_does_not_apply(desk) -> None:
    desk.policy_in_force()
    assert desk.judge(CHECK, BackupSeen).state is State.NOT_APPLICABLE


def test_a_backup_that_the_system_tells_counts_without_a_marker(desk) -> None:
    desk.policy_in_force()
    told = desk.judge(CHECK, BackupSeen, newest=desk.wall, source="timeshift")
    assert told.state is State.PASS


def test_what_could_not_be_read_is_unknown(desk) -> None:
    assert desk.judge(CHECK, BackupSeen, unread="denied").state is State.UNKNOWN
