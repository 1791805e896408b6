"""Whether windows can be shown: Qt ends the whole program where they cannot."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator, Mapping

from agentguard.platforms._secret_time_limit import Asked

SECONDS = 4.0
"""How long a display may take to answer; one that never does would hold Qt for ever.

A start has 10 s, and a computer at its logon is busy: without an icon it is worse than late.
"""
NO_DISPLAY, SILENT, REFUSED = "no display is named", "the display is silent", "it is refused"


def not_shown(environment: Mapping[str, str]) -> str:
    """Return why no window can be shown in this environment; empty where one can."""
    if sys.platform == "win32":
        return ""
    wanted = environment.get("QT_QPA_PLATFORM", "").partition(":")[0].partition(";")[0]
    wayland = environment.get("WAYLAND_DISPLAY", "")
    if wanted not in {"", "xcb", "wayland"}:
        return ""  # it needs no display
    if not wayland and not environment.get("DISPLAY"):
        return NO_DISPLAY
    asks = [*_by_wayland(environment, wayland, wanted), *_by_x(environment, wanted)]
    asked = Asked(lambda: any(ask() for ask in asks))
    asked.start()
    asked.join(SECONDS)
    if asked.is_alive():
        return SILENT
    return "" if asked.answer else REFUSED


def _by_wayland(
    environment: Mapping[str, str], wayland: str, wanted: str
) -> Iterator[Callable[[], bool]]:
    """Yield what asks the compositor, if Qt would; what it takes is loaded by now."""
    if not wayland or wanted == "xcb" or sys.platform == "win32":
        return
    from agentguard.platforms._linux.wayland import socket_path  # noqa: PLC0415 - one of two

    def ask() -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as way:
            return way.connect_ex(str(socket_path(environment))) == 0

    yield ask


def _by_x(environment: Mapping[str, str], wanted: str) -> Iterator[Callable[[], bool]]:
    """Yield what asks the X server, if Qt would."""
    if not environment.get("DISPLAY") or wanted == "wayland":
        return
    from Xlib.display import Display  # noqa: PLC0415 - one of two
    from Xlib.error import DisplayError  # noqa: PLC0415 - as above

    from agentguard.platforms._linux import x_extensions  # noqa: PLC0415 - as above

    x_extensions.spare()

    def ask() -> bool:
        try:
            Display(environment["DISPLAY"]).close()
        except (DisplayError, OSError):
            return False
        return True

    yield ask
