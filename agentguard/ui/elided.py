"""A name or path on one line that gives way in the middle: its start and its end stay."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from agentguard.base import turning_signs

ISOLATED = "\u2066{}\u2069"
"""Written from left to right, whatever the language around it is."""
LEAST = 64  # pixels


class Elided(QLabel):
    """Shows as much of `full` as there is room for; the whole is its hint and its spoken name."""

    def __init__(self, look: str = "") -> None:
        super().__init__()
        self.full = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("look", look)
        self.setMinimumWidth(LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_name(self, full: str, hint: str = "") -> None:
        """Show a name; `hint` is the whole path, where the name alone is not enough."""
        self.full = turning_signs.in_order(full)
        whole = turning_signs.in_order(hint) or self.full
        self.setAccessibleName(whole)
        self.setToolTip(whole)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fit it into the new width."""
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Ask for one line, as wide as there is room."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.full) + 8, metrics.height() + 4)

    def _fit(self) -> None:
        fits = self.fontMetrics().elidedText(
            self.full, Qt.TextElideMode.ElideMiddle, max(self.width() - 4, LEAST)
        )
        self.setText(ISOLATED.format(fits) if fits else "")
