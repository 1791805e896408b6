"""Asks the service manager of a service, and has it start the service again when that fails.

Microsoft's page on MsiConfigureServices says that the installer's own table for it does not work as
expected. Source: Microsoft's reference of winsvc.h.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import wintypes
from typing import Any

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.service_answers import (
    AUTOMATIC,
    RUNNING,
    STARTS,
    STATES,
    WANTED,
    Failure,
    quoted,
    recovery,
    with_quotes,
)
from agentguard.ports.session_host import Recovery, ServiceSeen

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_CONNECT = 0x1  # SC_MANAGER_CONNECT
_LOOK = 0x1 | 0x4  # SERVICE_QUERY_CONFIG, SERVICE_QUERY_STATUS: users have them
_CHANGE = 0x2 | 0x10  # SERVICE_CHANGE_CONFIG, and SERVICE_START: an action starts it
_FAILURE_ACTIONS, _FAILURE_FLAG = 2, 4  # SERVICE_CONFIG_FAILURE_ACTIONS, …_FLAG
_SAME = 0xFFFFFFFF  # SERVICE_NO_CHANGE
_INFORMATION = 0  # SC_STATUS_PROCESS_INFO
_ROOM = 8192  # the most that QueryServiceConfig wants
_UNKNOWN_LEVEL = 124  # ERROR_INVALID_LEVEL: as Wine answers


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


class _Config(ctypes.Structure):
    """The beginning of `QUERY_SERVICE_CONFIGW`."""

    _fields_ = (
        ("kind", api.DWORD),
        ("start", api.DWORD),
        ("error", api.DWORD),
        ("path", wintypes.LPWSTR),
    )


class _Status(ctypes.Structure):
    """`SERVICE_STATUS_PROCESS`."""

    _fields_ = tuple(
        (name, api.DWORD)
        for name in (
            "kind", "state", "accepted", "exit", "specific", "checkpoint", "hint", "pid", "flags",
        )
    )  # fmt: skip


_manager = api.advanced("OpenSCManagerW", api.HANDLE, api.TEXT, api.TEXT, api.DWORD)
_service = api.advanced("OpenServiceW", api.HANDLE, api.HANDLE, api.TEXT, api.DWORD)
_change = api.advanced("ChangeServiceConfig2W", api.BOOL, api.HANDLE, api.DWORD, api.VOID)
_change_path = api.advanced(
    "ChangeServiceConfigW", api.BOOL, api.HANDLE, api.DWORD, api.DWORD, api.DWORD, api.TEXT,
    api.TEXT, ctypes.POINTER(api.DWORD), api.TEXT, api.TEXT, api.TEXT, api.TEXT,
)  # fmt: skip
_close = api.advanced("CloseServiceHandle", api.BOOL, api.HANDLE)
_config = api.advanced(
    "QueryServiceConfigW", api.BOOL, api.HANDLE, api.VOID, api.DWORD, ctypes.POINTER(api.DWORD)
)
_config_2 = api.advanced(
    "QueryServiceConfig2W", api.BOOL, api.HANDLE, api.DWORD, api.VOID, api.DWORD,
    ctypes.POINTER(api.DWORD),
)  # fmt: skip
_status = api.advanced(
    "QueryServiceStatusEx", api.BOOL, api.HANDLE, api.INT, api.VOID, api.DWORD,
    ctypes.POINTER(api.DWORD),
)  # fmt: skip


def start_again(name: str) -> Recovery:
    """Have the service started again whenever it fails; return what Windows says of it then.

    A path that was written without quotes, as Wine's installer writes it, gets them.
    """
    with _opened(name, _LOOK | _CHANGE) as service:
        if service:
            _put_quotes(service)
        if not service or not _set(service):
            return Recovery.REFUSED
        return recovery(_actions(service), flag=_flag(service))


def seen(name: str) -> ServiceSeen | None:
    """Return what the service manager tells of a service; None where it is not installed."""
    with _opened(name, _LOOK) as service:
        if not service:
            return None
        status, config = _asked(service), _configured(service)
        state, start = (status.state if status else 0), (config.start if config else -1)
        return ServiceSeen(
            name=name,
            state=STATES.get(state, "unknown"),
            running=state == RUNNING,
            start=STARTS.get(start, "unknown"),
            automatic=start == AUTOMATIC,
            quoted=config is None or quoted(config.path or ""),
            recovery=recovery(_actions(service), flag=_flag(service)),
        )


def process(name: str) -> int:
    """Return the process of a service; 0 where it does not run."""
    with _opened(name, _LOOK) as service:
        status = _asked(service) if service else None
        return int(status.pid) if status else 0


@contextmanager
def _opened(name: str, rights: int) -> Iterator[int | None]:
    manager = _manager(None, None, _CONNECT)
    service = _service(manager, name, rights) if manager else None
    try:
        yield service
    finally:
        for handle in (service, manager):
            if handle:
                _close(handle)


def _set(service: int) -> bool:
    """Set both; a system that does not know the flag, as Wine, has not refused it."""
    every = (_Action * len(WANTED.actions))(*(_Action(*one) for one in WANTED.actions))
    wanted = _Actions(reset=WANTED.reset, count=len(every), actions=every)
    if not _change(service, _FAILURE_ACTIONS, ctypes.byref(wanted)):
        return False
    flag = api.BOOL(True)
    taken = _change(service, _FAILURE_FLAG, ctypes.byref(flag))
    return bool(taken) or ctypes.get_last_error() == _UNKNOWN_LEVEL


def _put_quotes(service: int) -> None:
    config = _configured(service)
    path = (config.path or "") if config else ""
    if path and not quoted(path):
        nothing = (None,) * 6
        _change_path(service, _SAME, _SAME, _SAME, with_quotes(path), *nothing)


def _actions(service: int) -> Failure | None:
    if (data := _filled(_config_2, service, _FAILURE_ACTIONS)) is None:
        return None
    told = _Actions.from_buffer(data)
    every = tuple((told.actions[i].kind, told.actions[i].pause) for i in range(told.count))
    return Failure(reset=told.reset, actions=every)


def _flag(service: int) -> bool | None:
    data = _filled(_config_2, service, _FAILURE_FLAG)
    return None if data is None else bool(api.BOOL.from_buffer(data).value)


def _asked(service: int) -> _Status | None:
    data = _filled(_status, service, _INFORMATION)
    return None if data is None else _Status.from_buffer(data)


def _configured(service: int) -> _Config | None:
    data = _filled(_config, service)
    return None if data is None else _Config.from_buffer(data)  # its path lies in the data as well


def _filled(ask: Callable[..., Any], *of: int) -> ctypes.Array[ctypes.c_char] | None:
    """Return what a question filled in; None when it was not answered."""
    data, size = ctypes.create_string_buffer(_ROOM), api.DWORD()
    return data if ask(*of, data, _ROOM, ctypes.byref(size)) else None
