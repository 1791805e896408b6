"""What Windows' settings say of when the screen locks by itself.

Sources: Microsoft, policies "Enable screen saver", "Password protect the screen saver", "Screen
saver timeout" (ControlPanelDisplay.admx), "Interactive logon: Machine inactivity limit", and the
power settings "Turn off display after", "Sleep after" and "Require a password on wakeup"; policy
CSP DeviceLock/MaxInactivityTimeDeviceLock, as Intune sets it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agentguard.model.locking import LockSource, Standing

Values = Mapping[str, object]

POLICY = "Screen saver (group policy)"
SAVER = "Screen saver"
INACTIVITY = "Machine inactivity limit"
INTUNE = "Maximum inactivity time (device management)"
DISPLAY = "Display off (power plan)"
SLEEP = "Sleep (power plan)"

_ACTIVE, _SECURE = "ScreenSaveActive", "ScreenSaverIsSecure"
_SECONDS, _PROGRAM = "ScreenSaveTimeOut", "SCRNSAVE.EXE"
_SAVER = (_ACTIVE, _SECURE, _SECONDS, _PROGRAM)


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerPlan:
    """Seconds until display and sleep on the power there is, 0 for never, None when not told."""

    display: int | None = None
    sleep: int | None = None
    password: bool | None = None


def sources(
    policy: Values, user: Values, machine: Values, power: PowerPlan, managed: Values
) -> tuple[LockSource, ...]:
    """Return every setting that has a say.

    The saver's are from policy and user; then come the machine's, that of device management
    (`managed`, PolicyManager's DeviceLock), and power.
    """
    return (
        *_savers(policy, user),
        *_inactivity(machine),
        *_device_lock(managed),
        *_power(power),
    )


def _savers(policy: Values, user: Values) -> Iterator[LockSource]:
    """Each value of the policy stands before the user's own."""
    managed = any(name in policy for name in (_ACTIVE, _SECURE, _SECONDS))
    together = {n: policy.get(n, user.get(n)) for n in _SAVER}
    if managed:
        yield _saver(POLICY, together, managed=True)
        yield LockSource(
            name=SAVER, standing=Standing.OVERRULED, seconds=_number(user.get(_SECONDS)), by=POLICY
        )
    else:
        yield _saver(SAVER, together, managed=False)


def _saver(name: str, values: Values, *, managed: bool) -> LockSource:
    seconds = _number(values[_SECONDS])
    on = _number(values[_ACTIVE]) == 1 and bool(values[_PROGRAM]) and bool(seconds)
    if not on or seconds is None:
        return LockSource(name=name, standing=Standing.NEVER, managed=managed)
    secure = _number(values[_SECURE]) == 1
    standing = Standing.LOCKS if secure else Standing.BLANKS
    return LockSource(name=name, standing=standing, seconds=float(seconds), managed=managed)


def _inactivity(machine: Values) -> Iterator[LockSource]:
    if "InactivityTimeoutSecs" not in machine:
        return
    seconds = _number(machine["InactivityTimeoutSecs"])
    standing = Standing.LOCKS if seconds else Standing.NEVER
    yield LockSource(
        name=INACTIVITY,
        standing=Standing.UNREAD if seconds is None else standing,
        seconds=float(seconds) if seconds else None,
        managed=True,
    )


def _device_lock(managed: Values) -> Iterator[LockSource]:
    """Read minutes, 0 for never; they act where DevicePasswordEnabled is 0, which means yes."""
    if "MaxInactivityTimeDeviceLock" not in managed:
        return
    minutes = _number(managed["MaxInactivityTimeDeviceLock"])
    off = _number(managed.get("DevicePasswordEnabled"))
    standing = Standing.UNREAD
    if minutes == 0 or off == 1:
        standing = Standing.NEVER
    elif minutes is not None and off == 0:
        standing = Standing.LOCKS
    yield LockSource(
        name=INTUNE,
        standing=standing,
        seconds=60.0 * minutes if minutes and standing is Standing.LOCKS else None,
        managed=True,
    )


def _power(power: PowerPlan) -> Iterator[LockSource]:
    if power.display:
        yield LockSource(name=DISPLAY, standing=Standing.BLANKS, seconds=float(power.display))
    if power.sleep and power.password is not None:
        standing = Standing.LOCKS if power.password else Standing.BLANKS
        yield LockSource(name=SLEEP, standing=standing, seconds=float(power.sleep))


def _number(value: object) -> int | None:
    """Return a number that is one, or is written as text (REG_SZ)."""
    if isinstance(value, int):
        return value
    text = value.strip("\0 ") if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() else None
