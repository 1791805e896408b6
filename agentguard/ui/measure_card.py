"""One of the ten measures on the overview, with its controls."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame

from agentguard.base.translations import Texts
from agentguard.ui.control_row import ControlRow
from agentguard.ui.keyed_list import Keyed
from agentguard.ui.theme import Theme
from agentguard.ui.views import ControlView, MeasureView
from agentguard.ui.widgets import GAP, column, draw, label, row


class MeasureCard(QFrame):
    """The measure's icon, number and name above its controls."""

    def __init__(self, texts: Texts, theme: Theme) -> None:
        super().__init__()
        self._texts = texts
        self._theme = theme
        self.setProperty("look", "card")
        self._icon, self._title = label(wrap=False), label("", "heading")
        self._word = label("", "muted", wrap=False)
        self._controls: Keyed[ControlView] = Keyed(
            lambda _: ControlRow(texts, theme), lambda c: c.check
        )
        inside = column(self, margin=2 * GAP, gap=2 * GAP)
        inside.setContentsMargins(3 * GAP, 2 * GAP, 3 * GAP, 2 * GAP)
        head = row(gap=2 * GAP)
        head.addWidget(self._icon)
        head.addWidget(self._title, 1)
        head.addWidget(self._word)
        inside.addLayout(head)
        inside.addWidget(self._controls)

    def show_item(self, measure: MeasureView) -> None:
        """Show a measure."""
        draw(self._icon, f"measure-{measure.number}", 20, self._theme.tones.accent)
        self._title.setText(f"{measure.number}. {measure.title}")
        self._word.setText(measure.word if not measure.controls else "")
        self._controls.show_items(measure.controls)
        self._controls.setVisible(bool(measure.controls))
        self.setAccessibleName(
            self._texts.say(
                "ui.overview.measure",
                number=measure.number,
                title=measure.title,
                word=measure.word,
            )
        )

    def forget(self) -> None:
        """Paint the controls anew."""
        self._controls.forget()
