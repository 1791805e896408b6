"""Windows' rule for a service's start of a program in a user's session, which Wine does not know.

Services are in session 0 and people in others. Microsoft's page on CreateProcessAsUserW: handles
are not inherited across sessions, and with bInheritHandles TRUE the caller must run in the session
of the token; else it fails. Wine's services are in the session of its only person.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from agentguard.platforms._win32 import person_start

INHERITS = 5
"""The place of bInheritHandles among the arguments of CreateProcessAsUserW."""
NOT_SUPPORTED = 50  # ERROR_NOT_SUPPORTED


def from_session_zero(start: Callable[..., Any]) -> Callable[..., Any]:
    """Return CreateProcessAsUserW as Windows gives it to who is in another session."""

    def started(*words: Any) -> Any:
        if words[INHERITS]:
            ctypes.set_last_error(NOT_SUPPORTED)
            return 0
        return start(*words)

    return started


def move() -> None:
    """Have this process start programs as a service of session 0 does."""
    person_start._start = from_session_zero(person_start._start)
