"""Windows Hello and security keys through webauthn.dll, whose own dialog stands over our window.

Since Windows 10 1903 only the system itself may speak to a key; it also asks for PIN, face or
fingerprint. The agent needs no rights for it.
"""

from __future__ import annotations

import sys

from fido2.client import ClientDataCollector
from fido2.client.windows import WindowsClient

from agentguard.platforms import _fido
from agentguard.platforms._win32.hid import KEYS
from agentguard.platforms._win32.key_answers import explain
from agentguard.platforms._win32.webauthn_means import means
from agentguard.ports.authenticators import Asking, Asserted, Means, Registered, Registering
from agentguard.ports.clock import Stop

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")


class WindowsHello:
    """Asks webauthn.dll."""

    own_dialog = True

    def plugged(self) -> frozenset[str] | None:
        """Name the keys that are plugged in now; of Windows Hello there is nothing to pull."""
        return KEYS.now()

    def means(self) -> Means:
        """Return what can be asked now."""
        return means()

    def ask(self, asking: Asking, stop: Stop) -> Asserted:
        """Have a person verified."""
        return _fido.ask(_client(asking.window), asking, stop, explain)

    def register(self, wanted: Registering, stop: Stop) -> Registered:
        """Make a credential."""
        return _fido.register(_client(wanted.window), wanted, stop, explain)


def _client(window: int) -> _fido.MakeClient:
    def make(collector: ClientDataCollector) -> WindowsClient:
        return WindowsClient(collector, handle=window or None)

    return make
