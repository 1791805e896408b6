"""Functions of Windows that are found when they are called: an older Windows lacks some of them."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

from agentguard.platforms._win32 import api
from agentguard.platforms.recorder.recording import Refusal

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

Pointer = ctypes.POINTER


def function(library: str, name: str, result: Any, *arguments: Any) -> Any:
    """Return a function of a library.

    Raises:
        Refusal: this Windows has no such library or function; with the number of that error.

    """
    try:
        return api.declared(ctypes.WinDLL(library, use_last_error=True), name, result, *arguments)
    except AttributeError:
        raise Refusal(PROCEDURE_MISSING) from None
    except OSError as error:
        raise Refusal(getattr(error, "winerror", None) or MODULE_MISSING) from None


MODULE_MISSING, PROCEDURE_MISSING = 126, 127  # ERROR_MOD_NOT_FOUND, ERROR_PROC_NOT_FOUND


def done(succeeded: object) -> None:
    """Go on when a function has succeeded.

    Raises:
        Refusal: it has not; with Windows' last error.

    """
    if not succeeded:
        raise Refusal(ctypes.get_last_error())


def error_of(succeeded: object) -> int:
    """Return 0 when a function has succeeded, else Windows' last error."""
    return 0 if succeeded else ctypes.get_last_error()


def agreed(code: int, answer: object = None) -> None:
    """Go on with an HRESULT of success.

    Raises:
        Refusal: it is none.

    """
    if code < 0:
        raise Refusal(hresult=code, answer=answer)
