"""Runs as a Windows service: the dispatcher, the handler of its controls, and what it tells of it.

Source: Microsoft's reference of winsvc.h and winuser.h (WM_WTSSESSION_CHANGE).
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from ctypes import wintypes
from typing import NoReturn

from agentguard.base import translations
from agentguard.base.errors import AgentGuardError, PlatformError
from agentguard.platforms._win32 import api
from agentguard.platforms._win32.event_log import WindowsEventLog
from agentguard.platforms._win32.service_manager import start_again
from agentguard.platforms._win32.sign_outs import SignOuts
from agentguard.ports.desktop import Weight
from agentguard.ports.session_host import KEEPER_FAILED, Recovery

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

LOG = logging.getLogger(__name__)

HINT = 10_000  # milliseconds that the service manager waits for a start or a stop
_OWN_PROCESS = 0x10  # SERVICE_WIN32_OWN_PROCESS
_STOPPED, _START_PENDING, _STOP_PENDING, _RUNNING = 1, 2, 3, 4
_STOP, _INTERROGATE, _SHUTDOWN, _SESSION_CHANGE = 1, 4, 5, 14
_ACCEPTED = 0x1 | 0x4 | 0x80  # stop, shutdown, session change
_NOT_IMPLEMENTED = 120  # ERROR_CALL_NOT_IMPLEMENTED
_NOT_A_SERVICE = 1063  # ERROR_FAILED_SERVICE_CONTROLLER_CONNECT

_MAIN = ctypes.WINFUNCTYPE(None, wintypes.DWORD, ctypes.POINTER(wintypes.LPWSTR))
_HANDLER = ctypes.WINFUNCTYPE(
    wintypes.DWORD, wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p, ctypes.c_void_p
)


LEAVING = SignOuts(lambda: api.tick_count() / 1000)
"""The sessions that people are leaving: a process is one service, and Windows tells it alone."""


class _Status(ctypes.Structure):
    """`SERVICE_STATUS`."""

    _fields_ = (
        ("kind", api.DWORD),
        ("state", api.DWORD),
        ("accepted", api.DWORD),
        ("exit", api.DWORD),
        ("specific", api.DWORD),
        ("checkpoint", api.DWORD),
        ("hint", api.DWORD),
    )


class _Session(ctypes.Structure):
    """`WTSSESSION_NOTIFICATION`."""

    _fields_ = (("size", api.DWORD), ("id", api.DWORD))


class _Entry(ctypes.Structure):
    """`SERVICE_TABLE_ENTRYW`."""

    _fields_ = (("name", wintypes.LPWSTR), ("main", _MAIN))


_dispatch = api.advanced("StartServiceCtrlDispatcherW", api.BOOL, ctypes.POINTER(_Entry))
_register = api.advanced(
    "RegisterServiceCtrlHandlerExW", api.HANDLE, api.TEXT, _HANDLER, ctypes.c_void_p
)
_tell = api.advanced("SetServiceStatus", api.BOOL, api.HANDLE, ctypes.POINTER(_Status))

Work = Callable[[threading.Event, threading.Event], None]
"""What the service does until the first event is set; the second says that sessions changed."""


class Service:
    """One service in this process; `work` is its duty."""

    def __init__(self, name: str, work: Work) -> None:
        self._name = name
        self._work = work
        self._stop = threading.Event()
        self._changed = threading.Event()
        self._handle: int | None = None
        self._main = _MAIN(self._begun)
        self._handler = _HANDLER(self._heard)

    def run(self) -> None:
        """Serve until the service manager stops it.

        Raises:
            PlatformError: it was not started by the service manager.

        """
        table = (_Entry * 2)(_Entry(self._name, self._main), _Entry(None, _MAIN()))
        if _dispatch(table):
            return
        if ctypes.get_last_error() == _NOT_A_SERVICE:
            raise PlatformError(
                "Only the service manager of Windows starts this.", f"Use: sc start {self._name}"
            )
        raise api.refused(f"the service {self._name}")

    def _begun(self, _count: int, _words: object) -> None:
        self._stop.clear()  # it may be started again before its process has ended
        self._changed.clear()
        self._handle = _register(self._name, self._handler, None)
        self._say(_START_PENDING, hint=HINT)
        self._say(_RUNNING, accepted=_ACCEPTED)
        if (taken := start_again(self._name)) is not Recovery.SET:
            LOG.warning("that Windows starts this service again is %s", taken)
        try:
            self._work(self._stop, self._changed)
        except Exception as error:  # the boundary of the service's thread
            LOG.exception("the service failed")
            _fall(error)
        self._say(_STOPPED)

    def _heard(self, control: int, kind: int, data: int | None, _context: object) -> int:
        if control in {_STOP, _SHUTDOWN}:
            self._say(_STOP_PENDING, hint=HINT)
            self._stop.set()
            self._changed.set()
        elif control == _SESSION_CHANGE:
            if data:
                LEAVING.heard(kind, _Session.from_address(data).id)
            self._changed.set()
        elif control != _INTERROGATE:
            return _NOT_IMPLEMENTED
        return 0

    def _say(self, state: int, *, accepted: int = 0, hint: int = 0) -> None:
        status = _Status(
            kind=_OWN_PROCESS,
            state=state,
            accepted=accepted,
            hint=hint,
        )
        if self._handle:
            _tell(self._handle, ctypes.byref(status))


def _fall(error: Exception) -> NoReturn:
    """End the process as it is: a service that says that it has stopped is not started again."""
    with suppress(PlatformError):
        log, words = WindowsEventLog(), translations.load()
        log.write(KEEPER_FAILED, Weight.ERROR, words.say("keeper.failed", why=cause(error)))
    os._exit(1)


def cause(error: Exception) -> str:
    """Return what a line of the system's log says of an error.

    The text of one that is not ours may hold anything, so that only its kind is told.
    """
    kind = type(error).__name__
    return f"{kind}: {error}" if isinstance(error, AgentGuardError) else kind
