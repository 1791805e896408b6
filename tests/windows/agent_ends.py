"""Ends agents by the keeper's own handles, as an administrator could: a test's user may not.

The tests' service listens for a named event, and ends every agent that it holds.
"""

from __future__ import annotations

import ctypes
import threading

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.person_start import Begun
from agentguard.platforms._win32.session_agents import SessionAgents

NAME = "Local\\AgentGuardTestsEndAgents"
_CHANGE = 2  # EVENT_MODIFY_STATE
_FOREVER = 0xFFFFFFFF

_make = api.kernel("CreateEventW", api.HANDLE, api.VOID, api.BOOL, api.BOOL, api.TEXT)
_open = api.kernel("OpenEventW", api.HANDLE, api.DWORD, api.BOOL, api.TEXT)
_set = api.kernel("SetEvent", api.BOOL, api.HANDLE)
_wait = api.kernel("WaitForSingleObject", api.DWORD, api.HANDLE, api.DWORD)


def listen() -> None:
    """Have the agents of this process end when the event is set."""
    held: list[Begun] = []
    hold = SessionAgents._hold

    def holding(self: SessionAgents, session: int, process: Begun) -> None:
        hold(self, session, process)
        held.append(process)

    SessionAgents._hold = holding  # type: ignore[method-assign]
    event = _make(None, False, False, NAME)

    def serve() -> None:
        while _wait(event, _FOREVER) == 0:
            for process in held:
                if process.process:
                    process.end()

    threading.Thread(target=serve, daemon=True).start()


def end_agents() -> None:
    """Set the event."""
    event = _open(_CHANGE, False, NAME)
    assert event, ctypes.get_last_error()
    assert _set(event)
    api.close_handle(event)
