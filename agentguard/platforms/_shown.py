"""Whether windows can be shown: Qt ends the whole program where they cannot."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping

from agentguard.platforms._limit import Asked

SECONDS = 2.0
"""How long a display may take to answer; one that never does would hold Qt for ever."""
NO_DISPLAY, SILENT, REFUSED = "no display is named", "the display is silent", "it is refused"


def not_shown(environment: Mapping[str, str]) -> str:
    """Give why no window can be shown in this environment; empty where one can."""
    if sys.platform == "win32":
        return ""
    wanted = environment.get("QT_QPA_PLATFORM", "").partition(":")[0].partition(";")[0]
    wayland = environment.get("WAYLAND_DISPLAY", "")
    if wanted not in {"", "xcb", "wayland"}:
        return ""  # it needs no display
    if not wayland and not environment.get("DISPLAY"):
        return NO_DISPLAY
    asked = Asked(lambda: _answers(environment, wayland, wanted))
    asked.start()
    asked.join(SECONDS)
    if asked.is_alive():
        return SILENT
    return "" if asked.answer else REFUSED


def _answers(environment: Mapping[str, str], wayland: str, wanted: str) -> bool:
    """Tell whether a display takes us in, by the ways that Qt would go."""
    if sys.platform == "win32":
        return True
    if wayland and wanted != "xcb":
        from agentguard.platforms._linux.wayland import socket_path  # noqa: PLC0415 - one of two

        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as way:
            if way.connect_ex(str(socket_path(environment))) == 0:
                return True
    if not environment.get("DISPLAY") or wanted == "wayland":
        return False
    from Xlib.display import Display  # noqa: PLC0415 - as above
    from Xlib.error import DisplayError  # noqa: PLC0415 - as above

    try:
        Display(environment["DISPLAY"]).close()
    except (DisplayError, OSError):
        return False
    return True
