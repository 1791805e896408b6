"""One of several answers: a round button with words that may take several lines."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QRadioButton, QWidget

from agentguard.ui.accessible import silent
from agentguard.ui.widgets import GAP, column, label, row


class Choice(QWidget):
    """The button stands in `button`; a click on the words chooses it as well."""

    def __init__(self, words: str, example: str = "") -> None:
        super().__init__()
        self.button = QRadioButton()
        self.button.setAccessibleName(words)
        self.button.setAccessibleDescription(example)
        line = row(self, gap=GAP)
        line.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        texts = column(gap=2)
        texts.setContentsMargins(0, GAP // 2, 0, GAP // 2)
        for said, look in ((words, ""), (example, "small")):
            if said:
                texts.addWidget(silent(label(said, look)))  # the button says it
        line.addLayout(texts, 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose this one."""
        if self.button.isEnabled():
            self.button.setChecked(True)
            self.button.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()
