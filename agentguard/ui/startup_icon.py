"""The first sign of life, and the last: the icon while the agent starts, and the session's end."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from agentguard.base.translations import Texts
from agentguard.ui import accessible, icons

NOT_YET = "blind"  # nothing is watched yet, so nothing is said to be good
STYLE = "Fusion"
"""Qt's style on every system, in our palette."""


class Application(QApplication):
    """The application in its style; when the system ends it, no window is asked whether it may.

    Qt would ask them in no order (https://doc.qt.io/qt-6/qcoreapplication.html#quit), and one that
    only hides may keep the program. Windows kills it as soon as it has dealt with WM_ENDSESSION, so
    the work of the end is done within that.
    """

    def __init__(self, words: list[str]) -> None:
        # `setStyle` returns the style, for which PySide makes 700 numbers: 0.4 MiB all day
        super().__init__([*words, "-style", STYLE])
        accessible.install()
        self._ended = False
        self._ending: Callable[[], None] | None = None

    def on_end(self, ending: Callable[[], None] | None) -> None:
        """Call `ending` when the session ends, or now if it has ended meanwhile; None: no more."""
        self._ending = ending
        if ending is not None and self._ended:
            self._ended = False
            ending()

    def event(self, event: QEvent) -> bool:
        """End the program when the system wants it."""
        if event.type() is not QEvent.Type.Quit:
            return super().event(event)
        if self._ending is not None:
            self._ending()
        else:
            self._ended = True
            self.exit(0)
        return True


def application() -> QApplication:
    """Return the application, made on the first call; its last window may close without its end."""
    known = QApplication.instance()
    if isinstance(known, QApplication):
        known.setQuitOnLastWindowClosed(False)
        return known
    QApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    app = Application(["agentguard"])
    app.setApplicationName("agentguard")
    app.setApplicationDisplayName("AgentGuard")
    app.setDesktopFileName("agentguard")
    app.setWindowIcon(icons.tray(NOT_YET))  # what a task bar shows of a window with none of its own
    app.setQuitOnLastWindowClosed(False)
    return app


def appear(texts: Texts) -> QSystemTrayIcon:
    """Show an icon that says that the agent is starting; the tray takes it over.

    Must be called in the main thread. Without a tray host it is made and not shown.
    """
    app = application()
    icon = QSystemTrayIcon(icons.tray(NOT_YET))
    icon.setToolTip(texts.say("ui.starting"))
    icon.setVisible(QSystemTrayIcon.isSystemTrayAvailable())
    app.processEvents()
    return icon
