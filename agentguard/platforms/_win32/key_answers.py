"""What Windows says of security keys: which devices are some, and what its errors mean.

A device for people (HID) says by its usage page that it is a key (CTAP 2.1, 11.2.8.1); that is read
without a call to it. The error numbers are webauthn.dll's: the return values of
WebAuthNAuthenticatorGetAssertion and ...MakeCredential in
https://github.com/microsoft/webauthn/blob/master/webauthn.h, with the numbers of winerror.h.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agentguard.ports.authenticators import Fault

USAGE_PAGE = 0xF1D0
USAGE_AT = 2  # HIDP_CAPS: Usage, then UsagePage, both USHORT
CAPS = 64  # bytes of HIDP_CAPS
FAULTS: Mapping[int, Fault] = {
    0x80090036: Fault.CANCELLED,  # NTE_USER_CANCELLED
    0x800704C7: Fault.CANCELLED,  # HRESULT_FROM_WIN32(ERROR_CANCELLED)
    0x800705B4: Fault.TIMEOUT,  # HRESULT_FROM_WIN32(ERROR_TIMEOUT)
    0x80090011: Fault.UNKNOWN,  # NTE_NOT_FOUND
    0x8009000F: Fault.KNOWN,  # NTE_EXISTS
    0x80090035: Fault.NONE,  # NTE_DEVICE_NOT_FOUND
    0x80090029: Fault.NO_VERIFICATION,  # NTE_NOT_SUPPORTED
    0x80070032: Fault.NO_VERIFICATION,  # HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED)
    0x8007001F: Fault.GONE,  # HRESULT_FROM_WIN32(ERROR_GEN_FAILURE): the key was pulled
}


def is_key(caps: bytes) -> bool:
    """Check whether the capabilities of a device (HIDP_CAPS) are those of a security key."""
    page = int.from_bytes(caps[USAGE_AT : USAGE_AT + 2], "little")
    return len(caps) == CAPS and page == USAGE_PAGE


class Known:
    """The keys among what is plugged in; each device is asked once for what it is."""

    def __init__(
        self, listed: Callable[[], tuple[str, ...] | None], asked: Callable[[str], bytes]
    ) -> None:
        self._listed, self._asked = listed, asked
        self._keys: dict[str, bool] = {}

    def now(self) -> frozenset[str] | None:
        """Name the keys that are plugged in now; None where Windows does not tell."""
        there = self._listed()
        if there is None:
            return None
        fresh = (one for one in there if one not in self._keys)
        self._keys |= {one: is_key(self._asked(one)) for one in fresh}
        self._keys = {one: self._keys[one] for one in there}
        return frozenset(one for one, key in self._keys.items() if key)


def explain(error: BaseException) -> Fault:
    """Return what an error of the DLL means; one that is not listed is the system's own.

    ctypes raises an HRESULT as an OSError whose `winerror` is the number with a sign.
    """
    number = getattr(error, "winerror", None)
    known = FAULTS.get(number & 0xFFFFFFFF) if isinstance(number, int) else None
    return known or Fault.BROKEN
