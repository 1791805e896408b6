"""Asks Windows of the keeper's service, the event log's source, the installation and our rights."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from agentguard.base import paths
from agentguard.platforms._win32 import api, event_log, registry
from agentguard.platforms._win32.recorder import _descriptors
from agentguard.platforms._win32.recorder._native import Pointer, done, function
from agentguard.platforms._win32.recorder.programs import UNINSTALL
from agentguard.platforms.recorder.recording import Refusal
from agentguard.platforms.recorder.rights import listed
from agentguard.platforms.recorder.topics.keeping import SERVICE

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

T = TypeVar("T")

_SYSTEM = "S-1-5-18"
_CONNECT, _QUERY_CONFIG, _QUERY_STATUS = 0x1, 0x1, 0x4
_ACTIONS, _FLAG = 2, 4  # SERVICE_CONFIG_FAILURE_ACTIONS, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG
_MISSING = 1060  # ERROR_SERVICE_DOES_NOT_EXIST
_LARGEST = 8192  # bytes of an answer of the service manager, at most
_AS_DATA = 0x2 | 0x20  # LOAD_LIBRARY_AS_DATAFILE, LOAD_LIBRARY_AS_IMAGE_RESOURCE
_MESSAGES = 11  # RT_MESSAGETABLE
_TOKEN_QUERY = 8
_ELEVATION, _INTEGRITY, _PRIVILEGES = 20, 25, 3  # TOKEN_INFORMATION_CLASS
_ENABLED = 2  # SE_PRIVILEGE_ENABLED


class _Configuration(ctypes.Structure):
    """`QUERY_SERVICE_CONFIGW`."""

    _fields_ = (
        ("kind", api.DWORD),
        ("start", api.DWORD),
        ("errors", api.DWORD),
        ("path", api.TEXT),
        ("group", api.TEXT),
        ("tag", api.DWORD),
        ("needs", api.TEXT),
        ("account", api.TEXT),
        ("title", api.TEXT),
    )


class _Action(ctypes.Structure):
    """`SC_ACTION`."""

    _fields_ = (("kind", api.INT), ("pause", api.DWORD))


class _Actions(ctypes.Structure):
    """`SERVICE_FAILURE_ACTIONSW`."""

    _fields_ = (
        ("reset", api.DWORD),
        ("message", api.TEXT),
        ("command", api.TEXT),
        ("count", api.DWORD),
        ("actions", ctypes.POINTER(_Action)),
    )


@contextmanager
def _service(access: int) -> Iterator[int]:
    manager_of = function("advapi32", "OpenSCManagerW", api.HANDLE, api.TEXT, api.TEXT, api.DWORD)
    service_of = function("advapi32", "OpenServiceW", api.HANDLE, api.HANDLE, api.TEXT, api.DWORD)
    close = function("advapi32", "CloseServiceHandle", api.BOOL, api.HANDLE)
    manager = manager_of(None, None, _CONNECT)
    done(manager)
    try:
        service = service_of(manager, SERVICE, access)
        done(service)
        try:
            yield service
        finally:
            close(service)
    finally:
        close(manager)


def _configuration() -> dict[str, object]:
    ask = function(
        "advapi32", "QueryServiceConfigW", api.BOOL, api.HANDLE, api.VOID, api.DWORD,
        Pointer(api.DWORD),
    )  # fmt: skip
    room, size = ctypes.create_string_buffer(_LARGEST), api.DWORD()
    try:
        with _service(_QUERY_CONFIG) as service:
            done(ask(service, room, _LARGEST, ctypes.byref(size)))
    except Refusal as refusal:
        if refusal.rc != _MISSING:
            raise
        raise Refusal(_MISSING, answer={"there": False}) from None
    told = ctypes.cast(room, Pointer(_Configuration)).contents
    path = told.path or ""
    program = path[1:].partition('"')[0] if path.startswith('"') else path.partition(".exe")[0]
    return {
        "there": True,
        "kind": told.kind,
        "start": told.start,
        "account": told.account,
        "quoted": path.startswith('"'),
        "spaced": " " in program,
        "path": path,
    }


def _second(level: int, read: Callable[[ctypes.Array[ctypes.c_char]], T]) -> T:
    """Ask for a part of the configuration, and read it while its room is there."""
    ask = function(
        "advapi32", "QueryServiceConfig2W", api.BOOL, api.HANDLE, api.DWORD, api.VOID, api.DWORD,
        Pointer(api.DWORD),
    )  # fmt: skip
    room, size = ctypes.create_string_buffer(_LARGEST), api.DWORD()
    with _service(_QUERY_CONFIG) as service:
        done(ask(service, level, room, _LARGEST, ctypes.byref(size)))
    return read(room)


def _actions(room: ctypes.Array[ctypes.c_char]) -> dict[str, object]:
    told = ctypes.cast(room, Pointer(_Actions)).contents
    every = [told.actions[at] for at in range(told.count)] if told.actions else []
    return {
        "reset": told.reset,
        "actions": [{"kind": one.kind, "pause": one.pause} for one in every],
    }


def _flag(room: ctypes.Array[ctypes.c_char]) -> dict[str, object]:
    return {"also_without_crash": bool(ctypes.cast(room, Pointer(api.BOOL)).contents.value)}


def _state() -> dict[str, object]:
    ask = function(
        "advapi32", "QueryServiceStatusEx", api.BOOL, api.HANDLE, api.INT, api.VOID, api.DWORD,
        Pointer(api.DWORD),
    )  # fmt: skip
    told, size = (api.DWORD * 9)(), api.DWORD()
    with _service(_QUERY_STATUS) as service:
        done(ask(service, 0, told, ctypes.sizeof(told), ctypes.byref(size)))
    return {"state": told[1], "exit": told[3], "specific": told[4]}


def _message_file() -> dict[str, object]:
    """Return whether the source's file is there and has messages; else the viewer shows none."""
    named = registry.values(registry.MACHINE, event_log.KEY).get(event_log.FILE)
    file = Path(str(named)) if named else None
    if file is None or not file.exists():
        return {"there": False, "messages": None}
    loaded = function("kernel32", "LoadLibraryExW", api.HANDLE, api.TEXT, api.HANDLE, api.DWORD)
    find = function("kernel32", "FindResourceW", api.HANDLE, api.HANDLE, api.VOID, api.VOID)
    module = loaded(str(file), None, _AS_DATA)
    done(module)
    try:
        return {"there": True, "messages": bool(find(module, 1, _MESSAGES))}
    finally:
        function("kernel32", "FreeLibrary", api.BOOL, api.HANDLE)(module)


def _entry() -> dict[str, object]:
    """Return how AgentGuard stands among the installed programs."""
    found = [
        values
        for view in (registry.WIDE, registry.NARROW)
        for name in registry.children(registry.MACHINE, UNINSTALL, view)
        if _ours(values := registry.values(registry.MACHINE, rf"{UNINSTALL}\{name}", view))
    ]
    first: Mapping[str, object] = found[0] if found else {}
    icon = str(first.get("DisplayIcon") or "").partition(",")[0].strip('"')
    return {
        "count": len(found),
        "version": first.get("DisplayVersion"),
        "modify": first.get("NoModify") != 1 if found else None,
        "icon": Path(icon).is_file() if icon else False,
    }


def _ours(values: Mapping[str, object]) -> bool:
    return str(values.get("DisplayName") or "").startswith(paths.APP)


def _folders() -> dict[str, object]:
    shared = paths.machine_folder()
    return {"shared": _listed(shared), "private": _listed(shared / paths.PRIVATE)}


def _listed(folder: Path) -> dict[str, object]:
    told = _descriptors.of_folder(str(folder))
    if told is None:
        return {"there": False, "owner": None, "guarded": None, "entries": None}
    return listed(told, _descriptors.mine())


@contextmanager
def token(access: int) -> Iterator[int]:
    """Have the token of this program.

    Raises:
        Refusal: Windows does not give it.

    """
    ask = function(
        "advapi32", "OpenProcessToken", api.BOOL, api.HANDLE, api.DWORD, Pointer(api.HANDLE)
    )
    process = function("kernel32", "GetCurrentProcess", api.HANDLE)
    found = api.HANDLE()
    done(ask(process(), access, ctypes.byref(found)))
    try:
        yield found.value or 0
    finally:
        api.close_handle(found)


def told_by_token(handle: int, about: int) -> bytes:
    """Return a part of what a token tells; what it points to ends with the call.

    Raises:
        Refusal: it does not tell it.

    """
    ask = function(
        "advapi32", "GetTokenInformation", api.BOOL, api.HANDLE, api.INT, api.VOID, api.DWORD,
        Pointer(api.DWORD),
    )  # fmt: skip
    room, size = ctypes.create_string_buffer(_LARGEST), api.DWORD()
    done(ask(handle, about, room, _LARGEST, ctypes.byref(size)))
    return room.raw[: size.value]


def own_token() -> dict[str, object]:
    """Return how far this program's rights go.

    Raises:
        Refusal: Windows does not tell it.

    """
    with token(_TOKEN_QUERY) as own:
        elevation = told_by_token(own, _ELEVATION)
        integrity = told_by_token(own, _INTEGRITY)
        privileges = told_by_token(own, _PRIVILEGES)
    return {
        "elevated": any(elevation[:4]),
        "integrity": int.from_bytes(integrity[-4:], "little"),
        "debug": _debugs(privileges),
    }


def _debugs(privileges: bytes) -> bool:
    """Check whether SeDebugPrivilege, which passes every list, is there and switched on."""
    count = int.from_bytes(privileges[:4], "little")
    for at in range(4, 4 + 12 * count, 12):
        number = int.from_bytes(privileges[at : at + 4], "little")
        state = int.from_bytes(privileges[at + 8 : at + 12], "little")
        if number == _DEBUG and state & _ENABLED:
            return True
    return False


_DEBUG = 20  # SE_DEBUG_PRIVILEGE


def is_system() -> bool:
    """Check whether this runs as SYSTEM; not where Windows does not tell as whom."""
    try:
        return _descriptors.mine() == _SYSTEM
    except Refusal:
        return False


def elevated() -> bool | None:
    """Return whether this runs with an administrator's rights; None where it is not told."""
    try:
        return own_token()["elevated"] is True
    except Refusal:
        return None


CALLS = {
    "service.configuration": _configuration,
    "service.failure-actions": lambda: _second(_ACTIONS, _actions),
    "service.failure-flag": lambda: _second(_FLAG, _flag),
    "service.state": _state,
    "eventlog.messages": _message_file,
    "installed.entry": _entry,
    "installed.folders": _folders,
    "token.own": own_token,
}
