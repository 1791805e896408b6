"""A calm card at the bottom right of the screen, which takes no focus."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from agentguard.ui.widgets import GAP, column, frame

WIDTH = 48 * GAP


class CornerCard(QWidget):
    """The window of a notice or a lesson; `inside` is its layout."""

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__(
            None,
            Qt.WindowType.Tool
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.WindowStaysOnTopHint,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(width)
        card: QFrame = frame("toast")
        outer = column(self)
        outer.addWidget(card)
        self.inside: QVBoxLayout = column(card, margin=3 * GAP, gap=GAP)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Take the right size once the texts know how many lines they need."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self.place)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Stay when another program wants it closed; it has its own buttons."""
        if event.spontaneous():
            event.ignore()
        else:
            super().closeEvent(event)

    def place(self) -> None:
        """Go to the bottom right of the first screen."""
        height = max(self.minimumSizeHint().height(), self.heightForWidth(self.width()))
        self.resize(self.width(), height)
        screen = QGuiApplication.primaryScreen()
        if screen is not None:
            corner = screen.availableGeometry().bottomRight()
            self.move(corner - QPoint(self.width() + 2 * GAP, self.height() + 2 * GAP))
