"""A cover over one screen while a code is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QScreen
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QSizePolicy, QWidget

from agentguard.ui.focus_order import Ordered


def reachable(card: QWidget) -> bool:
    """Check whether a card is on a screen now, whole, on a cover that the system shows."""
    window, screen = card.window(), card.screen()
    if not (card.isVisible() and window.windowHandle().isExposed()) or window.isMinimized():
        return False
    at = QRect(card.mapToGlobal(card.rect().topLeft()), card.size())
    return screen.geometry().contains(at.center()) and screen.geometry().intersects(at)


class Cover(Ordered):
    """Covers a whole screen and stays until it is taken away; no key closes it.

    `keys` are the few that do something.
    """

    def __init__(
        self, screen: QScreen, keys: Mapping[Qt.Key, Callable[[], object]] | None = None
    ) -> None:
        super().__init__(
            None,
            Qt.WindowType.Window
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.WindowStaysOnTopHint,
        )
        self._gone = False
        self._keys = keys or {}
        self.setObjectName("cover")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.setScreen(screen)
        self.fit()

    def fit(self) -> None:
        """Take the size of the screen again."""
        self.setGeometry(self.screen().geometry())

    def hold(self, card: QWidget) -> None:
        """Show a card in the middle; on a screen that is too small or too magnified it scrolls."""
        room, inside = QScrollArea(), QWidget()
        inside.setObjectName("cover")
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        card.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)
        QGridLayout(inside).addWidget(card, 0, 0, Qt.AlignmentFlag.AlignCenter)
        room.setObjectName("cover")
        room.setFrameShape(QFrame.Shape.NoFrame)
        room.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        room.setWidgetResizable(True)
        room.setWidget(inside)
        whole = QGridLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(room)
        card.show()

    def take_away(self) -> None:
        """Uncover the screen."""
        self._gone = True
        self.close()
        self.deleteLater()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Stay, whatever asks to close."""
        if self._gone:
            event.accept()
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Swallow what the card did not want, Escape among it."""
        pressed = self._keys.get(Qt.Key(event.key()))
        if pressed is not None:
            pressed()
        event.accept()
