"""A calm card at the bottom right of the screen, which takes no focus."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout

from agentguard.ui.accessible import Role, alert, is_a
from agentguard.ui.focus_order import Ordered
from agentguard.ui.widgets import GAP, column, frame, roomy

WIDTH = 48 * GAP


class CornerCard(Ordered):
    """The window of a notice or a lesson; `inside` is its layout.

    It is an alert for a screen reader, which says it when it comes; one that is `urgent` at once.
    """

    urgent = False

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
        self._usual = width
        is_a(self, Role.AlertMessage)
        card: QFrame = frame("toast")
        outer = column(self)
        outer.addWidget(card)
        self.inside: QVBoxLayout = column(card, margin=3 * GAP, gap=GAP)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Take the right size once the texts know how many lines they need."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self.place)
        alert(self, urgent=self.urgent)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Stay when another program wants it closed; it has its own buttons."""
        if event.spontaneous():
            event.ignore()
        else:
            super().closeEvent(event)

    def place(self) -> None:
        """Go to the bottom right of the first screen."""
        self.setFixedWidth(max(roomy(self, self._usual), self.inside.minimumSize().width()))
        height = max(self.minimumSizeHint().height(), self.heightForWidth(self.width()))
        self.resize(self.width(), height)
        screen = QGuiApplication.primaryScreen()
        if screen is not None:
            corner = screen.availableGeometry().bottomRight()
            self.move(corner - QPoint(self.width() + 2 * GAP, self.height() + 2 * GAP))
