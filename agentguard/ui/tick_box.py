"""A box to tick, with words that may take several lines."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from agentguard.ui.accessible import silent
from agentguard.ui.widgets import GAP, label, row


class TickBox(QWidget):
    """The box stands in `button`; a click on the words ticks it as well."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.button = QCheckBox()
        self.button.setAccessibleName(words)
        line = row(self, gap=GAP)
        line.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(silent(label(words)), 1)  # the box says it

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Tick it, or take the tick away."""
        self.button.toggle()
        self.button.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()
