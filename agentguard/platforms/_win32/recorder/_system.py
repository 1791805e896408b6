"""The Windows that is recorded: keys and classes of WMI by their data, calls by their topic."""

from __future__ import annotations

import ctypes
import sys
import winreg
from collections.abc import Callable, Mapping
from typing import Any

from agentguard.base.plugins import discover
from agentguard.platforms._win32 import api, com, recorder, registry
from agentguard.platforms._win32.com import Component
from agentguard.platforms._win32.component_answers import ComponentError
from agentguard.platforms._win32.recorder import _watching, keeping, sessions
from agentguard.platforms._win32.recorder._native import function
from agentguard.platforms.recorder.questions import Keys, Question, Wmi
from agentguard.platforms.recorder.recording import Refusal
from agentguard.ports.clock import Stop

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

ROOTS = {"HKLM": winreg.HKEY_LOCAL_MACHINE, "HKCU": winreg.HKEY_CURRENT_USER}
_UNKNOWN_PROPERTY = frozenset({-2147217385, -2147217403})
# WBEM_E_INVALID_QUERY, WBEM_E_INVALID_PARAMETER: what this version of a class does not have
_VERSION = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"


class WindowsSystem:
    """A recording.System."""

    def __init__(self) -> None:
        self._calls: dict[str, Callable[[], object]] = {}
        for calls in discover(recorder, "CALLS", dict):
            self._calls.update(calls)

    @property
    def calls(self) -> frozenset[str]:
        """The ids of the questions that are asked by a call."""
        return frozenset(self._calls)

    def computer(self) -> Mapping[str, object]:
        """Return which Windows this is, and how this program runs."""
        version = registry.values(registry.MACHINE, _VERSION)
        return {
            "build": version.get("CurrentBuildNumber"),
            "ubr": version.get("UBR"),
            "edition": version.get("EditionID"),
            "language": _language(),
            "elevated": keeping.elevated(),
            "session": sessions.kind(),
            "wine": hasattr(ctypes.WinDLL("ntdll"), "wine_get_version"),
        }

    def system(self) -> bool:
        """Check whether this runs as SYSTEM."""
        return keeping.is_system()

    def ask(self, question: Question) -> object:
        """Return the answer of Windows.

        Raises:
            Refusal: it refused.
            OSError: likewise.

        """
        how = question.how
        if isinstance(how, Keys):
            return {name or "key": _key(how, name) for name in how.below}
        try:
            with com.apartment():
                return _rows(how) if isinstance(how, Wmi) else self._calls[question.id]()
        except ComponentError as problem:
            raise Refusal(hresult=problem.code) from None

    def watch(self, stop: Stop) -> object:
        """Return what happens until `stop` is set."""
        return _watching.watch(stop)


def _language() -> str:
    """Return the name of the language in which Windows speaks to this person."""
    text = ctypes.create_unicode_buffer(85)
    number = function("kernel32", "GetUserDefaultUILanguage", ctypes.c_uint16)()
    named = function(
        "kernel32", "LCIDToLocaleName", api.INT, api.DWORD, api.VOID, api.INT, api.DWORD
    )
    return text.value if named(number, text, len(text), 0) else ""


def _key(how: Keys, below: str) -> dict[str, object]:
    """Read a key's values with their types; whether it is there is the first."""
    path = "\\".join(filter(None, (how.path, below)))
    view = winreg.KEY_WOW64_32KEY if how.narrow else winreg.KEY_WOW64_64KEY
    try:
        with winreg.OpenKey(ROOTS[how.root], path, 0, winreg.KEY_READ | view) as key:
            return {"there": True, **{name: _value(key, name) for name in how.named}}
    except FileNotFoundError:
        return {"there": False}


def _value(key: Any, name: str) -> tuple[int, object] | None:
    try:
        value, kind = winreg.QueryValueEx(key, name)
    except FileNotFoundError:
        return None
    return kind, value


def _rows(how: Wmi) -> dict[str, object]:
    services = com.create("WbemScripting.SWbemLocator").get("ConnectServer", ".", how.space)
    try:
        found = _asked(services, how.wql, how)
    except ComponentError as problem:
        if problem.code not in _UNKNOWN_PROPERTY:
            raise
        found = _asked(services, f"SELECT * FROM {how.table}", how)  # noqa: S608 - our own words
    return {"count": len(found), "rows": found}


def _asked(services: Component, wql: str, how: Wmi) -> list[dict[str, object]]:
    context = _context(how)
    given = (wql, "WQL", _WHOLE, context) if context is not None else (wql,)
    found = services.get("ExecQuery", *given)
    every = (found.get("ItemIndex", index) for index in range(found.get("Count")))
    return [{name: _property(one, name) for name in how.named} for one in every]


_WHOLE = 0  # without wbemFlagForwardOnly: its rows are counted


def _context(how: Wmi) -> Component | None:
    if how.context is None:
        return None
    named = com.create("WbemScripting.SWbemNamedValueSet")
    named.get("Add", *how.context)
    return named


def _property(row: Component, name: str) -> object:
    try:
        return row.get(name)
    except ComponentError:
        return None
