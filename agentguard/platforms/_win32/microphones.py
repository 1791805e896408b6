"""Who uses the microphone: the consent store in the user's registry, read when it changes.

Source: Microsoft, RegNotifyChangeKeyValue (winreg.h): one change is told, so it is asked for again
before the store is read.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from agentguard.base.errors import PlatformError
from agentguard.platforms._win32 import api, registry
from agentguard.platforms._win32.microphone_answers import Use, recording
from agentguard.platforms._win32.probes.programs import images

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

import winreg

CONSENT = r"Software\Microsoft\Windows\CurrentVersion\CapabilityAccessManager\ConsentStore"
STORE = rf"{CONSENT}\microphone"
UNPACKAGED = "NonPackaged"

_NAMES_AND_VALUES, _ANY_THREAD = 1 | 4, 0x10000000  # REG_NOTIFY_CHANGE_*, _THREAD_AGNOSTIC
_SIGNALLED = 0  # WAIT_OBJECT_0
_LISTEN = winreg.KEY_NOTIFY | winreg.KEY_READ | winreg.KEY_WOW64_64KEY

_event = api.kernel("CreateEventW", api.HANDLE, api.VOID, api.BOOL, api.BOOL, api.TEXT)
_wait = api.kernel("WaitForSingleObject", api.DWORD, api.HANDLE, api.DWORD)
_notify = api.advanced(
    "RegNotifyChangeKeyValue", api.LONG, api.HANDLE, api.BOOL, api.DWORD, api.HANDLE, api.BOOL
)


class Changes:
    """Tells whether anything below a key of the user changed since it was asked last."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._key: Any = None
        self._event = _event(None, False, False, None)

    def any(self) -> bool:
        """Tell it; the first time, and after the key was made or lost, something changed."""
        if self._key is not None and _wait(self._event, 0) != _SIGNALLED:
            return False
        if self._key is None:
            with suppress(OSError):
                self._key = winreg.OpenKey(winreg.HKEY_CURRENT_USER, self._path, 0, _LISTEN)
        if self._key is not None and not self._listen(self._key):
            self._key.Close()
            self._key = None
        return True

    def _listen(self, key: Any) -> bool:
        flags = _NAMES_AND_VALUES | _ANY_THREAD
        return bool(_notify(int(key), True, flags, self._event, True) == 0)

    def __del__(self) -> None:
        if self._key is not None:
            self._key.Close()
        api.close_handle(self._event)


class WindowsCalls:
    """The Calls port."""

    def __init__(self, store: str = STORE) -> None:
        self._store = store
        self._changes = Changes(store)
        self._uses: tuple[Use, ...] = ()

    def recording(self) -> tuple[str, ...]:
        """Return the programs that record from a microphone now, each once.

        Raises:
            PlatformError: the registry may not be read.

        """
        try:
            if self._changes.any():
                self._uses = tuple(uses(self._store))
        except OSError as problem:
            raise PlatformError("Windows does not tell who uses the microphone.") from problem
        booted = time.time() - api.tick_count() / 1000
        return recording((use for use in self._uses if use.open), running, booted)


def uses(store: str) -> Iterator[Use]:
    """Yield the entries of one of the consent store's capabilities.

    Raises:
        PermissionError: this user may not read it.

    """
    for packaged, path in ((True, store), (False, f"{store}\\{UNPACKAGED}")):
        for name in registry.children(registry.USER, path):
            values = registry.values(registry.USER, f"{path}\\{name}")
            yield Use(key=name, packaged=packaged, values=values)


def running() -> frozenset[str]:
    """Return the image names of the running programs."""
    return frozenset(images())
