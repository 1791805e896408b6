"""When Windows locks by itself: user, group policy, machine limit and power plan together."""

from __future__ import annotations

import pytest

from agentguard.model.locking import LockSource, Standing, all_read, effective
from agentguard.platforms._win32.lock_answers import (
    DISPLAY,
    INACTIVITY,
    INTUNE,
    POLICY,
    SAVER,
    SLEEP,
    PowerPlan,
    sources,
)

NOTHING: dict[str, object] = {}
UNTOLD = PowerPlan()
SAVING = {
    "ScreenSaveActive": "1",
    "ScreenSaverIsSecure": "1",
    "ScreenSaveTimeOut": "600",
    "SCRNSAVE.EXE": "C:\\Windows\\System32\\scrnsave.scr",
}


def only(
    policy=NOTHING, user=NOTHING, machine=NOTHING, power=UNTOLD, managed=NOTHING
) -> tuple[LockSource, ...]:
    return sources(policy, user, machine, power, managed)


def test_the_users_own_saver_locks() -> None:
    (saver,) = only(user=SAVING)
    assert saver == LockSource(name=SAVER, standing=Standing.LOCKS, seconds=600)


@pytest.mark.parametrize(
    ("change", "standing"),
    [
        ({"ScreenSaverIsSecure": "0"}, Standing.BLANKS),
        ({"ScreenSaverIsSecure": None}, Standing.BLANKS),
        ({"ScreenSaveActive": "0"}, Standing.NEVER),
        ({"SCRNSAVE.EXE": ""}, Standing.NEVER),
        ({"ScreenSaveTimeOut": "0"}, Standing.NEVER),
        ({"ScreenSaveTimeOut": "soon"}, Standing.NEVER),
        ({"ScreenSaveTimeOut": 600}, Standing.LOCKS),
    ],
    ids=["open", "open-too", "off", "no-program", "never", "nonsense", "number"],
)
def test_a_saver_that_does_not_lock_says_so(change: dict[str, object], standing: Standing) -> None:
    assert only(user={**SAVING, **change})[0].standing is standing


def test_group_policy_overrules_the_user_value_by_value() -> None:
    policy = {"ScreenSaveTimeOut": "900", "ScreenSaverIsSecure": "1"}
    winner, loser = only(policy, {**SAVING, "ScreenSaverIsSecure": "0"})
    assert winner == LockSource(name=POLICY, standing=Standing.LOCKS, seconds=900, managed=True)
    assert (loser.name, loser.standing, loser.by) == (SAVER, Standing.OVERRULED, POLICY)


def test_a_policy_that_switches_the_saver_off_wins_as_well() -> None:
    assert only({"ScreenSaveActive": "0"}, SAVING)[0].standing is Standing.NEVER


@pytest.mark.parametrize(
    ("value", "standing", "seconds"),
    [(900, Standing.LOCKS, 900), (0, Standing.NEVER, None), ("x", Standing.UNREAD, None)],
    ids=["on", "off", "nonsense"],
)
def test_the_machines_limit_counts(value: object, standing: Standing, seconds) -> None:
    limit = only(machine={"InactivityTimeoutSecs": value})[-1]
    assert (limit.name, limit.standing, limit.seconds) == (INACTIVITY, standing, seconds)
    assert limit.managed


@pytest.mark.parametrize(
    ("minutes", "password", "standing", "seconds"),
    [
        (10, 0, Standing.LOCKS, 600),
        (0, 0, Standing.NEVER, None),
        (0, None, Standing.NEVER, None),
        (10, 1, Standing.NEVER, None),
        (10, None, Standing.UNREAD, None),
        ("x", 0, Standing.UNREAD, None),
    ],
    ids=["on", "off", "off-too", "no-password", "untold", "nonsense"],
)
def test_the_limit_of_device_management_counts(minutes, password, standing, seconds) -> None:
    managed = {"MaxInactivityTimeDeviceLock": minutes, "DevicePasswordEnabled": password}
    every = only(managed={k: v for k, v in managed.items() if v is not None})
    assert every[-1] == LockSource(name=INTUNE, standing=standing, seconds=seconds, managed=True)
    assert all_read(every) is (standing is not Standing.UNREAD)
    assert (effective(every) == every[-1]) is (standing is Standing.LOCKS)


def test_a_display_that_goes_dark_is_no_lock_but_sleep_with_a_password_is() -> None:
    dark, sleep = only(power=PowerPlan(display=300, sleep=1200, password=True))[1:]
    assert (dark.name, dark.standing) == (DISPLAY, Standing.BLANKS)
    assert (sleep.name, sleep.standing) == (SLEEP, Standing.LOCKS)
    awake = only(power=PowerPlan(display=300, sleep=1200, password=False))[-1]
    assert awake.standing is Standing.BLANKS


def test_a_plan_that_tells_nothing_has_no_say() -> None:
    assert len(only(power=PowerPlan())) == len(only(power=PowerPlan(display=0, sleep=0))) == 1


def test_the_earliest_lock_of_all_wins() -> None:
    every = sources(
        {"ScreenSaveTimeOut": "1200"},
        SAVING,
        {"InactivityTimeoutSecs": 900},
        PowerPlan(display=60, sleep=3600, password=True),
        NOTHING,
    )
    assert effective(every) == LockSource(
        name=INACTIVITY, standing=Standing.LOCKS, seconds=900, managed=True
    )
    assert all_read(every)
