"""How browsers and Office are kept up to date: policies, services, tasks, what they noted."""

from __future__ import annotations

from agentguard.platforms._win32.updater_answers import CHROME, EDGE, Browser
from agentguard.platforms.recorder.questions import Keys, call, keys, of_keys
from agentguard.platforms.recorder.shapes import (
    LENGTH_ALONE,
    NUMBER,
    SWITCH,
    VARYING,
    Kind,
    fields,
    known,
)

_SWITCH = known("True", "False", "true", "false")


def _policy(one: Browser) -> Keys:
    named: dict[str, Kind] = {
        "UpdateDefault": NUMBER,
        "AutoUpdateCheckPeriodMinutes": VARYING,
        f"Update{one.app}": NUMBER,
        f"TargetVersionPrefix{one.app}": LENGTH_ALONE,
    }
    return Keys(root="HKLM", path=one.policies, named=named)


def _client(one: Browser) -> Keys:
    return Keys(
        root="HKLM",
        path=one.below,
        named={"pv": LENGTH_ALONE, "opv": LENGTH_ALONE, "LastChecked": VARYING},
        below=("", rf"Clients\{one.app}"),
        narrow=True,
    )


QUESTIONS = (
    of_keys("updaters.chrome-policy", _policy(CHROME)),
    of_keys("updaters.edge-policy", _policy(EDGE)),
    of_keys("updaters.chrome", _client(CHROME)),
    of_keys("updaters.edge", _client(EDGE)),
    keys(
        "updaters.programs", "HKLM", r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths",
        "", "chrome.exe", "msedge.exe", "firefox.exe", Path=LENGTH_ALONE,
    ),
    keys(
        "updaters.services", "HKLM", r"SYSTEM\CurrentControlSet\Services",
        "gupdate", "gupdatem", "edgeupdate", "edgeupdatem", "ClickToRunSvc", "MozillaMaintenance",
        Start=NUMBER, DelayedAutostart=NUMBER,
    ),
    keys(
        "updaters.firefox-policy", "HKLM", r"SOFTWARE\Policies\Mozilla\Firefox",
        DisableAppUpdate=NUMBER, AppAutoUpdate=NUMBER, ManualAppUpdateOnly=NUMBER,
        AppUpdatePin=LENGTH_ALONE,
    ),
    keys("updaters.firefox-places", "HKLM", r"SOFTWARE\Mozilla\Firefox\TaskBarIDs"),
    keys(
        "updaters.office", "HKLM", r"SOFTWARE\Microsoft\Office\ClickToRun", "Configuration",
        "Updates",
        VersionToReport=LENGTH_ALONE, UpdateChannel=LENGTH_ALONE, CDNBaseUrl=LENGTH_ALONE,
        UpdatesEnabled=_SWITCH, OfficeMgmtCOM=_SWITCH, UpdatesReadyToApply=LENGTH_ALONE,
        UpdateDetectionLastRunTime=LENGTH_ALONE,
    ),
    keys(
        "updaters.office-policy", "HKLM",
        r"SOFTWARE\Policies\Microsoft\office\16.0\common\officeupdate",
        enableautomaticupdates=NUMBER, OfficeMgmtCOM=SWITCH, updatetargetversion=LENGTH_ALONE,
    ),
    call(
        "updaters.tasks",
        "Schedule.Service Connect, GetFolder, GetTasks",
        fields(folders=VARYING, seen=VARYING, enabled=VARYING, ours=VARYING),
        seconds=30.0,
    ),
)  # fmt: skip
