"""Firewall, antivirus, disk encryption and updates, by every way of asking."""

from __future__ import annotations

from collections.abc import Mapping

from agentguard.platforms.recorder.questions import Wmi, call, keys, together, wmi
from agentguard.platforms.recorder.shapes import (
    FLAG,
    NUMBER,
    SWITCH,
    VARYING,
    Begins,
    ByNumber,
    Each,
    Flag,
    Kind,
    Known,
    fields,
    known,
)

PROFILES = ("DomainProfile", "StandardProfile", "PrivateProfile", "PublicProfile")
_SECURITY_CENTER = r"root\SecurityCenter2"
_CIM = r"root\StandardCimv2"
_FIREWALLS = r"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
DEFENDERS = known("Windows Defender", "Microsoft Defender Antivirus")
_PRODUCT: Mapping[str, Kind] = {"displayName": DEFENDERS, "productState": NUMBER}
_PROFILE: Mapping[str, Kind] = {
    "Name": known("Domain", "Private", "Public"),
    "Enabled": NUMBER,
    "DefaultInboundAction": NUMBER,
    "AllowInboundRules": NUMBER,
}

POLICY = keys(
    "firewall.policy", "HKLM", r"SOFTWARE\Policies\Microsoft\WindowsFirewall", *PROFILES,
    EnableFirewall=SWITCH,
)  # fmt: skip
MDM = keys("firewall.mdm", "HKLM", rf"{_FIREWALLS}\Mdm", *PROFILES, EnableFirewall=SWITCH)
OBJECT = call(
    "firewall.object",
    "INetFwPolicy2 CurrentProfileTypes, FirewallEnabled, BlockAllInboundTraffic",
    fields(
        active=NUMBER,
        enabled=ByNumber(FLAG),
        closed=ByNumber(FLAG),
        changes=NUMBER,
    ),
)
PRODUCTS = wmi(
    "firewall.products", Wmi(space=_SECURITY_CENTER, table="FirewallProduct", named=_PRODUCT)
)
ACTIVE_STORE = wmi(
    "firewall.active-store",
    Wmi(
        space=_CIM,
        table="MSFT_NetFirewallProfile",
        named=_PROFILE,
        context=("PolicyStore", "ActiveStore"),
    ),
)
CATEGORY = wmi(
    "firewall.network",
    Wmi(
        space=_CIM,
        table="MSFT_NetConnectionProfile",
        named={"NetworkCategory": NUMBER, "IPv4Connectivity": NUMBER, "IPv6Connectivity": NUMBER},
    ),
)

LETTERS = Known(frozenset(f"{chr(ord('A') + place)}:" for place in range(26)), varies=True)
_DEVICES = (
    "\\??\\", "\\??\\unc\\", "\\device\\harddiskvolume", "\\device\\cdrom", "\\device\\floppy",
    "\\device\\ramdisk", "\\device\\lanmanredirector\\", "\\device\\mup\\", "\\device\\rdpdr\\",
    "\\device\\webdavredirector\\", "\\device\\nfsrdr\\", "\\device\\p9rdr\\", "\\device\\hgfs\\",
    "\\device\\vboxminirdr\\", "\\device\\prlfs\\",
)  # fmt: skip
DRIVES = call(
    "disks.drives",
    "GetLogicalDrives, GetDriveTypeW, QueryDosDeviceW",
    fields(
        drives=Each(fields(letter=LETTERS, kind=NUMBER, target=Begins(_DEVICES))),
    ),
)
BITLOCKER = wmi(
    "disks.bitlocker",
    Wmi(
        space=r"root\CIMV2\Security\MicrosoftVolumeEncryption",
        table="Win32_EncryptableVolume",
        named={"DriveLetter": LETTERS, "ProtectionStatus": NUMBER, "VolumeType": NUMBER},
    ),
    seconds=20.0,
)
SHELL = call(
    "disks.shell",
    "Shell.Application System.Volume.BitLockerProtection",
    fields(drives=Each(fields(letter=LETTERS, state=NUMBER))),
    seconds=20.0,
)
_CATEGORIES = known(
    "0fa1201d-4330-4fa8-8ae9-b877473b6441", "e6cf1350-c01b-414d-a61f-263d14d133b4",
    "e0789628-ce08-4437-be74-2495b842f43b", "28bc880e-0592-4cbf-8f95-c79b17911d5f",
    "cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83", "b54e7d24-7add-428f-8b75-90a396fa584f",
    "ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0", "68c5b0a3-d1a6-4553-ae49-01d3a7827828",
)  # fmt: skip
"""Security, critical and definition updates; rollups, updates, feature packs, drivers, services."""

QUESTIONS = (
    POLICY,
    MDM,
    keys("firewall.local", "HKLM", _FIREWALLS, *PROFILES, EnableFirewall=SWITCH),
    OBJECT,
    wmi(
        "firewall.local-store",
        Wmi(space=_CIM, table="MSFT_NetFirewallProfile", named=_PROFILE),
    ),
    ACTIVE_STORE,
    CATEGORY,
    PRODUCTS,
    together("firewall.judged", POLICY, MDM, OBJECT, ACTIVE_STORE, PRODUCTS),
    wmi(
        "antivirus.products",
        Wmi(space=_SECURITY_CENTER, table="AntiVirusProduct", named=_PRODUCT),
    ),
    wmi(
        "antivirus.defender",
        Wmi(
            space=r"root\Microsoft\Windows\Defender",
            table="MSFT_MpComputerStatus",
            named={
                "AMServiceEnabled": FLAG,
                "AntivirusEnabled": FLAG,
                "RealTimeProtectionEnabled": FLAG,
                "AntivirusSignatureAge": VARYING,
                "DefenderSignaturesOutOfDate": FLAG,
                "IsTamperProtected": FLAG,
                "AMRunningMode": known("Normal", "Passive", "Passive Mode", "EDR Block Mode",
                                       "SxS Passive Mode", "Not running"),
            },
        ),
    ),
    call(
        "antivirus.health",
        "wscapi WscGetSecurityProviderHealth",
        fields(firewall=NUMBER, antivirus=NUMBER),
    ),
    DRIVES,
    BITLOCKER,
    SHELL,
    together("disks.judged", DRIVES, BITLOCKER, SHELL),
    call(
        "updates.dates",
        "Microsoft.Update.AutoUpdate Results",
        fields(looked=Flag(varies=True), installed=Flag(varies=True),
               looked_days=VARYING, installed_days=VARYING),
    ),
    call(
        "updates.waiting",
        "IUpdateSearcher.Search IsInstalled=0, offline",
        fields(
            code=NUMBER,
            count=VARYING,
            updates=Each(
                fields(
                    hidden=FLAG,
                    severity=known("Critical", "Important", "Moderate", "Low"),
                    days=VARYING,
                    categories=Each(_CATEGORIES),
                ),
            ),
        ),
        seconds=120.0,
    ),
)  # fmt: skip
