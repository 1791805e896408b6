"""What WinHTTP is asked with about proxies, and answers with (Microsoft's winhttp.h)."""

from __future__ import annotations

import ctypes
import sys

from agentguard.platforms._win32 import api

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")


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
