"""The first sign of life: an icon in the tray while the agent is still being put together."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from agentguard.texts import Texts
from agentguard.ui import icons

NOT_YET = "blind"  # nothing is watched yet, so nothing is said to be good


def application() -> QApplication:
    """Give the application, made on the first call."""
    known = QApplication.instance()
    if isinstance(known, QApplication):
        return known
    QApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    app = QApplication(["agentguard"])
    app.setApplicationName("agentguard")
    app.setApplicationDisplayName("AgentGuard")
    app.setDesktopFileName("agentguard")
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
