"""What the components of Windows answer about protection, and why they do not.

Sources: Microsoft, INetFwPolicy2, MSFT_NetFirewallProfile, the policies' value EnableFirewall,
MSFT_MpComputerStatus, Win32_EncryptableVolume and IAutomaticUpdatesResults. Security Center's
productState and the shell's System.Volume.BitLockerProtection are not documented by Microsoft; what
is read here of them is what administrators have found. A number that is not known says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agentguard.base.errors import PlatformError
from agentguard.model.facts import AntivirusSeen, DisksSeen, FirewallSeen, Protection, Volume
from agentguard.model.moments import Moment

DENIED, UNSUPPORTED, NO_ANSWER = "denied", "unsupported", "no-answer"
REPLACED, SILENCE = "replaced", "still-asking"
DISAGREES = "firewall-disagrees"

FIREWALL = "Windows"
PROFILES = (1, 2, 4)  # domain, private, public

OF_THE_USER = -1610350591  # 0xA0040001: the bit of customers' own codes, which no component answers

SILENT = -2147023436  # HRESULT of ERROR_TIMEOUT: it did not answer in our time

_WHY: Mapping[int, str] = {
    OF_THE_USER: REPLACED,
    SILENT: SILENCE,
    -2147024891: DENIED,  # E_ACCESSDENIED
    -2147217405: DENIED,  # WBEM_E_ACCESS_DENIED
    -2147217394: UNSUPPORTED,  # WBEM_E_INVALID_NAMESPACE: as on Windows Server
    -2147217392: UNSUPPORTED,  # WBEM_E_INVALID_CLASS
    -2147467263: UNSUPPORTED,  # E_NOTIMPL
    -2147352570: UNSUPPORTED,  # DISP_E_UNKNOWNNAME
    -2147352573: UNSUPPORTED,  # DISP_E_MEMBERNOTFOUND
    -2147221005: UNSUPPORTED,  # CO_E_CLASSSTRING
    -2147221164: UNSUPPORTED,  # REGDB_E_CLASSNOTREG
    -2147467262: UNSUPPORTED,  # E_NOINTERFACE
}

_ON: Mapping[int, bool] = {0x0000: False, 0x1000: True, 0x2000: False, 0x3000: False}
"""Off, on, snoozed, expired."""
_CURRENT: Mapping[int, bool] = {0x00: True, 0x10: False}

_VOLUME: Mapping[object, bool] = {0: False, 1: True, 2: True}
"""ProtectionStatus: off, on, and not told, which is a locked volume."""
_SHELL: Mapping[object, bool] = {1: True, 2: False, 3: False, 4: False, 5: False, 6: True}
"""On, off, being encrypted, being decrypted, suspended (the key lies open), locked."""


class ComponentError(PlatformError):
    """A component of Windows refused; `code` is the HRESULT."""

    def __init__(self, code: int) -> None:
        super().__init__(f"A part of Windows refused ({code & 0xFFFFFFFF:#010x}).")
        self.code = code

    @property
    def unread(self) -> str:
        """Why nothing is known: an id of resources/text, under `unread`."""
        return _WHY.get(self.code, NO_ANSWER)


Row = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """What is said of Windows' own firewall, for each profile.

    `active` is a mask of the profiles in use. `managed` are the values of EnableFirewall of group
    policy and MDM, `force` those of MSFT_NetFirewallProfile in the active store, which is what is
    in force (0 off, 1 on, 2 not configured: Windows' default, on), `enabled` the answers of
    INetFwPolicy2, which Microsoft calls the local setting.
    """

    active: object = None
    enabled: Mapping[int, object] = field(default_factory=dict)
    managed: Mapping[int, Sequence[object]] = field(default_factory=dict)
    force: Mapping[int, object] = field(default_factory=dict)

    def on(self, profile: int) -> bool | None:
        """Return whether a profile is on; None where none of the answers can be gone by.

        Off by every policy is off. Then the active store counts, which no policy may contradict,
        and where that is not told, the local setting, which nothing may contradict.
        """
        orders, local = self._orders(profile), self.enabled.get(profile)
        if orders == {False}:
            return False
        force = _IN_FORCE.get(self.force.get(profile))
        told = force if force is not None else local
        return told if isinstance(told, bool) and orders <= {told} else None

    def disagree(self, profile: int) -> bool:
        """Check whether the answers contradict each other, whichever of them can be gone by."""
        force, local = _IN_FORCE.get(self.force.get(profile)), self.enabled.get(profile)
        told = {one for one in (force, local) if isinstance(one, bool)}
        return len(self._orders(profile) | told) > 1

    def _orders(self, profile: int) -> set[bool]:
        return {bool(one) for one in self.managed.get(profile, ()) if one in (0, 1)}


_IN_FORCE: Mapping[object, bool] = {0: False, 1: True, 2: True}
"""Enabled of MSFT_NetFirewallProfile."""


def firewall(profiles: Profiles, others: Sequence[Row], at: Moment) -> FirewallSeen:
    """Judge the profiles that are in use; another product that is on outweighs Windows' own.

    `others` are the rows of Security Center's FirewallProduct.
    """
    for row in others:
        if _state(row)[0]:
            return FirewallSeen(at=at, on=True, product=str(row.get("displayName") or ""))
    active = profiles.active
    in_use = [p for p in PROFILES if isinstance(active, int) and active & p]
    told = [profiles.on(profile) for profile in in_use or PROFILES]
    agreed = not any(profiles.disagree(profile) for profile in in_use or PROFILES)
    if all(one is True for one in told):
        return FirewallSeen(at=at, on=True, product=FIREWALL, agreed=agreed)
    if in_use and any(one is False for one in told):
        return FirewallSeen(at=at, on=False, product=FIREWALL, agreed=agreed)
    undecided = [p for p in in_use or PROFILES if profiles.on(p) is None]
    contradicted = any(profiles.disagree(profile) for profile in undecided)
    return FirewallSeen(at=at, unread=DISAGREES if contradicted else NO_ANSWER)


_NAMES: Mapping[object, int] = {"Domain": 1, "Private": 2, "Public": 4}


def in_force(rows: Sequence[Row]) -> dict[int, object]:
    """Return Enabled of each profile by the rows of MSFT_NetFirewallProfile."""
    known = ((_NAMES.get(row.get("Name")), row.get("Enabled")) for row in rows)
    return {profile: enabled for profile, enabled in known if profile is not None}


def antivirus(rows: Sequence[Row], at: Moment) -> AntivirusSeen:
    """Read Security Center's products; that none is registered tells only that nothing was told."""
    products = tuple(
        Protection(product=str(row.get("displayName") or ""), on=on, current=current)
        for row in rows
        for on, current in (_state(row),)
    )
    return AntivirusSeen(at=at, products=products, unread="" if products else NO_ANSWER)


_MODES: Mapping[object, bool | None] = {"Normal": True, None: True, "Not running": False}
"""AMRunningMode; in the other modes, which are passive, another product protects. None: not told,
as before 2020."""
_OLDEST = 7
"""Days after which Defender calls its own signatures out of date (AntivirusSignatureAge)."""

DEFENDER = "Microsoft Defender Antivirus"
_PARTS = ("AMServiceEnabled", "AntivirusEnabled", "RealTimeProtectionEnabled")


def defender(rows: Sequence[Row], at: Moment) -> AntivirusSeen:
    """Read MSFT_MpComputerStatus, which answers where Security Center does not: on a server."""
    found = tuple(
        Protection(product=DEFENDER, on=_defends(row), current=_is_current(row)) for row in rows
    )
    return AntivirusSeen(at=at, products=found, unread="" if found else NO_ANSWER)


def _defends(row: Row) -> bool | None:
    parts = [row.get(name) for name in _PARTS]
    if any(part is False for part in parts):
        return False
    told = all(part is True for part in parts)
    return _MODES.get(row.get("AMRunningMode")) if told else None


def _is_current(row: Row) -> bool | None:
    stale, age = row.get("DefenderSignaturesOutOfDate"), row.get("AntivirusSignatureAge")
    if stale is True or (isinstance(age, int) and age > _OLDEST):
        return False
    return True if stale is False or isinstance(age, int) else None


def _state(row: Row) -> tuple[bool | None, bool | None]:
    state = row.get("productState")
    if not isinstance(state, int):
        return None, None
    return _ON.get(state & 0xF000), _CURRENT.get(state & 0xF0)


def disks(
    mounts: Iterable[str], volumes: Sequence[Row], shell: Mapping[str, object], at: Moment
) -> DisksSeen:
    """Judge the fixed volumes `mounts`, such as `C:`; the rows of BitLocker come before the shell.

    Only administrators may read `volumes`; the shell tells everybody.
    """
    known = {
        str(row.get("DriveLetter")): _VOLUME.get(row.get("ProtectionStatus")) for row in volumes
    }
    found = tuple(
        Volume(mount=mount, encrypted=known.get(mount, _SHELL.get(shell.get(mount))))
        for mount in mounts
    )
    return DisksSeen(at=at, volumes=found, unread="" if found else NO_ANSWER)
