"""How the wireless networks that are in use are protected, by the Windows Runtime.

The functions of wlanapi that tell it (WlanQueryInterface, WlanGetAvailableNetworkList) need the
right to see the location from Windows 11 24H2 on, and ask each person for it once; these do not.
Sources: Microsoft, "Changes to API behavior for Wi-Fi access and location" and
Windows.Networking.Connectivity (ConnectionProfile, NetworkSecuritySettings).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from agentguard.platforms._win32.machine_answers import Secured
from agentguard.platforms._win32.runtime_objects import RuntimeObject, factory

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

INFORMATION = "Windows.Networking.Connectivity.NetworkInformation"
STATICS = "5074f851-950d-4165-9c15-365619481eea"  # INetworkInformationStatics
PROFILES = 6  # its GetConnectionProfiles
LEVEL, SECURITY = 7, 14  # IConnectionProfile: GetNetworkConnectivityLevel, NetworkSecuritySettings
WIRELESS_PROFILE = "e2045145-4c9f-400c-9150-7ec7d6e2888a"  # IConnectionProfile2
IS_WIRELESS = 7
AUTHENTICATION, ENCRYPTION = 6, 7  # INetworkSecuritySettings
NOT_CONNECTED = 0  # NetworkConnectivityLevel.None


def information() -> RuntimeObject:
    """Return the interface that knows the profiles."""
    return factory(INFORMATION, STATICS)


def secured(told: RuntimeObject) -> tuple[Secured, ...]:
    """Return how each wireless network in use is secured; their names are not read.

    Raises:
        ComponentError: Windows does not tell.

    """
    return tuple(_each(told))


def _each(told: RuntimeObject) -> Iterator[Secured]:
    profiles = told.object(PROFILES)
    for profile in profiles.each() if profiles else ():
        if profile.number(LEVEL) == NOT_CONNECTED:
            continue
        if not profile.as_interface(WIRELESS_PROFILE).flag(IS_WIRELESS):
            continue
        settings = profile.object(SECURITY)
        if settings is not None:
            yield settings.number(AUTHENTICATION), settings.number(ENCRYPTION)
        else:
            yield None, None
