"""Every setting of Windows that has a say in when the screen locks, and power."""

from __future__ import annotations

from collections.abc import Mapping

from agentguard.platforms.recorder.questions import call, keys, together
from agentguard.platforms.recorder.shapes import (
    LENGTH_ALONE,
    NUMBER,
    SWITCH,
    VARYING,
    Fields,
    Flag,
    Kind,
    fields,
)

_SAVER: Mapping[str, Kind] = {
    "ScreenSaveActive": SWITCH,
    "ScreenSaverIsSecure": SWITCH,
    "ScreenSaveTimeOut": SWITCH,
    "SCRNSAVE.EXE": LENGTH_ALONE,
}
POLICY = keys(
    "lock.saver-policy", "HKCU", r"Software\Policies\Microsoft\Windows\Control Panel\Desktop",
    **_SAVER,
)  # fmt: skip
USER = keys("lock.saver-user", "HKCU", r"Control Panel\Desktop", **_SAVER)
MACHINE = keys(
    "lock.machine", "HKLM", r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System",
    InactivityTimeoutSecs=SWITCH,
)  # fmt: skip
MANAGED = keys(
    "lock.device-management", "HKLM",
    r"SOFTWARE\Microsoft\PolicyManager\current\device\DeviceLock",
    MaxInactivityTimeDeviceLock=SWITCH, DevicePasswordEnabled=SWITCH,
    MaxInactivityTimeDeviceLockWithExternalDisplay=SWITCH,
)  # fmt: skip
_VALUES = fields(display=NUMBER, sleep=NUMBER, password=NUMBER)
CAPABILITIES = (
    "lid", "s1", "s2", "s3", "s4", "hibernates", "modern_standby", "connected_standby", "battery",
)  # fmt: skip
PLAN = call(
    "power.plan",
    "PowerGetActiveScheme, PowerReadACValueIndex, PowerReadDCValueIndex",
    fields(ac=_VALUES, dc=_VALUES),
)
STATUS = call(
    "power.status",
    "GetSystemPowerStatus",
    fields(line=VARYING, battery=VARYING, percent=VARYING, saver=VARYING),
)

QUESTIONS = (
    POLICY,
    USER,
    MACHINE,
    MANAGED,
    STATUS,
    PLAN,
    together("lock.limits", POLICY, USER, MACHINE, MANAGED, STATUS, PLAN),
    keys(
        "lock.mail-policy", "HKLM", r"SYSTEM\CurrentControlSet\Control\EAS\Policies",
        **dict.fromkeys(map(str, range(1, 13)), SWITCH),
    ),
    keys(
        "lock.forbidden", "HKCU", r"Software\Microsoft\Windows\CurrentVersion\Policies\System",
        DisableLockWorkstation=SWITCH,
    ),
    keys(
        "lock.goodbye", "HKCU", r"Software\Microsoft\Windows NT\CurrentVersion\Winlogon",
        EnableGoodbye=SWITCH,
    ),
    call(
        "power.capabilities",
        "CallNtPowerInformation SystemPowerCapabilities",
        Fields(dict.fromkeys(CAPABILITIES, Flag(varies=True))),
    ),
    call(
        "power.events",
        "PowerRegisterSuspendResumeNotification",
        fields(registered=VARYING),
    ),
)  # fmt: skip
