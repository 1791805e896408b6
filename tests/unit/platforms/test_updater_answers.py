"""Updaters of Windows' browsers and Office, by what registry, services and tasks say.

Recorded after the makers' documents, for Wine has none of these programs:
https://support.google.com/chrome/a/answer/6350036 (policies of Google Update)
https://learn.microsoft.com/deployedge/microsoft-edge-update-policies
https://learn.microsoft.com/microsoft-365-apps/updates/choose-how-manage-updates
"""

from __future__ import annotations

import pytest

from agentguard.base import lifecycle
from agentguard.model.machine import Updater
from agentguard.model.moments import Moment
from agentguard.platforms._win32 import office_answers
from agentguard.platforms._win32.any_case import AnyCase
from agentguard.platforms._win32.updater_answers import (
    BROWSERS,
    CHROME,
    EDGE,
    Browser,
    browser,
    office,
    runs,
)

AUTOMATIC, MANUAL, DISABLED = 2, 3, 4
LOOKED = 1_790_000_000
TASKS = {"MicrosoftEdgeUpdateTaskMachineCore": True, "GoogleUpdaterTaskSystem140.0": True}
OFF = dict.fromkeys(TASKS, False)


def told(one: Browser = EDGE, **given: object) -> Updater:
    """Give how a browser's updater stands; without more it is on and looked of late."""
    said: dict[str, object] = {
        "client": {"pv": "151.0.1"}, "policy": {}, "own": {"LastChecked": LOOKED},
        "starts": (AUTOMATIC,), "tasks": TASKS, "ready": None, **given,
    }  # fmt: skip
    entries = [AnyCase(said.pop(name).items()) for name in ("client", "policy", "own")]  # type: ignore[attr-defined]
    found = browser(one, *entries, **said)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_a_browser_that_is_not_installed_has_no_updater() -> None:
    nothing = AnyCase(())
    for one in BROWSERS:
        assert browser(one, nothing, nothing, nothing, starts=(), tasks={}, ready=None) is None


@pytest.mark.parametrize("one", BROWSERS, ids=lambda one: one.program)
def test_a_browser_is_told_with_its_version_and_its_last_look(one: Browser) -> None:
    found = told(one)
    assert found == Updater(
        program=one.program, on=True, maker=one.maker, version="151.0.1", looked=float(LOOKED)
    )


@pytest.mark.parametrize("one", [CHROME, EDGE], ids=lambda one: one.program)
@pytest.mark.parametrize(
    ("policy", "on"),
    [
        ({"UpdateDefault": 0}, False),
        ({"UpdateDefault": 1}, True),
        ({"UpdateDefault": 2}, False),
        ({"UpdateDefault": 3}, True),
        ({"UpdateDefault": "0"}, True),
        ({"UpdateDefault": 0, "Update{app}": 1}, True),
        ({"UpdateDefault": 1, "Update{app}": 0}, False),
        ({"update{app}": 2}, False),
        ({"AutoUpdateCheckPeriodMinutes": 0}, False),
        ({"AutoUpdateCheckPeriodMinutes": 1400}, True),
        ({"Update{another}": 0}, True),
    ],
)
def test_row_197_a_policy_switches_updates_off(one: Browser, policy, on) -> None:
    named = {name.replace("{app}", one.app): value for name, value in policy.items()}
    assert told(one, policy=named).on is on


@pytest.mark.parametrize(
    ("starts", "tasks", "on"),
    [
        ((AUTOMATIC, MANUAL), TASKS, True),
        ((DISABLED, DISABLED), TASKS, True),
        ((DISABLED, DISABLED), OFF, False),
        ((), OFF, False),
        ((MANUAL,), OFF, None),
        ((AUTOMATIC,), {}, None),
        ((DISABLED,), {}, None),
        ((DISABLED,), None, None),
        ((), None, None),
        ((DISABLED,), {"Another": True}, None),
    ],
)
def test_row_197_only_what_was_seen_says_that_nothing_starts_it(starts, tasks, on) -> None:
    assert runs(starts, tasks, EDGE.tasks) is on
    assert told(starts=starts, tasks=tasks).on is on


@pytest.mark.parametrize("looked", [None, 0, -1, "1790000000", 99_999_999_999, 5])
def test_a_last_look_that_no_clock_shows_is_not_told(looked: object) -> None:
    assert told(own={"LastChecked": looked}).looked is None


@pytest.mark.parametrize(
    ("client", "ready", "version", "waits"),
    [
        ({"pv": "151.1"}, None, "151.1", False),
        ({"pv": "151.1", "opv": "150.9"}, None, "150.9", True),
        ({"pv": "151.1", "opv": "151.1"}, None, "151.1", False),
        ({"pv": "151.1"}, 7.0, "151.1", True),
    ],
)
def test_row_197_a_newer_version_that_waits_is_not_the_one_that_runs(
    client, ready, version, waits
) -> None:
    found = told(client=client, ready=ready)
    assert (found.version, found.waits, found.ready) == (version, waits, ready)


def test_row_197_a_version_that_a_policy_keeps_is_told() -> None:
    assert not told(policy={f"TargetVersionPrefix{CHROME.app}": "150."}).pinned
    assert told(policy={f"TargetVersionPrefix{EDGE.app}": "150."}).pinned
    assert of_office(policy=[("UpdateTargetVersion", "16.0.20131.20206")]).pinned
    assert not of_office().pinned


CURRENT = "http://officecdn.microsoft.com/pr/492350f6-3a01-4f97-b9c0-c7c6ddf67d60"
OFFICE = {
    "VersionToReport": "16.0.20228.20190",
    "UpdateChannel": CURRENT,
    "UpdatesEnabled": "True",
}
OFFICE_TASK = {"Office Automatic Updates 2.0": True}


def of_office(found=(), policy=(), starts=(AUTOMATIC,), tasks=OFFICE_TASK, **kept: str) -> Updater:
    entry = AnyCase({**OFFICE, **kept}.items())
    one = office(entry, AnyCase(found), AnyCase(policy), starts, tasks)
    assert one is not None
    return one


def test_office_is_told_with_its_channel() -> None:
    assert of_office() == Updater(
        program="Microsoft Office", on=True, maker="Microsoft Corporation",
        version="16.0.20228.20190", channel="current",
    )  # fmt: skip
    assert office(AnyCase(()), AnyCase(()), AnyCase(()), (), {}) is None


def test_every_channel_of_the_catalogue_is_one_that_an_office_can_follow() -> None:
    known = {one.name for one in lifecycle.known(Moment(boot=0, wall=0)).office}
    lead = CURRENT.rpartition("/")[0]
    told = [of_office(UpdateChannel=f"{lead}/{one}") for one in office_answers.CHANNELS]
    assert {one.channel for one in told} == known | {""}
    assert all(bool(one.version) is bool(one.channel) for one in told)


def test_a_channel_that_the_catalogue_does_not_have_is_not_judged_by_its_version() -> None:
    ltsc = of_office(UpdateChannel=f"{CURRENT[:-5]}00000/")
    assert (ltsc.channel, ltsc.version) == ("", "")
    assert of_office(UpdateChannel="", CDNBaseUrl=f"{CURRENT.upper()}/").channel == "current"
    assert of_office(UpdateChannel="").channel == ""


@pytest.mark.parametrize(
    ("given", "on"),
    [
        ({"UpdatesEnabled": "False"}, False),
        ({"UpdatesEnabled": "false"}, False),
        ({"policy": [("EnableAutomaticUpdates", 0)]}, False),
        ({"policy": [("enableautomaticupdates", 1)]}, True),
        ({"starts": (DISABLED,)}, False),
        ({"starts": ()}, True),
        ({"tasks": {"Office Automatic Updates 2.0": False}}, False),
        ({"tasks": None}, None),
        ({"tasks": {}}, None),
        ({"OfficeMgmtCOM": "True", "UpdatesEnabled": "False"}, None),
        ({"OfficeMgmtCOM": "False"}, True),
    ],
)
def test_row_197_office_is_off_by_setting_policy_service_or_task(given, on) -> None:
    assert of_office(**given).on is on


def test_what_office_has_found_is_told() -> None:
    told_ms = str((LOOKED + 11_644_473_600) * 1000)
    one = of_office(
        [("UpdateDetectionLastRunTime", told_ms), ("UpdatesReadyToApply", "16.0.20300.1")]
    )
    assert (one.looked, one.waits, one.ready) == (float(LOOKED), True, None)
    for wrong in ("", "soon", "13", "١٢"):
        assert of_office([("UpdateDetectionLastRunTime", wrong)]).looked is None
