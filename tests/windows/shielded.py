"""Covers the screens with the shield, and tells what Windows says of them, with a picture."""

from __future__ import annotations

import ctypes
import json
import sys
import time
from ctypes import wintypes

from PySide6.QtWidgets import QApplication

from agentguard.base.translations import load
from agentguard.ui.bridge import Bridge
from agentguard.ui.shields import Shields
from agentguard.ui.startup_icon import application
from agentguard.ui.theme import Theme
from tools.gallery import data
from tools.gallery.desk import SimulatedDesk

RECT = ctypes.POINTER(wintypes.RECT)
PER_MONITOR_V2 = -4  # DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2
COLOURS, PATIENCE = 20, 60.0

user = ctypes.WinDLL("user32")
user.GetThreadDpiAwarenessContext.restype = ctypes.c_void_p
user.AreDpiAwarenessContextsEqual.argtypes = (ctypes.c_void_p, ctypes.c_void_p)


def monitors() -> list[list[int]]:
    found: list[list[int]] = []

    @ctypes.WINFUNCTYPE(
        wintypes.BOOL,
        wintypes.HANDLE,
        wintypes.HANDLE,
        ctypes.POINTER(wintypes.RECT),
        ctypes.c_long,
    )
    def each(_monitor: int, _dc: int, area: object, _: int) -> bool:
        found.append(corners(area.contents))
        return True

    user.EnumDisplayMonitors(None, None, each, 0)
    return found


def corners(area: wintypes.RECT) -> list[int]:
    return [area.left, area.top, area.right, area.bottom]


def place(window: int) -> list[int]:
    area = wintypes.RECT()
    assert user.GetWindowRect(wintypes.HWND(window), ctypes.byref(area))
    return corners(area)


def main(picture: str) -> None:
    app = application()
    bridge = Bridge(SimulatedDesk(data.covered(data.good(), data.SHIELD)), load())
    shields = Shields(bridge, Theme(app))
    screen = app.primaryScreen()
    end, colours = time.monotonic() + PATIENCE, 0
    while colours < COLOURS and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.1)
        seen = screen.grabWindow(0).toImage()
        across, down = range(0, seen.width(), 3), range(0, seen.height(), 3)
        colours = len({seen.pixel(x, y) for x in across for y in down})
    screen.grabWindow(0).save(picture)
    context = user.GetThreadDpiAwarenessContext()
    told = {
        "aware": bool(user.AreDpiAwarenessContextsEqual(context, PER_MONITOR_V2)),
        "scale": screen.devicePixelRatio(),
        "colours": colours,
        "card": shields.card.width() if shields.card else 0,
        "monitors": monitors(),
        "covers": [place(int(cover.winId())) for cover in shields.covers],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
