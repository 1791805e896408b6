"""The proxies of Windows: those of the person, of the computer, and what the network says.

The keeper runs as SYSTEM, whose own settings hardly anybody sets (`bitsadmin /util /setieproxy`
does). It looks at the computer's, and then at those of the people signed on, by their own tokens;
so no program of theirs has to tell it, and none can tell it something else. What a person or the
network names is good for a way out, and never for signing in as the computer: whoever answers there
could use that sign-in elsewhere.

Sources: Microsoft's reference of winhttp.h; "WinHTTP AutoProxy Support"; DisableWpad as in
"Disable HTTP proxy features" (Windows client management).
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import wintypes

from agentguard.platforms._network import Source
from agentguard.platforms._proxy_settings import Goal
from agentguard.platforms._win32 import api, registry
from agentguard.platforms._win32.proxy_answers import (
    NAMED_PROXY,
    Answer,
    Settings,
    of_list,
    of_network,
    of_settings,
)
from agentguard.ports.network import Told, Way

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")
WPAD_KEY = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp"
PATIENCE = 5000  # milliseconds for each step of fetching a script
_NO_PROXY = 1  # WINHTTP_ACCESS_TYPE_NO_PROXY
_DETECT, _BY_URL = 1, 2  # WINHTTP_AUTOPROXY_AUTO_DETECT, WINHTTP_AUTOPROXY_CONFIG_URL
_DHCP_AND_DNS = 3  # WINHTTP_AUTO_DETECT_TYPE_DHCP | WINHTTP_AUTO_DETECT_TYPE_DNS_A
_ACTIVE = 0  # WTSActive
_HERE = None  # WTS_CURRENT_SERVER_HANDLE
_HTTP = ctypes.WinDLL("winhttp", use_last_error=True)
_WTS = ctypes.WinDLL("wtsapi32", use_last_error=True)
_open = api.declared(
    _HTTP, "WinHttpOpen", api.VOID, api.TEXT, api.DWORD, api.TEXT, api.TEXT, api.DWORD
)
_patience = api.declared(
    _HTTP, "WinHttpSetTimeouts", api.BOOL, api.VOID, api.INT, api.INT, api.INT, api.INT
)
_close = api.declared(_HTTP, "WinHttpCloseHandle", api.BOOL, api.VOID)
_free = api.kernel("GlobalFree", api.VOID, api.VOID)
_free_sessions = api.declared(_WTS, "WTSFreeMemory", None, api.VOID)
_token_of = api.declared(
    _WTS, "WTSQueryUserToken", api.BOOL, wintypes.ULONG, ctypes.POINTER(api.HANDLE)
)
_act_as = api.advanced("ImpersonateLoggedOnUser", api.BOOL, api.HANDLE)
_act_as_self = api.advanced("RevertToSelf", api.BOOL)


class UserProxyConfig(ctypes.Structure):
    """`WINHTTP_CURRENT_USER_IE_PROXY_CONFIG`; whoever asks gives its texts back (GlobalFree)."""

    _fields_ = (
        ("detect", api.BOOL),
        ("script", api.VOID),
        ("proxy", api.VOID),
        ("bypass", api.VOID),
    )


class ProxyInfo(ctypes.Structure):
    """`WINHTTP_PROXY_INFO`; its texts as above."""

    _fields_ = (("kind", api.DWORD), ("proxy", api.VOID), ("bypass", api.VOID))


class AutoProxyOptions(ctypes.Structure):
    """`WINHTTP_AUTOPROXY_OPTIONS`."""

    _fields_ = (
        ("flags", api.DWORD),
        ("detect", api.DWORD),
        ("script", api.TEXT),
        ("reserved", api.VOID),
        ("zero", api.DWORD),
        ("sign_in", api.BOOL),
    )


class _Session(ctypes.Structure):
    """`WTS_SESSION_INFOW`."""

    _fields_ = (("id", api.DWORD), ("station", wintypes.LPWSTR), ("state", api.INT))


_of_user = api.declared(
    _HTTP, "WinHttpGetIEProxyConfigForCurrentUser", api.BOOL, ctypes.POINTER(UserProxyConfig)
)
_of_machine = api.declared(
    _HTTP, "WinHttpGetDefaultProxyConfiguration", api.BOOL, ctypes.POINTER(ProxyInfo)
)
_for_url = api.declared(
    _HTTP, "WinHttpGetProxyForUrl", api.BOOL, api.VOID, api.TEXT, ctypes.POINTER(AutoProxyOptions),
    ctypes.POINTER(ProxyInfo),
)  # fmt: skip
_enumerate = api.declared(
    _WTS, "WTSEnumerateSessionsW", api.BOOL, api.HANDLE, api.DWORD, api.DWORD,
    ctypes.POINTER(ctypes.POINTER(_Session)), ctypes.POINTER(api.DWORD),
)  # fmt: skip


def sources(*, of_system: bool) -> tuple[Source, ...]:
    """Return what Windows says, in order, for a person's program or for one of the system's."""
    if of_system:
        return own_settings, machine, people_signed_on, detected_for_system
    return own_settings, detected, machine


def own_settings(to: Goal) -> Way | None:
    """Return what the settings of this account say."""
    return of_settings(settings(), to, run, (Told.USER, Told.USER_SCRIPT), own=True)


def detected(to: Goal) -> Way | None:
    """Return what the network says, where this account's settings and the computer's let it."""
    if not settings().detect or wpad_is_off():
        return None
    return of_network(to, run, own=True)


def detected_for_system(to: Goal) -> Way | None:
    """Return what the network says; the setting of a person means nothing to the system."""
    return None if wpad_is_off() else of_network(to, run, own=False)


def machine(to: Goal) -> Way | None:
    """Return the proxy of `netsh winhttp`."""
    info = ProxyInfo()
    if not _of_machine(ctypes.byref(info)):
        return None
    kind, proxy, bypass = int(info.kind), _taken(info.proxy), _taken(info.bypass)
    if kind != NAMED_PROXY:
        return None
    return of_list(proxy, bypass, to, Told.MACHINE, own=True)


def people_signed_on(to: Goal) -> Way | None:
    """Return what the settings of the first person say who is signed on and has any."""
    for session in _active():
        with _as_user(session) as acting:
            said = settings() if acting else Settings()
        told = Told.SIGNED_ON, Told.SIGNED_ON_SCRIPT
        found = of_settings(said, to, run, told, own=False)
        if found is not None and not found.problem:
            return found
    return None


def settings() -> Settings:
    """Return the settings of the account that this thread acts as."""
    found = UserProxyConfig()
    if not _of_user(ctypes.byref(found)):
        return Settings()
    return Settings(
        detect=bool(found.detect),
        script=_taken(found.script),
        proxy=_taken(found.proxy),
        bypass=_taken(found.bypass),
    )


def wpad_is_off() -> bool:
    """Check whether an administrator has switched off that the network is asked."""
    try:
        return registry.values(registry.MACHINE, WPAD_KEY).get("DisableWpad") == 1
    except OSError:
        return False


def run(script: str, to: Goal) -> Answer:
    """Have Windows run a script, or ask the network for one.

    The server of a script is told who asks only where it wants to know, and never in the name of
    the computer's own account: who reads a script for it is Windows' service.
    """
    session = _open("AgentGuard", _NO_PROXY, None, None, 0)
    if not session:
        return Answer(error=ctypes.get_last_error() or 1)
    try:
        _patience(session, PATIENCE, PATIENCE, PATIENCE, PATIENCE)
        return _answered(session, script, to)
    finally:
        _close(session)


def _answered(session: int, script: str, to: Goal) -> Answer:
    info = ProxyInfo()
    options = AutoProxyOptions(
        flags=_BY_URL if script else _DETECT,
        detect=0 if script else _DHCP_AND_DNS,
        script=script or None,
    )
    if not _for_url(session, to.url, ctypes.byref(options), ctypes.byref(info)):
        return Answer(error=ctypes.get_last_error() or 1)
    return Answer(kind=int(info.kind), proxy=_taken(info.proxy), bypass=_taken(info.bypass))


def _taken(place: int | None) -> str:
    """Return a text that Windows has made, and give its memory back."""
    if not place:
        return ""
    try:
        return ctypes.wstring_at(place)
    finally:
        _free(place)


def _active() -> tuple[int, ...]:
    first, count = ctypes.POINTER(_Session)(), api.DWORD()
    if not _enumerate(_HERE, 0, 1, ctypes.byref(first), ctypes.byref(count)):
        return ()
    try:
        return tuple(first[i].id for i in range(count.value) if first[i].state == _ACTIVE)
    finally:
        _free_sessions(first)


@contextmanager
def _as_user(session: int) -> Iterator[bool]:
    """Act as whoever is signed on in a session; yield whether that is so."""
    token = api.HANDLE()
    if not _token_of(session, ctypes.byref(token)) or not token.value:
        yield False
        return
    try:
        acting = bool(_act_as(token.value))
        try:
            yield acting
        finally:
            if acting and not _act_as_self():
                raise api.refused("to act as itself again")
    finally:
        api.close_handle(token)
