"""Asks Windows of proxies, of its own credentials for them, and of wireless networks."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import wintypes

from agentguard.platforms._win32 import api
from agentguard.platforms._win32.adapters import adapters, connections
from agentguard.platforms._win32.proxies import (
    AutoProxyOptions,
    ProxyInfo,
    UserProxyConfig,
)
from agentguard.platforms._win32.recorder._native import Pointer, done, function
from agentguard.platforms._win32.vpn_answers import PRODUCTS, Adapter
from agentguard.platforms._win32.wireless_profiles import information, secured
from agentguard.platforms.recorder.recording import Refusal

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_URL = "https://www.example.com/"
"""For which a proxy is looked for: the endpoint's own name has no field."""
_DETECT, _SCRIPT = 1, 2  # WINHTTP_AUTOPROXY_AUTO_DETECT, WINHTTP_AUTOPROXY_CONFIG_URL
_BY_DHCP, _BY_DNS = 1, 2  # WINHTTP_AUTO_DETECT_TYPE_DHCP, ..._DNS_A
_NO_PROXY = 1  # WINHTTP_ACCESS_TYPE_NO_PROXY
_OUTBOUND = 2  # SECPKG_CRED_OUTBOUND
_VERSION = 2  # of the wireless service since Windows Vista
_HEAD, _INTERFACE, _STATE = 8, 532, 528  # bytes of WLAN_INTERFACE_INFO_LIST and its entries


def _text(pointer: int | None) -> str | None:
    """Take a text that is ours to free."""
    if not pointer:
        return None
    try:
        return ctypes.wstring_at(pointer)
    finally:
        function("kernel32", "GlobalFree", api.VOID, api.VOID)(pointer)


def _default() -> dict[str, object]:
    found = ProxyInfo()
    ask = function("winhttp", "WinHttpGetDefaultProxyConfiguration", api.BOOL, Pointer(ProxyInfo))
    done(ask(ctypes.byref(found)))
    return {
        "access": found.kind,
        "proxy": _text(found.proxy),
        "bypass": _text(found.bypass),
    }


def of_user() -> dict[str, object]:
    """Return the settings of the user who records, the addresses as they are.

    Raises:
        Refusal: they are not told.

    """
    found = UserProxyConfig()
    ask = function(
        "winhttp", "WinHttpGetIEProxyConfigForCurrentUser", api.BOOL, Pointer(UserProxyConfig)
    )
    done(ask(ctypes.byref(found)))
    return {
        "detect": bool(found.detect),
        "script": _text(found.script),
        "proxy": _text(found.proxy),
        "bypass": _text(found.bypass),
    }


@contextmanager
def _session() -> Iterator[int]:
    begin = function(
        "winhttp", "WinHttpOpen", api.VOID, api.TEXT, api.DWORD, api.TEXT, api.TEXT, api.DWORD
    )
    session = begin("AgentGuard", _NO_PROXY, None, None, 0)
    done(session)
    try:
        yield session
    finally:
        function("winhttp", "WinHttpCloseHandle", api.BOOL, api.VOID)(session)


def _found(options: AutoProxyOptions) -> dict[str, object]:
    """Look for the proxy of an address; of the answer only how many there are is wanted."""
    told = ProxyInfo()
    ask = function(
        "winhttp", "WinHttpGetProxyForUrl", api.BOOL, api.VOID, api.TEXT, Pointer(AutoProxyOptions),
        Pointer(ProxyInfo),
    )  # fmt: skip
    with _session() as session:
        done(ask(session, _URL, ctypes.byref(options), ctypes.byref(told)))
    proxies = _text(told.proxy) or ""
    _text(told.bypass)
    return {"access": told.kind, "proxies": len([one for one in proxies.split(";") if one])}


def _detected() -> dict[str, object]:
    return _found(AutoProxyOptions(flags=_DETECT, detect=_BY_DHCP | _BY_DNS, sign_in=True))


def _by_script() -> dict[str, object]:
    script = of_user()["script"]
    if not script:
        return {"script": False, "access": None, "proxies": None}
    return {
        "script": True,
        **_found(AutoProxyOptions(flags=_SCRIPT, script=str(script), sign_in=True)),
    }


def _environment() -> dict[str, object]:
    told = {name.casefold() for name, value in os.environ.items() if value}
    return {
        "http": "http_proxy" in told,
        "https": "https_proxy" in told,
        "everything": "all_proxy" in told,
        "none": "no_proxy" in told,
    }


def _credentials() -> dict[str, object]:
    return {
        "negotiate": _acquired("Negotiate"),
        "ntlm": _acquired("NTLM"),
        "kerberos": _acquired("Kerberos"),
    }


def _acquired(package: str) -> int:
    """Return the code of asking for this user's own credentials, which are given back at once."""
    ask = function(
        "secur32", "AcquireCredentialsHandleW", ctypes.c_int32, api.TEXT, api.TEXT, api.DWORD,
        *(api.VOID,) * 6,
    )  # fmt: skip
    handle, until = (ctypes.c_size_t * 2)(), ctypes.c_longlong()
    code = ask(
        None, package, _OUTBOUND, None, None, None, None, ctypes.byref(handle), ctypes.byref(until)
    )
    if code == 0:
        function("secur32", "FreeCredentialsHandle", ctypes.c_int32, api.VOID)(ctypes.byref(handle))
    return int(code)


def _wireless() -> dict[str, object]:
    """Count the interfaces; what network they use is not asked, as that may raise a prompt."""
    begin = function(
        "wlanapi", "WlanOpenHandle", api.DWORD, api.DWORD, api.VOID, Pointer(api.DWORD),
        Pointer(api.HANDLE),
    )  # fmt: skip
    version, handle = api.DWORD(), api.HANDLE()
    code = begin(_VERSION, None, ctypes.byref(version), ctypes.byref(handle))
    if code:
        raise Refusal(code)
    try:
        states = _states(handle)
        return {"count": len(states), "states": states}
    finally:
        function("wlanapi", "WlanCloseHandle", api.DWORD, api.HANDLE, api.VOID)(handle, None)


def _states(handle: wintypes.HANDLE) -> list[int]:
    every = function(
        "wlanapi", "WlanEnumInterfaces", api.DWORD, api.HANDLE, api.VOID, Pointer(api.VOID)
    )
    told = api.VOID()
    code = every(handle, None, ctypes.byref(told))
    if code:
        raise Refusal(code)
    try:
        count = int.from_bytes(ctypes.string_at(told, 4), "little") if told.value else 0
        whole = ctypes.string_at(told, _HEAD + count * _INTERFACE) if count else b""
    finally:
        function("wlanapi", "WlanFreeMemory", None, api.VOID)(told)
    starts = (_HEAD + at * _INTERFACE + _STATE for at in range(count))
    return [int.from_bytes(whole[start : start + 4], "little") for start in starts]


def _profiles() -> dict[str, object]:
    """Return how the wireless networks in use are secured, as the agent asks: without a prompt."""
    told = [{"authentication": one, "encryption": other} for one, other in secured(information())]
    return {"networks": told}


def _adapters() -> dict[str, object]:
    every = adapters()
    told = [
        {"kind": one.kind, "state": one.state, "tunnel": one.tunnel, "product": _product(one)}
        for one in every
    ]
    return {"count": len(every), "adapters": told}


def _product(adapter: Adapter) -> str | None:
    said = adapter.description.lower()
    return next((kind for part, kind in PRODUCTS if part in said), None)


def _dialled() -> dict[str, object]:
    return {"dialled": [{"device": one.device, "state": one.state} for one in connections()]}


CALLS = {
    "proxy.default": _default,
    "proxy.user": of_user,
    "proxy.detected": _detected,
    "proxy.script": _by_script,
    "proxy.environment": _environment,
    "proxy.credentials": _credentials,
    "wifi.service": _wireless,
    "vpn.adapters": _adapters,
    "vpn.dialled": _dialled,
    "wifi.profile": _profiles,
}
