"""Qt's own messages go to the program's log, not to the terminal."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

LOG = logging.getLogger("qt")

LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.DEBUG,
    QtMsgType.QtWarningMsg: logging.INFO,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


DISPLAY_LOST = ("The X11 connection broke", "The Wayland connection broke")
"""How Qt begins its last words before it ends the program, wherever that stands.

Nothing else tells of it: https://code.qt.io/cgit/qt/qtbase.git/tree/src/plugins/platforms/xcb and
https://code.qt.io/cgit/qt/qtwayland.git/tree/src/client/qwaylanddisplay.cpp
"""


@contextmanager
def logged(display_lost: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Send Qt's messages to the log for a while; `display_lost` is called before Qt ends all."""

    def handle(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        LOG.log(LEVELS.get(kind, logging.INFO), "%s", text)
        if text.startswith(DISPLAY_LOST):
            display_lost()

    before = qInstallMessageHandler(handle)
    try:
        yield
    finally:
        qInstallMessageHandler(before)
