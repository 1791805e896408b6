"""Says as JSON how windows stand on the screen here: `-m tests.windows.pictured`.

Of each: what the system has of its size, the picture's colours, how large the part is that is not
ground, and what of its words cannot be read.
"""

from __future__ import annotations

import ctypes
import json
import sys
from ctypes import wintypes

from PySide6.QtCore import QPoint
from PySide6.QtGui import QFontInfo, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget

from agentguard.ui.startup_icon import application
from agentguard.ui.theme import Theme
from tests.desktop.shown import Stage
from tests.ui.test_large_text import faults

SHOWN = ("tray", "proof", "page-todo")
STEP = 3  # pixels from one that is looked at to the next
MOST_LOOKS, MOMENT = 200, 50  # and milliseconds between them


def native(widget: QWidget) -> list[int]:
    """Give how wide and high Windows says that a window is, in the screen's own pixels."""
    user, rect = ctypes.WinDLL("user32"), wintypes.RECT()
    window = wintypes.HWND(int(widget.winId()))
    if not user.IsWindowVisible(window):
        return [0, 0]
    user.GetClientRect(window, ctypes.byref(rect))
    return [rect.right, rect.bottom]


def picture(widget: QWidget) -> QImage:
    """Give what a person sees of it, once that has come to rest."""
    before = QImage()
    for _ in range(MOST_LOOKS):
        QTest.qWait(MOMENT)
        now = widget.screen().grabWindow(int(widget.winId())).toImage()
        if now == before and len(colours(now)) > 1:
            return now
        before = now
    raise SystemExit("it does not come to rest")


def colours(image: QImage) -> set[int]:
    across, down = range(0, image.width(), STEP), range(0, image.height(), STEP)
    return {image.pixel(x, y) for x in across for y in down}


def drawn(image: QImage) -> list[int]:
    """Give how wide and high the part is that has another colour than the corner."""
    ground = image.pixel(1, 1)
    there = [
        (x, y)
        for x in range(0, image.width(), STEP)
        for y in range(0, image.height(), STEP)
        if image.pixel(x, y) != ground
    ]
    across, down = zip(*there, strict=True)
    return [max(across) - min(across), max(down) - min(down)]


def main() -> int:
    """Show each and say how it stands."""
    app = application()
    app.setCursorFlashTime(0)  # a picture with a cursor that blinks is never the same twice
    stage = Stage(Theme(app))
    found = {}
    for name in SHOWN:
        widget = stage.show(name, "light")
        if isinstance(widget, QMenu):
            widget.popup(QPoint(0, 0))
        image = picture(widget)
        found[name] = {
            "native": native(widget),
            "picture": [image.width(), image.height()],
            "drawn": drawn(image),
            "colours": len(colours(image)),
            "unreadable": faults(widget),
            "letters": QFontInfo(widget.font()).family(),
        }
    stage.clear()
    said = {"platform": app.platformName(), "ratio": app.devicePixelRatio(), "shown": found}
    sys.stdout.write(json.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
