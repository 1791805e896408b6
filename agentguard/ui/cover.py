"""A cover over one screen while a code is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QScreen
from PySide6.QtWidgets import QWidget


class Cover(QWidget):
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
