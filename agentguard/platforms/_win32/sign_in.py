"""Signs in at a proxy as the account that this program runs as, by SSPI.

Windows makes each answer (Negotiate or NTLM); no password passes through here. The target is
`HTTP/<host>`, as browsers name a proxy (RFC 4559). Nothing is delegated.

Sources: Microsoft's reference of sspi.h (AcquireCredentialsHandleW, InitializeSecurityContextW,
CompleteAuthToken).
"""

from __future__ import annotations

import ctypes
import sys

from agentguard.base.errors import PlatformError
from agentguard.platforms._win32 import api
from agentguard.ports.network import Proxy

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

PACKAGES = {"negotiate": "Negotiate", "ntlm": "NTLM"}
_OUTBOUND = 2  # SECPKG_CRED_OUTBOUND
_ALLOCATE = 0x100  # ISC_REQ_ALLOCATE_MEMORY
_NATIVE = 0x10  # SECURITY_NATIVE_DREP
_VERSION, _TOKEN = 0, 2  # SECBUFFER_VERSION, SECBUFFER_TOKEN
_OK, _CONTINUE = 0x00000000, 0x00090312  # SEC_E_OK, SEC_I_CONTINUE_NEEDED
_COMPLETE, _COMPLETE_AND_CONTINUE = 0x00090313, 0x00090314


class _Handle(ctypes.Structure):
    """`SecHandle`."""

    _fields_ = (("lower", ctypes.c_size_t), ("upper", ctypes.c_size_t))


class _Buffer(ctypes.Structure):
    """`SecBuffer`."""

    _fields_ = (("size", ctypes.c_ulong), ("kind", ctypes.c_ulong), ("data", api.VOID))


class _Buffers(ctypes.Structure):
    """`SecBufferDesc`."""

    _fields_ = (
        ("version", ctypes.c_ulong),
        ("count", ctypes.c_ulong),
        ("first", ctypes.POINTER(_Buffer)),
    )


_SECUR = ctypes.WinDLL("secur32", use_last_error=True)
_STATUS = ctypes.c_ulong
_PLACE, _BUFFERS = ctypes.POINTER(_Handle), ctypes.POINTER(_Buffers)
_acquire = api.declared(
    _SECUR, "AcquireCredentialsHandleW", _STATUS, api.TEXT, api.TEXT, ctypes.c_ulong, api.VOID,
    api.VOID, api.VOID, api.VOID, _PLACE, ctypes.POINTER(ctypes.c_longlong),
)  # fmt: skip
_initialize = api.declared(
    _SECUR, "InitializeSecurityContextW", _STATUS, _PLACE, _PLACE, api.TEXT, ctypes.c_ulong,
    ctypes.c_ulong, ctypes.c_ulong, _BUFFERS, ctypes.c_ulong, _PLACE, _BUFFERS,
    ctypes.POINTER(ctypes.c_ulong), ctypes.POINTER(ctypes.c_longlong),
)  # fmt: skip
_complete = api.declared(_SECUR, "CompleteAuthToken", _STATUS, _PLACE, _BUFFERS)
_free_buffer = api.declared(_SECUR, "FreeContextBuffer", _STATUS, api.VOID)
_free_credentials = api.declared(_SECUR, "FreeCredentialsHandle", _STATUS, _PLACE)
_delete = api.declared(_SECUR, "DeleteSecurityContext", _STATUS, _PLACE)


class OwnAccount:
    """A SignIn; see there.

    Raises:
        PlatformError: this account has nothing to sign in with.

    """

    def __init__(self, scheme: str, host: str) -> None:
        self._target = f"HTTP/{host}"
        self._credentials, self._context = _Handle(), _Handle()
        self._begun = False
        until = ctypes.c_longlong()
        _checked(_acquire(
            None, PACKAGES[scheme], _OUTBOUND, None, None, None, None,
            ctypes.byref(self._credentials), ctypes.byref(until),
        ))  # fmt: skip

    def answer(self, challenge: bytes) -> bytes:
        """Return what Windows says to a challenge.

        Raises:
            PlatformError: it refuses, or has nothing to say.

        """
        given = _token(challenge)
        out = _Buffer(size=0, kind=_TOKEN, data=None)
        told = _Buffers(version=_VERSION, count=1, first=ctypes.pointer(out))
        before = ctypes.byref(self._context) if self._begun else None
        attributes, until = ctypes.c_ulong(), ctypes.c_longlong()
        status = _initialize(
            ctypes.byref(self._credentials), before, self._target, _ALLOCATE, 0, _NATIVE,
            ctypes.byref(given) if challenge else None, 0, ctypes.byref(self._context),
            ctypes.byref(told), ctypes.byref(attributes), ctypes.byref(until),
        )  # fmt: skip
        try:
            _checked(status)
            self._begun = True
            if status in {_COMPLETE, _COMPLETE_AND_CONTINUE}:
                _checked(_complete(ctypes.byref(self._context), ctypes.byref(told)))
            said = ctypes.string_at(out.data, out.size) if out.data else b""
        finally:
            if out.data:
                _free_buffer(out.data)
        if not said:
            raise PlatformError("Windows has nothing to say to the proxy.")
        return said

    def close(self) -> None:
        """Give back what Windows holds for it."""
        if self._begun:
            _delete(ctypes.byref(self._context))
        _free_credentials(ctypes.byref(self._credentials))


def _token(data: bytes) -> _Buffers:
    """Return a description of bytes; ctypes keeps alive what it points at."""
    held = ctypes.create_string_buffer(data, max(1, len(data)))
    one = _Buffer(size=len(data), kind=_TOKEN, data=ctypes.cast(held, api.VOID))
    made = _Buffers(version=_VERSION, count=1, first=ctypes.pointer(one))
    made.held = held
    return made


def _checked(status: int) -> None:
    if status not in {_OK, _CONTINUE, _COMPLETE, _COMPLETE_AND_CONTINUE}:
        raise PlatformError(f"Windows does not sign in (error 0x{status:08X}).")


def begin(scheme: str, proxy: Proxy) -> OwnAccount | None:
    """Begin a sign-in; None where this account has nothing to sign in with."""
    try:
        return OwnAccount(scheme, proxy.host)
    except PlatformError:
        return None
