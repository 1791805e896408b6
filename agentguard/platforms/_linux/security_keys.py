"""Security keys on USB under Linux, by CTAP2 over HID; the person types the key's PIN to us.

Which device nodes are keys says their report descriptor; that a person may open them is set by the
rules of systemd's udev for the session at the seat (uaccess).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fido2.client import ClientDataCollector, Fido2Client, UserInteraction
from fido2.ctap import CtapDevice
from fido2.hid import CtapHidDevice

from agentguard.platforms import _fido
from agentguard.platforms._linux.plugged_keys import means, plugged_keys
from agentguard.ports.authenticators import (
    Asking,
    Asserted,
    AuthenticatorError,
    Fault,
    Means,
    Registered,
    Registering,
)
from agentguard.ports.clock import Stop


class PinTyped(UserInteraction):
    """Gives the PIN that was typed, once: a wrong one must not be tried again by itself."""

    def __init__(self, pin: str) -> None:
        self._pin: str | None = pin or None

    def request_pin(self, permissions: object, rp_id: str | None) -> str | None:
        """Return it."""
        del permissions, rp_id
        pin, self._pin = self._pin, None
        return pin

    def request_uv(self, permissions: object, rp_id: str | None) -> bool:
        """Let a key with a fingerprint reader use it."""
        del permissions, rp_id
        return True


def devices() -> Sequence[CtapDevice]:
    """Open the keys that are plugged in."""
    return tuple(CtapHidDevice.list_devices())


class SecurityKeys:
    """Asks the one key that is plugged in."""

    own_dialog = False

    def __init__(
        self,
        found: Callable[[], Sequence[CtapDevice]] = devices,
        named: Callable[[], frozenset[str]] = plugged_keys,
    ) -> None:
        self._found, self._named = found, named

    def plugged(self) -> frozenset[str] | None:
        """Name the keys that are plugged in now."""
        return self._named()

    def means(self) -> Means:
        """Return what can be asked now."""
        return means()

    def ask(self, asking: Asking, stop: Stop) -> Asserted:
        """Have a person verified by the key."""
        device = self._device()
        try:
            return _fido.ask(_client(device, asking.pin), asking, stop, explain)
        finally:
            device.close()

    def register(self, wanted: Registering, stop: Stop) -> Registered:
        """Make a credential on the key."""
        device = self._device()
        try:
            return _fido.register(_client(device, wanted.pin), wanted, stop, explain)
        finally:
            device.close()

    def _device(self) -> CtapDevice:
        try:
            found = self._found()
        except OSError as error:
            raise AuthenticatorError(Fault.NONE) from error
        if len(found) != 1:
            for each in found:
                each.close()
            raise AuthenticatorError(Fault.SEVERAL if found else Fault.NONE)
        return found[0]


def explain(error: BaseException) -> Fault:
    """Blame the device: whatever it says must not look as if the computer were broken."""
    return Fault.GONE if isinstance(error, OSError) else Fault.ODD


def _client(device: CtapDevice, pin: str) -> _fido.MakeClient:
    def make(collector: ClientDataCollector) -> Fido2Client:
        return Fido2Client(device, collector, PinTyped(pin))

    return make
