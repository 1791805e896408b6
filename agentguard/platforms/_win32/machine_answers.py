"""What Windows says of USB storage, automatic sign-in, wireless networks and updates.

Sources: Microsoft, Win32_DiskDrive, "Configure Windows to automate logon",
NetworkAuthenticationType, NetworkEncryptionType, IAutomaticUpdatesResults and IUpdate
(LastDeploymentChangeTime, MsrcSeverity, Categories), whose dates are UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agentguard.model.machine import AutoLogonSeen, NetworksSeen, PatchesSeen, UsbSeen, UsbStorage
from agentguard.model.moments import Moment
from agentguard.platforms._win32.component_answers import NO_ANSWER
from agentguard.platforms._win32.software_answers import word

Row = Mapping[str, object]

_DAY = 86400.0
_DATE_OF_1970 = 25569.0  # days after 1899-12-30, where a DATE begins
_SECOND = 10_000_000  # of 100 ns
_BEGIN_OF_1970 = 11_644_473_600  # seconds after 1601, where a FILETIME begins

_NAMED = re.compile(r"VEN_([^&\\]*)&PROD_([^&\\]*)", re.IGNORECASE)
_OUTSIDE = ("external", "removable")

Secured = tuple[int | None, int | None]
"""NetworkAuthenticationType and NetworkEncryptionType of a wireless network; None: not told."""

_OPEN, _SHARED_KEY, _NEITHER = 2, 3, 0
_OWE = 12  # encrypts without a password
_WEP = frozenset({2, 3, 4})  # Wep, Wep40, Wep104
_WITH_KEYS = frozenset({4, 5, 6, 7, 8, 10, 11, _OWE, 13})
"""WPA, WPA-PSK, WPA-none, RSNA, RSNA-PSK, WPA3 of 192 bits, SAE, OWE, WPA3; not 9, the maker's own,
and not 1, unknown."""


def usb(drives: Sequence[Row], at: Moment) -> UsbSeen:
    """Tell the USB disks among all drives; no drive at all is no answer."""
    devices = tuple(_device(drive) for drive in drives if _is_usb(drive))
    return UsbSeen(at=at, devices=devices, unread="" if drives else NO_ANSWER)


def _is_usb(drive: Row) -> bool:
    """Know it by its interface; a fast one looks like SCSI, but is external."""
    if word(drive, "InterfaceType").upper() == "USB":
        return True
    if word(drive, "PNPDeviceID").upper().startswith("USBSTOR\\"):
        return True
    outside = word(drive, "MediaType").casefold().startswith(_OUTSIDE)
    return word(drive, "InterfaceType").upper() == "SCSI" and outside


def _device(drive: Row) -> UsbStorage:
    """Name it without its number: by its id, which is what it says of itself, or by its model."""
    found = _NAMED.search(word(drive, "PNPDeviceID"))
    if found:
        vendor, model = (part.replace("_", " ").strip() for part in found.groups())
        return UsbStorage(vendor=vendor, model=model)
    return UsbStorage(vendor="", model=word(drive, "Model"))


def auto_logon(winlogon: Row, at: Moment) -> AutoLogonSeen:
    """Read the key Winlogon; that no password stands there proves nothing (LSA may keep it)."""
    if not winlogon:
        return AutoLogonSeen(at=at, unread=NO_ANSWER)
    value = winlogon.get("AutoAdminLogon")
    on = value == 1 or word(winlogon, "AutoAdminLogon") == "1"
    named = bool(word(winlogon, "DefaultUserName"))
    return AutoLogonSeen(at=at, on=on and named, product="Windows")


def networks(found: Iterable[Secured], at: Moment, *, wireless: bool) -> NetworksSeen:
    """Return how each wireless network in use is protected."""
    return NetworksSeen(at=at, wireless=wireless, wifi=tuple(_protection(*one) for one in found))


def _protection(authentication: int | None, encryption: int | None) -> str:
    if encryption in _WEP or authentication == _SHARED_KEY:
        return "weak"
    if encryption == _NEITHER and authentication in {_OPEN, _NEITHER}:
        return "open"
    return "protected" if authentication in _WITH_KEYS else "unknown"


SECURITY = frozenset(
    {
        "0fa1201d-4330-4fa8-8ae9-b877473b6441",  # Security Updates
        "e6cf1350-c01b-414d-a61f-263d14d133b4",  # Critical Updates
    }
)
DEFINITIONS = "e0789628-ce08-4437-be74-2495b842f43b"
"""The category of an antivirus' definitions, which come daily and are judged with the antivirus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """An update that waits: its categories, severity, and DATE of release as the client tells."""

    id: str
    categories: frozenset[str]
    severity: str = ""
    released: object = None

    @property
    def secures(self) -> bool:
        """Whether it mends a weakness, and is no antivirus' definitions."""
        return DEFINITIONS not in self.categories and bool(
            self.severity or SECURITY & self.categories
        )


def patches(
    dates: tuple[object, object],
    updates: Sequence[Update] | None,
    reboots: Iterable[int],
    build: str,
    at: Moment,
) -> PatchesSeen:
    """Put together what the update client and the registry tell.

    `dates` are when updates were last looked for and installed, `updates` those that wait (None
    when that was not told in full), `reboots` the FILETIMEs since which a restart is due.
    """
    due = [ticks / _SECOND - _BEGIN_OF_1970 for ticks in reboots]
    mending = [one for one in updates or () if one.secures]
    released = [_wall(one.released) for one in mending]
    days = [day for day in released if day is not None]
    oldest = min(days, default=None)
    return PatchesSeen(
        at=at,
        reboot=min(due, default=None),
        looked=_wall(dates[0]),
        installed=_wall(dates[1]),
        security=None if updates is None else len(mending),
        oldest=oldest,
        earliest=oldest if len(days) == len(released) else None,
        waiting=tuple(one.id for one in mending),
        build=build,
    )


def _wall(date: object) -> float | None:
    """Return wall seconds of a DATE in UTC; 0, which is 1899, stands for never."""
    if not isinstance(date, float) or date <= _DATE_OF_1970:
        return None
    return (date - _DATE_OF_1970) * _DAY
