"""Updates: a due restart, waiting security updates and a stale look are findings."""

from __future__ import annotations

import pytest

from agentguard.checks.patches import CHECK, Settings
from agentguard.model.machine import PatchesSeen
from agentguard.model.verdicts import State
from tests.unit.checks.conftest import Told

DAY = 86400.0


def judged(desk, *, settings: Settings | None = None, **days: float | None) -> Told:
    """Judge with ages in days in place of times; `security` is a number."""
    security = days.pop("security", 0)
    times = {k: None if v is None else desk.wall - v * DAY for k, v in days.items()}
    fields = {"looked": desk.wall, "installed": desk.wall, **times}
    return desk.judge(CHECK, PatchesSeen, settings, security=security, **fields)


@pytest.mark.parametrize(
    ("days", "state", "words"),
    [
        ({"reboot": 4}, State.FAIL, "A restart has been due for 4 days"),
        ({"reboot": 1}, State.PASS, "No security update waits."),
        ({"security": 3, "installed": 31}, State.FAIL, "wait (3), and none were installed for 31"),
        ({"security": 3, "installed": 10}, State.PASS, "Security updates wait (3)"),
        ({"looked": 8}, State.FAIL, "Nobody has looked for updates for 8 days."),
        ({"looked": None}, State.UNKNOWN, "when updates were last looked for"),
        ({"security": None}, State.UNKNOWN, "whether security updates wait"),
        ({}, State.PASS, "No security update waits."),
    ],
    ids=["reboot", "soon", "old", "in-time", "unlooked", "unknown-look", "uncounted", "current"],
)
def test_it_says_what_is_late(desk, days, state, words) -> None:
    told = judged(desk, **days)
    assert told.state is state
    assert words in told.words


def test_a_time_from_the_future_proves_nothing(desk) -> None:
    assert judged(desk, reboot=-5).state is State.PASS
    assert judged(desk, looked=-5).state is State.UNKNOWN


def test_the_policy_sets_the_days(desk) -> None:
    strict = Settings(reboot_days=0)
    assert judged(desk, settings=strict, reboot=0).state is State.FAIL


def test_what_could_not_be_read_is_unknown(desk) -> None:
    assert desk.judge(CHECK, PatchesSeen, unread="unsupported").state is State.UNKNOWN
