"""The door to Windows: what the session that this program runs in can do."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from agentguard.base.plugins import discover
from agentguard.model.messages import say
from agentguard.platforms._late_keys import LateAuthenticator
from agentguard.platforms._win32 import probes
from agentguard.platforms._win32.capture import WindowsCapture
from agentguard.platforms._win32.clipboard import WindowsClipboard
from agentguard.platforms._win32.clipboard_history import WindowsHistory
from agentguard.platforms._win32.drives import network_drives, quiet
from agentguard.platforms._win32.event_log import WindowsEventLog
from agentguard.platforms._win32.foreground import WindowsForeground
from agentguard.platforms._win32.hid import KEYS
from agentguard.platforms._win32.microphone_answers import FIRST_BUILD
from agentguard.platforms._win32.microphones import WindowsCalls
from agentguard.platforms._win32.notify import WindowsNotifier
from agentguard.platforms._win32.power import on_battery
from agentguard.platforms._win32.session import WindowsSession
from agentguard.platforms._win32.sleep import WindowsSleep
from agentguard.platforms._win32.webauthn_means import means
from agentguard.ports.authenticators import Authenticator
from agentguard.ports.desktop import Absent, Backend, Calls, Probe

if sys.platform != "win32":
    raise ImportError("This door opens on Windows.")

NAME = "windows"


def backend() -> Backend:
    """Return what this session can do; what it cannot do is Absent with a reason."""
    quiet()
    return Backend(
        name=NAME,
        session=WindowsSession(),
        clipboard=WindowsClipboard(),
        foreground=WindowsForeground(),
        calls=_calls(),
        notifier=WindowsNotifier(),
        probes=discover(probes, "PROBE", Probe),
        on_battery=on_battery,
        network_drives=network_drives,
        capture=WindowsCapture(),
        system_log=WindowsEventLog(),
        authenticator=_authenticator(),
        sleep=WindowsSleep(),
        clipboard_history=WindowsHistory(),
        settings_pages=PAGES,
    )


PAGES = {
    "patches": "ms-settings:windowsupdate",
    "wireless": "ms-settings:network-wifi",
    "clipboard-history": "ms-settings:clipboard",
}
"""Pages of Windows' own settings where a person mends what a check finds.

https://learn.microsoft.com/en-us/windows/apps/develop/launch/launch-settings-app
"""


def _authenticator() -> Authenticator | Absent:
    """Return Windows Hello and security keys, on a Windows that has them."""
    if not (Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32/webauthn.dll").exists():
        return Absent(reason=say("desktop.no-authenticator"))
    return LateAuthenticator(_windows_hello, KEYS.now, means, own_dialog=True)


def _windows_hello() -> Authenticator:
    from agentguard.platforms._win32.webauthn import WindowsHello  # noqa: PLC0415 - costs memory

    return WindowsHello()


def _calls() -> Calls | Absent:
    """Return who records, on a Windows that notes it."""
    if sys.getwindowsversion().build < FIRST_BUILD:
        return Absent(reason=say("desktop.old-windows"))
    return WindowsCalls()
