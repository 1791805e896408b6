"""What Windows says of its WebAuthn interface, without a dialog and without the library.

Source: Microsoft, webauthn.h: WebAuthNGetApiVersionNumber (1 came with Windows 10 1903) and
WebAuthNIsUserVerifyingPlatformAuthenticatorAvailable (whether Windows Hello is set up).
"""

from __future__ import annotations

import ctypes
import sys

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.hid import KEYS
from agentguard.ports.authenticators import Means

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")


def means() -> Means:
    """Return what can be asked; a library that does not answer has version 0."""
    try:
        library = ctypes.WinDLL("webauthn")
        version = api.declared(library, "WebAuthNGetApiVersionNumber", api.DWORD)()
        hello = _hello(library)
    except (OSError, AttributeError):
        return Means(keys=KEYS.now())
    return Means(keys=KEYS.now(), api=int(version), hello=hello)


def _hello(library: ctypes.CDLL) -> bool | None:
    name = "WebAuthNIsUserVerifyingPlatformAuthenticatorAvailable"
    there = api.BOOL()
    asked = api.declared(library, name, ctypes.c_long, ctypes.POINTER(api.BOOL))
    return bool(there.value) if asked(ctypes.byref(there)) == 0 else None
