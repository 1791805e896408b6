"""What the components of Windows answer about protection, and why they do not.

Sources: Microsoft, INetFwPolicy2, the policies' value EnableFirewall, Win32_EncryptableVolume and
IAutomaticUpdatesResults. Security Center's productState and the shell's
System.Volume.BitLockerProtection are not documented by Microsoft; what is read here of them is what
administrators have found. A number that is not known says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agentguard.base.errors import PlatformError
from agentguard.model.facts import AntivirusSeen, DisksSeen, FirewallSeen, Protection, Volume
from agentguard.model.moments import Moment

DENIED, UNSUPPORTED, NO_ANSWER = "denied", "unsupported", "no-answer"
REPLACED = "replaced"
DISAGREES = "firewall-disagrees"

FIREWALL = "Windows"
PROFILES = (1, 2, 4)  # domain, private, public

OF_THE_USER = -1610350591  # 0xA0040001: the bit of customers' own codes, which no component answers

_WHY: Mapping[int, str] = {
    OF_THE_USER: REPLACED,
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
    """What is said of Windows' own firewall.

    `active` is a mask of the profiles in use, `enabled` the answer of INetFwPolicy2 for each, which
    Microsoft calls the local setting; `managed` are the values of EnableFirewall that group policy
    and MDM have for each.
    """

    active: object = None
    enabled: Mapping[int, object] = field(default_factory=dict)
    managed: Mapping[int, Sequence[object]] = field(default_factory=dict)

    def on(self, profile: int) -> bool | None:
        """Return whether a profile is on: only when all say so; off by policy is off."""
        orders = {bool(one) for one in self.managed.get(profile, ()) if one in (0, 1)}
        local = self.enabled.get(profile)
        if orders == {False}:
            return False
        agreed = isinstance(local, bool) and orders <= {local}
        return local if isinstance(local, bool) and agreed else None

    def disagree(self, profile: int) -> bool:
        """Check whether the answers contradict each other, so that none can be gone by."""
        said = {bool(one) for one in self.managed.get(profile, ()) if one in (0, 1)}
        local = self.enabled.get(profile)
        return said != {False} and len(said | {one for one in (local,) if one in (0, 1)}) > 1


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
    if all(one is True for one in told):
        return FirewallSeen(at=at, on=True, product=FIREWALL)
    if in_use and any(one is False for one in told):
        return FirewallSeen(at=at, on=False, product=FIREWALL)
    contradicted = any(profiles.disagree(profile) for profile in in_use or PROFILES)
    return FirewallSeen(at=at, unread=DISAGREES if contradicted else NO_ANSWER)


def antivirus(rows: Sequence[Row], at: Moment) -> AntivirusSeen:
    """Read Security Center's products; that none is registered tells only that nothing was told."""
    products = tuple(
        Protection(product=str(row.get("displayName") or ""), on=on, current=current)
        for row in rows
        for on, current in (_state(row),)
    )
    return AntivirusSeen(at=at, products=products, unread="" if products else NO_ANSWER)


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
