"""The state of the desk in one look: a bold sentence, the shield, and the last report."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QSizePolicy

from agentguard.ui.colours import STATE_TONES
from agentguard.ui.views import Header
from agentguard.ui.widgets import GAP, column, draw, label, restyle, row


class StateHeader(QFrame):
    """The head of the overview."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._icon, self._headline = label(wrap=False), label("")
        self._payment, self._report = label(""), label("", "")
        self._headline.setObjectName("headline")
        line = row(self, margin=3 * GAP, gap=3 * GAP)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        words = column(gap=GAP // 2)
        words.addWidget(self._headline)
        words.addWidget(self._payment)
        words.addWidget(self._report)
        line.addLayout(words, 1)

    def show_header(self, header: Header) -> None:
        """Show the state."""
        draw(self._icon, f"tray-{header.icon}", 56)
        self._headline.setText(header.headline)
        self._payment.setText(header.payment)
        self._payment.setVisible(bool(header.payment))
        self._report.setText(header.report)
        restyle(self, look="header", tone=STATE_TONES[header.icon.removesuffix("-offline")])
        said = " ".join(filter(None, (header.headline, header.payment, header.report)))
        self.setAccessibleName(f"{header.word}. {said}")
