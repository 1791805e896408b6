"""Has Windows start a service again when its process ends: the service sets that for itself.

Microsoft's page on MsiConfigureServices says that the installer's own table for it does not work as
expected. Source: ChangeServiceConfig2W, SERVICE_FAILURE_ACTIONSW (winsvc.h).
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import wintypes

from agentguard.platforms._win32 import api

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

PAUSES = (1_000, 5_000, 60_000)
A_DAY = 24 * 3600
"""Milliseconds before the first start, the second, and each later one; seconds after which it is
the first again."""

_CONNECT = 0x1  # SC_MANAGER_CONNECT
_CHANGE_AND_START = 0x2 | 0x10  # SERVICE_CHANGE_CONFIG, and SERVICE_START: an action starts it
_FAILURE_ACTIONS = 2  # SERVICE_CONFIG_FAILURE_ACTIONS
_RESTART = 1  # SC_ACTION_RESTART


class _Action(ctypes.Structure):
    """`SC_ACTION`."""

    _fields_ = (("kind", api.INT), ("pause", api.DWORD))


class _Actions(ctypes.Structure):
    """`SERVICE_FAILURE_ACTIONSW`."""

    _fields_ = (
        ("reset", api.DWORD),
        ("message", wintypes.LPWSTR),
        ("command", wintypes.LPWSTR),
        ("count", api.DWORD),
        ("actions", ctypes.POINTER(_Action)),
    )


_manager = api.advanced("OpenSCManagerW", api.HANDLE, api.TEXT, api.TEXT, api.DWORD)
_service = api.advanced("OpenServiceW", api.HANDLE, api.HANDLE, api.TEXT, api.DWORD)
_change = api.advanced("ChangeServiceConfig2W", api.BOOL, api.HANDLE, api.DWORD, api.VOID)
_close = api.advanced("CloseServiceHandle", api.BOOL, api.HANDLE)


def start_again(name: str) -> bool:
    """Have the service started again whenever its process ends; tell whether Windows took it."""
    manager = _manager(None, None, _CONNECT)
    service = _service(manager, name, _CHANGE_AND_START) if manager else None
    try:
        return _set(service) if service else False
    finally:
        for handle in (service, manager):
            if handle:
                _close(handle)


def _set(service: int) -> bool:
    every = (_Action * len(PAUSES))(*(_Action(_RESTART, pause) for pause in PAUSES))
    wanted = _Actions(reset=A_DAY, count=len(PAUSES), actions=every)
    return bool(_change(service, _FAILURE_ACTIONS, ctypes.byref(wanted)))
