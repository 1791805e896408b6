"""One of the ten measures on the overview, with its controls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from agentguard.base.translations import Texts
from agentguard.ui.colours import of_state
from agentguard.ui.keyed_list import Keyed
from agentguard.ui.theme import Theme
from agentguard.ui.views import ControlView, MeasureView
from agentguard.ui.widgets import GAP, chip, column, draw, label, row


class ControlRow(QWidget):
    """An icon by state, title and detail, the state's word and its age."""

    def __init__(self, texts: Texts, theme: Theme) -> None:
        super().__init__()
        self._texts = texts
        self._theme = theme
        self._icon, self._word = label(wrap=False), label(wrap=False)
        self._title, self._detail = label("", "strong"), label("", "muted")
        self._rows = label("", "small")
        self._since, self._proves = label("", "small", wrap=False), label("", "small")
        line = row(self, gap=2 * GAP)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        middle = column(gap=2)
        for part in (self._title, self._detail, self._rows, self._proves):
            middle.addWidget(part)
        line.addLayout(middle, 1)
        right = column(gap=4)
        right.addWidget(self._word, 0, Qt.AlignmentFlag.AlignRight)
        right.addWidget(self._since, 0, Qt.AlignmentFlag.AlignRight)
        right.addStretch(1)
        line.addLayout(right)

    def show_item(self, control: ControlView) -> None:
        """Show a control."""
        look = control.look
        draw(self._icon, f"state-{look}", 20, of_state(self._theme.tones, look)[0])
        chip(self._word, control.word, look)
        self._title.setText(control.title)
        self._detail.setText(control.detail)
        self._detail.setVisible(bool(control.detail))
        behind = (*self._lacking(control), *control.rows)
        self._rows.setText("\n".join(behind))
        self._rows.setVisible(bool(behind))
        self._since.setText(self._texts.say("ui.overview.ago", ago=control.since.ago))
        exact = self._texts.say("ui.overview.since", exact=control.since.exact)
        self._proves.setText(f"{exact}  ·  {control.proves}" if control.proves else exact)
        self.setAccessibleName(
            self._texts.say(
                "ui.overview.row",
                title=control.title,
                word=control.word,
                exact=control.since.exact,
                ago=control.since.ago,
                detail=" ".join((control.detail, *self._lacking(control))).strip(),
            )
        )

    def _lacking(self, control: ControlView) -> tuple[str, ...]:
        return tuple(self._texts.say("ui.overview.gap", why=why) for why in control.gaps)


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
