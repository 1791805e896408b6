"""Asks Windows what it tells of installed software: how much of it, and never which."""

from __future__ import annotations

import ctypes
import os
import sys

from agentguard.platforms._win32 import api, people, registry, software_keys
from agentguard.platforms._win32.runtime_objects import RuntimeObject, factory
from agentguard.platforms._win32.signers import version

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

UNINSTALL = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
_STORE = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Appx\AppxAllUserStore"
_OF_CLASSES = (
    r"Local Settings\Software\Microsoft\Windows\CurrentVersion\AppModel\Repository\Packages"
)
_PACKAGES = rf"Software\Classes\{_OF_CLASSES}"
_MANAGER = "Windows.Management.Deployment.PackageManager"
_OF_MANAGER = "9a7d4b65-5e8f-4fc7-a2e5-7f6925cb8b53"
_BY_USER, _FIRST, _HAS_CURRENT, _NEXT = 12, 6, 7, 8  # places in their tables
_MOST = 10_000
_ACTIVATION, _ACTIVATE = "00000035-0000-0000-c000-000000000046", 6  # IActivationFactory
_PARTS = 5  # of a package's full name


def _installed() -> dict[str, object]:
    return {
        "machine": len(registry.children(registry.MACHINE, UNINSTALL)),
        "narrow": len(registry.children(registry.MACHINE, UNINSTALL, registry.NARROW)),
        "user": len(registry.children(registry.USER, UNINSTALL)),
    }


def _listed() -> dict[str, object]:
    names = registry.children(registry.USER, _PACKAGES)
    whole = [one for one in names if len(one.split("_")) == _PARTS]
    return {"count": len(names), "whole": len(whole)}


def _provisioned() -> dict[str, object]:
    """Count what the computer keeps ready for its users, in each of the two places."""
    first, second = (
        len(registry.children(registry.MACHINE, rf"{_STORE}\{place}"))
        for place in ("Applications", "InboxApplications")
    )
    return {"applications": first, "inbox": second}


def _packages() -> dict[str, object]:
    """Count the packages of this user, one after the other: none is looked at."""
    made = factory(_MANAGER, _ACTIVATION).object(_ACTIVATE)
    if made is None:
        return {"count": None}
    found = api.VOID()
    made.as_interface(_OF_MANAGER).call(_BY_USER, None, ctypes.byref(found))
    at = RuntimeObject(found.value or 0).object(_FIRST)
    count = 0
    there = at is not None and at.flag(_HAS_CURRENT)
    while at is not None and there and count < _MOST:
        count += 1
        there = at.flag(_NEXT)
    return {"count": count}


def _users() -> dict[str, object]:
    """Count the other people, and what the registry lets this one see of them."""
    loaded = people.others()
    told = [_of_user(sid, UNINSTALL) for sid in loaded]
    packages = [_of_user(f"{sid}_Classes", _OF_CLASSES) for sid in loaded]
    return {
        "loaded": len(loaded),
        "programs": sum(one or 0 for one in told),
        "packages": sum(one or 0 for one in packages),
        "refused": sum(one is None for one in (*told, *packages)),
        "absent": people.absent(),
    }


def _of_user(sid: str, path: str) -> int | None:
    try:
        return len(registry.children(registry.USERS, rf"{sid}\{path}"))
    except OSError:
        return None


def _codes() -> dict[str, object]:
    """Count the codes of the machine and those of the person, and the products in both."""
    found = registry.children(registry.MACHINE, software_keys.UPGRADES)
    own = registry.children(registry.USER, software_keys.OWN_UPGRADES)
    return {
        "count": len(found), "own": len(own), "products": len(software_keys.upgrade_codes()),
    }  # fmt: skip


def _dotnet() -> dict[str, object]:
    """Count the versions of .NET's runtimes in each view, to learn which of them has them."""
    wide, narrow = (len(software_keys.shared(view)) for view in (registry.WIDE, registry.NARROW))
    return {"wide": wide, "narrow": narrow}


def _version() -> dict[str, object]:
    """Return whether a file that every Windows has says its version."""
    return {"told": bool(version(rf"{os.environ.get('SYSTEMROOT', '')}\System32\kernel32.dll"))}


CALLS = {
    "software.keys": _installed,
    "software.users": _users,
    "software.packages-listed": _listed,
    "software.packages": _packages,
    "software.provisioned": _provisioned,
    "software.upgrade-codes": _codes,
    "software.dotnet": _dotnet,
    "software.file-version": _version,
}
