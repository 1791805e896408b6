"""Asks Windows' components of protection: firewall, security health, disks and updates."""

from __future__ import annotations

import ctypes
import sys

from agentguard.platforms._win32 import api, com
from agentguard.platforms._win32.com import Component
from agentguard.platforms._win32.component_answers import PROFILES
from agentguard.platforms._win32.recorder._native import Pointer, done, function
from agentguard.platforms.recorder.recording import Refusal

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_DATE_OF_1970 = 25569.0  # days after 1899-12-30, where a DATE begins
_DAY = 86_400 * 10_000_000  # of 100 ns
_BEGIN_OF_1970 = 134_774  # days after 1601, where a FILETIME begins
_HEALTH = {"firewall": 1, "antivirus": 4}  # WSC_SECURITY_PROVIDER
_FIXED = 3  # DRIVE_FIXED
_LETTERS = 26
PROTECTION = "System.Volume.BitLockerProtection"


def _firewall() -> dict[str, object]:
    policy = com.create("HNetCfg.FwPolicy2")
    return {
        "active": policy.get("CurrentProfileTypes"),
        "enabled": {one: policy.get("FirewallEnabled", one) for one in PROFILES},
        "closed": {one: policy.get("BlockAllInboundTraffic", one) for one in PROFILES},
        "changes": policy.get("LocalPolicyModifyState"),
    }


def _health() -> dict[str, object]:
    ask = function(
        "wscapi", "WscGetSecurityProviderHealth", ctypes.c_int32, api.DWORD, Pointer(api.INT)
    )
    told: dict[str, object] = {}
    for name, provider in _HEALTH.items():
        health = api.INT()
        code = ask(provider, ctypes.byref(health))
        if code:
            raise Refusal(hresult=code)
        told[name] = health.value
    return told


def letters() -> dict[str, int]:
    """Return the letters of drives, with Windows' number for their kind.

    Raises:
        Refusal: Windows does not tell them.

    """
    mask = function("kernel32", "GetLogicalDrives", api.DWORD)()
    done(mask)
    kind = function("kernel32", "GetDriveTypeW", api.UINT, api.TEXT)
    every = (f"{chr(ord('A') + place)}:" for place in range(_LETTERS) if mask >> place & 1)
    return {letter: kind(f"{letter}\\") for letter in every}


def _drives() -> dict[str, object]:
    found = [
        {"letter": letter, "kind": kind, "target": _target(letter)}
        for letter, kind in letters().items()
    ]
    return {"drives": found}


def _target(letter: str) -> str:
    text = ctypes.create_unicode_buffer(api.LONGEST_PATH)
    ask = function("kernel32", "QueryDosDeviceW", api.DWORD, api.TEXT, api.VOID, api.DWORD)
    return text.value if ask(letter, text, api.LONGEST_PATH) else ""


def _shell() -> dict[str, object]:
    shell = com.create("Shell.Application")
    fixed = [letter for letter, kind in letters().items() if kind == _FIXED]
    return {"drives": [{"letter": one, "state": _state(shell, one)} for one in fixed]}


def _state(shell: Component, letter: str) -> object:
    place = shell.get("NameSpace", f"{letter}\\")
    return place.get("Self").get("ExtendedProperty", PROTECTION) if place else None


def _dates() -> dict[str, object]:
    results = com.create("Microsoft.Update.AutoUpdate").get("Results")
    looked = results.get("LastSearchSuccessDate")
    put_in = results.get("LastInstallationSuccessDate")
    return {
        "looked": _known(looked),
        "installed": _known(put_in),
        "looked_days": _days(looked),
        "installed_days": _days(put_in),
    }


def _known(date: object) -> bool:
    return isinstance(date, float) and date > _DATE_OF_1970


def _days(date: object) -> int | None:
    """Return how many days ago a DATE was."""
    if not isinstance(date, float):
        return None
    now = ctypes.c_ulonglong()
    function("kernel32", "GetSystemTimeAsFileTime", None, api.VOID)(ctypes.byref(now))
    return int(now.value / _DAY - _BEGIN_OF_1970 - (date - _DATE_OF_1970))


def _waiting() -> dict[str, object]:
    searcher = com.create("Microsoft.Update.Session").get("CreateUpdateSearcher")
    searcher.put("Online", value=False)
    answer = searcher.get("Search", "IsInstalled=0")
    updates = answer.get("Updates")
    count = updates.get("Count")
    return {
        "code": answer.get("ResultCode"),
        "count": count,
        "updates": [_update(updates.get("Item", at)) for at in range(count)],
    }


def _update(update: Component) -> dict[str, object]:
    categories = update.get("Categories")
    ids = (categories.get("Item", at).get("CategoryID") for at in range(categories.get("Count")))
    return {
        "hidden": update.get("IsHidden"),
        "severity": update.get("MsrcSeverity") or None,
        "days": _days(update.get("LastDeploymentChangeTime")),
        "categories": [str(one).lower() for one in ids],
    }


CALLS = {
    "firewall.object": _firewall,
    "antivirus.health": _health,
    "disks.drives": _drives,
    "disks.shell": _shell,
    "updates.dates": _dates,
    "updates.waiting": _waiting,
}
