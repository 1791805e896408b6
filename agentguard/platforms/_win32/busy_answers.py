"""What Windows says of whether a person may be disturbed now.

Source: Microsoft, QUERY_USER_NOTIFICATION_STATE (shellapi.h). Since build 17083 of Windows 10 it
knows nothing of do-not-disturb; that stands in a state of the Windows Notification Facility, which
Microsoft does not document (0 off, 1 priority only, 2 alarms only). All else is not known.
"""

from __future__ import annotations

AWAY, BUSY, FULL_SCREEN, PRESENTING = 1, 2, 3, 4
"""QUNS_NOT_PRESENT, QUNS_BUSY, QUNS_RUNNING_D3D_FULL_SCREEN, QUNS_PRESENTATION_MODE."""
FREE = frozenset({5, 6, 7})
"""QUNS_ACCEPTS_NOTIFICATIONS, QUNS_QUIET_TIME (the first hour of a new Windows), QUNS_APP."""
QUIET_HOURS = 0x0D83063EA3BF1C75
"""WNF_SHEL_QUIETHOURS_ACTIVE_PROFILE_CHANGED."""
PROFILES = {0: False, 1: True, 2: True}


def presenting(state: int | None) -> bool | None:
    """Return whether a program is over the whole screen; None where Windows did not say."""
    if state in {AWAY, BUSY, FULL_SCREEN, PRESENTING}:
        return True
    return False if state in FREE else None


def do_not_disturb(profile: int | None) -> bool | None:
    """Return whether the person switched notices off; None where that cannot be told."""
    return PROFILES.get(profile) if profile is not None else None
