"""Windows' log of print jobs, as far as it is switched on and this user may read it.

Sources: Microsoft, EvtQuery, EvtNext, EvtRender (winevt.h). Whether a log is on stands in the
registry, where the event log service itself keeps it.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator

from agentguard.base.errors import PlatformError
from agentguard.platforms._win32 import api, registry
from agentguard.platforms._win32.print_answers import CHANNEL, QUERY

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

CHANNELS = r"SOFTWARE\Microsoft\Windows\CurrentVersion\WINEVT\Channels"
MOST = 1000  # entries of a look, the newest

_OF_CHANNEL, _NEWEST_FIRST = 0x1, 0x200  # EvtQueryChannelPath, EvtQueryReverseDirection
_XML = 1  # EvtRenderEventXml
_AT_ONCE = 64
_PATIENCE = 2000  # milliseconds
_DENIED, _SHORT, _NO_MORE = 5, 122, 259
# ERROR_ACCESS_DENIED, _INSUFFICIENT_BUFFER, _NO_MORE_ITEMS


class Denied(PlatformError):
    """This user may not read the log."""


def is_on() -> bool | None:
    """Return whether print jobs are logged; None where this Windows has no such log.

    Raises:
        PermissionError: this user may not read it.

    """
    values = registry.values(registry.MACHINE, rf"{CHANNELS}\{CHANNEL}")
    on = values.get("Enabled")
    return bool(on) if isinstance(on, int) else None


class _Log:
    """The functions of the log's library."""

    def __init__(self) -> None:
        library = ctypes.WinDLL("wevtapi", use_last_error=True)
        numbers = ctypes.POINTER(api.DWORD)
        self.query = api.declared(
            library, "EvtQuery", api.HANDLE, api.VOID, api.TEXT, api.TEXT, api.DWORD
        )
        self.next = api.declared(
            library, "EvtNext", api.BOOL, api.HANDLE, api.DWORD, ctypes.POINTER(api.HANDLE),
            api.DWORD, api.DWORD, numbers,
        )  # fmt: skip
        self.render = api.declared(
            library, "EvtRender", api.BOOL, api.VOID, api.HANDLE, api.DWORD, api.DWORD, api.VOID,
            numbers, numbers,
        )  # fmt: skip
        self.close = api.declared(library, "EvtClose", api.BOOL, api.HANDLE)


def events() -> tuple[str, ...]:
    """Return the entries of the last day that tell of a printed document, in XML.

    Raises:
        Denied: this user may not read the log.
        PlatformError: Windows does not answer.

    """
    try:
        log = _Log()
    except (OSError, AttributeError) as problem:
        raise PlatformError("This Windows has no event log.") from problem
    query = log.query(None, CHANNEL, QUERY, _OF_CHANNEL | _NEWEST_FIRST)
    if not query:
        raise _refused()
    try:
        return tuple(_entries(log, query))
    finally:
        log.close(query)


def _entries(log: _Log, query: int) -> Iterator[str]:
    handles, count, seen = (api.HANDLE * _AT_ONCE)(), api.DWORD(), 0
    while seen < MOST:
        if not log.next(query, _AT_ONCE, handles, _PATIENCE, 0, ctypes.byref(count)):
            if ctypes.get_last_error() != _NO_MORE:
                raise _refused()
            return
        seen += count.value
        for handle in handles[: count.value]:
            try:
                yield _rendered(log, handle)
            finally:
                log.close(handle)


def _rendered(log: _Log, event: int | None) -> str:
    used, values = api.DWORD(), api.DWORD()
    log.render(None, event, _XML, 0, None, ctypes.byref(used), ctypes.byref(values))
    if ctypes.get_last_error() != _SHORT:
        raise _refused()
    room = ctypes.create_string_buffer(used.value)
    if not log.render(
        None, event, _XML, used.value, room, ctypes.byref(used), ctypes.byref(values)
    ):
        raise _refused()
    return room.raw.decode("utf-16-le", "replace").partition("\0")[0]


def _refused() -> PlatformError:
    if ctypes.get_last_error() == _DENIED:
        return Denied("This user may not read the log of print jobs.")
    return api.refused("the log of print jobs")
