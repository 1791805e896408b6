"""What this program lets stand of the environment it is started with: a short list of names.

A variable can name a library that is loaded, a certificate that is trusted, a file that keys are
written to, or another place for our own data, and whoever sits at the desk sets it without any
right. So nothing stands but what is listed here, before anything else is imported (docs/adr/0040).

A program is *shipped* when it is frozen, or carries its data in `agentguard/_data`, as each wheel
and package does. A checkout finds its data beside it and is its developer's: there the loader's and
Python's own variables stand as well, since they are how it is run, tested and measured.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from typing import NoReturn

ENDPOINT = frozenset({"serve", "server"})
"""Commands of the endpoint, whose environment is its administrator's and stays."""

CLEANED = "AGENTGUARD_CLEANED"
"""Set to the number of the process that has begun anew, so that it does so once."""


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_ANYWHERE = _names(
    "LANG LANGUAGE TZ TERM COLUMNS LINES NO_COLOR HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY"
    " QT_QPA_PLATFORM QT_SCALE_FACTOR QT_SCREEN_SCALE_FACTORS QT_FONT_DPI QT_USE_PHYSICAL_DPI"
    " QT_ENABLE_HIGHDPI_SCALING QT_AUTO_SCREEN_SCALE_FACTOR QT_SCALE_FACTOR_ROUNDING_POLICY"
    " QT_ACCESSIBILITY QT_LINUX_ACCESSIBILITY_ALWAYS_ON QT_IM_MODULE QT_IM_MODULES"
)
_POSIX = _names(
    "HOME USER LOGNAME SHELL PATH PWD TMPDIR DISPLAY XAUTHORITY WAYLAND_DISPLAY XMODIFIERS"
    " XCURSOR_THEME XCURSOR_SIZE"
    " DBUS_SESSION_BUS_ADDRESS DBUS_SYSTEM_BUS_ADDRESS SESSION_MANAGER DESKTOP_SESSION GDMSESSION"
    " DCONF_PROFILE KDE_FULL_SESSION KDE_SESSION_VERSION SWAYSOCK XSECURELOCK_NO_COMPOSITE"
    " NOTIFY_SOCKET WATCHDOG_PID WATCHDOG_USEC INVOCATION_ID JOURNAL_STREAM MANAGERPID"
    " PULSE_SERVER PULSE_RUNTIME_PATH PULSE_COOKIE TESSDATA_PREFIX"
    " http_proxy https_proxy all_proxy no_proxy"
)
MACHINE = _names(
    "SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATH PATHEXT OS ALLUSERSPROFILE PROGRAMDATA PROGRAMFILES"
    " PROGRAMFILES(X86) PROGRAMW6432 COMMONPROGRAMFILES COMMONPROGRAMFILES(X86) COMMONPROGRAMW6432"
    " COMPUTERNAME NUMBER_OF_PROCESSORS PROCESSOR_ARCHITECTURE PROCESSOR_ARCHITEW6432"
    " PROCESSOR_IDENTIFIER PROCESSOR_LEVEL PROCESSOR_REVISION PUBLIC"
)
"""Windows' names that tell of the computer: a service takes their values from its own start."""
_PERSON = _names(
    "USERNAME USERDOMAIN USERDOMAIN_ROAMINGPROFILE USERDNSDOMAIN USERPROFILE LOGONSERVER"
    " APPDATA LOCALAPPDATA HOMEDRIVE HOMEPATH HOMESHARE SESSIONNAME CLIENTNAME TEMP TMP"
)
_BEGINNINGS = ("LC_", "XDG_", "XRDP_")
_WINDOWS_BEGINNINGS = ("LC_", "WINE")  # the last are Wine's own, for its children
_DEVELOPERS = ("AGENTGUARD_", "LD_", "PYTHON", "FAKETIME", "UMOCKDEV_", "COV", "PYTEST")

_PLAIN = re.compile(r"[\w.,:;=%+-]*", re.ASCII)
_DESKTOPS = frozenset({"xcb", "wayland", "wayland-egl", "windows"})
_UNSEEN = frozenset({"offscreen", "minimal"})
"""A value of Qt's names no place; its platform is one that people see, but in a checkout."""

_BEFORE_MAIN = ("LD_", "GCONV_PATH", "GLIBC_TUNABLES", "LOCPATH", "MALLOC_", "PYTHON")
"""What has acted by the time that Python's first line runs: only a new start is free of it."""

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_DEFAULT_DIRECTORIES = 0x1000  # LOAD_LIBRARY_SEARCH_DEFAULT_DIRS
_LONGEST = 260  # MAX_PATH


def shipped() -> bool:
    """Check whether this is a shipped program, and not a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - pathlib comes after
    data = os.path.join(package, "_data")  # noqa: PTH118 - as above
    return bool(getattr(sys, "frozen", False)) or os.path.isdir(data)  # noqa: PTH112 - as above


def cleaned(
    given: Mapping[str, str], *, windows: bool | None = None, developer: bool | None = None
) -> dict[str, str]:
    """Return what may stand of an environment, by default on this system and for this program."""
    on_windows = os.name == "nt" if windows is None else windows
    checkout = not shipped() if developer is None else developer
    return {
        name: value
        for name, value in given.items()
        if _stands(name.upper() if on_windows else name, value, on_windows, checkout)
    }


def _stands(name: str, value: str, windows: bool, checkout: bool) -> bool:  # noqa: FBT001 - two facts
    if checkout and name.startswith(_DEVELOPERS):
        return True
    if name.startswith("QT_"):
        return name in _ANYWHERE and _harmless(name, value, checkout)
    if windows:
        known = name in _ANYWHERE or name in MACHINE or name in _PERSON
        return known or name.startswith(_WINDOWS_BEGINNINGS)
    return name in _ANYWHERE or name in _POSIX or name.startswith(_BEGINNINGS)


def _harmless(name: str, value: str, checkout: bool) -> bool:  # noqa: FBT001 - a fact
    if name == "QT_QPA_PLATFORM":
        return set(value.split(";")) <= (_DESKTOPS | _UNSEEN if checkout else _DESKTOPS)
    return _PLAIN.fullmatch(value) is not None


def for_person(
    theirs: Mapping[str, str], own: Mapping[str, str], *, developer: bool | None = None
) -> dict[str, str]:
    """Return the environment for a program that Windows' keeper starts for somebody.

    What tells of the computer has this service's values: a person's own could name other places.
    """
    kept = cleaned(theirs, windows=True, developer=developer)
    machine = {name: value for name, value in own.items() if name.upper() in MACHINE}
    return {n: v for n, v in kept.items() if n.upper() not in MACHINE} | machine


def clean() -> None:
    """Let nothing stand in this process that is not listed; begin anew where it has acted already.

    Linux' loader, and a Python that is not isolated, read theirs before this line.
    """
    if sys.argv[1:2] and sys.argv[1] in ENDPOINT:
        return
    kept = cleaned(os.environ)
    if shipped():
        _system_path(kept)
    if os.name != "nt":
        _own_theme(kept)
    gone = os.environ.keys() - kept.keys()
    again = os.environ.get(CLEANED) != str(os.getpid())
    if os.name != "nt" and again and any(name.startswith(_BEFORE_MAIN) for name in gone):
        _again({**kept, CLEANED: str(os.getpid())})
    for name in gone:
        os.environ.pop(name, None)
    os.environ.update(kept)
    os.environ.pop(CLEANED, None)
    _bind_loader()


def _again(environment: dict[str, str]) -> NoReturn:
    """Begin as the same process, with this environment."""
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)  # noqa: S606 - ourselves


def _own_theme(kept: dict[str, str]) -> None:
    """Have Qt draw by itself: its theme for GTK loads modules that the person's settings name."""
    if "KDE" not in kept.get("XDG_CURRENT_DESKTOP", "").split(":"):
        kept["QT_QPA_PLATFORMTHEME"] = "gnome"


def _system_path(kept: dict[str, str]) -> None:
    """Let programs be found where the system has them alone."""
    if sys.platform == "win32":
        root = _windows()
        kept["PATH"] = rf"{root}\System32;{root};{root}\System32\Wbem"
    else:
        kept["PATH"] = _SYSTEM_PATH


def _windows() -> str:
    """Return Windows' own folder as Windows says it, whatever the environment does."""
    import ctypes  # noqa: PLC0415 - on Windows alone

    buffer = ctypes.create_unicode_buffer(_LONGEST)
    ctypes.WinDLL("kernel32").GetSystemWindowsDirectoryW(buffer, _LONGEST)  # type: ignore[attr-defined,unused-ignore]
    return buffer.value


def _bind_loader() -> None:
    """Have Windows look for libraries beside this program and in its own folder, never in PATH.

    A frozen program has named its own folder before, which only administrators write.
    """
    if sys.platform != "win32":
        return
    import ctypes  # noqa: PLC0415 - on Windows alone

    kernel = ctypes.WinDLL("kernel32")
    if not getattr(sys, "frozen", False):
        kernel.SetDllDirectoryW(ctypes.c_wchar_p(""))
    kernel.SetDefaultDllDirectories(_DEFAULT_DIRECTORIES)
