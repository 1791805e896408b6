"""What webauthn.dll means by its error numbers.

Source: the return values of WebAuthNAuthenticatorGetAssertion and ...MakeCredential in
https://github.com/microsoft/webauthn/blob/master/webauthn.h, with the numbers of winerror.h.
"""

from __future__ import annotations

from collections.abc import Mapping

from agentguard.ports.authenticators import Fault

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


def explain(error: BaseException) -> Fault:
    """Return what an error of the DLL means; one that is not listed is the system's own.

    ctypes raises an HRESULT as an OSError whose `winerror` is the number with a sign.
    """
    number = getattr(error, "winerror", None)
    known = FAULTS.get(number & 0xFFFFFFFF) if isinstance(number, int) else None
    return known or Fault.BROKEN
