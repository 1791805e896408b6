"""The frame of every page: a heading, a sentence, and a body that scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSlider, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from agentguard.ui.accessible import announce
from agentguard.ui.bridge import Bridge
from agentguard.ui.theme import Theme
from agentguard.ui.views import Page, View
from agentguard.ui.widgets import GAP, column, frame, label

_Action = QAbstractSlider.SliderAction
SCROLLS: dict[int, QAbstractSlider.SliderAction] = {
    Qt.Key.Key_PageDown: _Action.SliderPageStepAdd,
    Qt.Key.Key_PageUp: _Action.SliderPageStepSub,
    Qt.Key.Key_End: _Action.SliderToMaximum,
    Qt.Key.Key_Home: _Action.SliderToMinimum,
}
"""The keys by which all of a page is read without a mouse, also what holds nothing to press."""


class PageFrame(QWidget):
    """A page; `body` is where it puts its things."""

    page: Page

    def __init__(self, bridge: Bridge, theme: Theme) -> None:
        super().__init__()
        self.bridge = bridge
        self.texts = bridge.texts
        self.theme = theme
        self.setObjectName("page")
        outer = column(self, gap=0)
        head = QWidget()
        words = column(head, gap=GAP // 2)
        words.setContentsMargins(4 * GAP, 3 * GAP, 4 * GAP, 2 * GAP)
        title = label(self.texts.say(f"ui.page.{self.page}"), "title")
        words.addWidget(title)
        words.addWidget(label(self.texts.say(f"ui.{self.page}.lead"), "muted"))
        outer.addWidget(head)
        self._area = QScrollArea()
        self.body = self._scroll(outer)
        self.setAccessibleName(title.text())

    def show_view(self, view: View) -> None:
        """Show what is new; a page without news of the snapshot has nothing to do."""

    def repaint_icons(self) -> None:
        """Draw the icons again after a change of colours."""

    def opened(self) -> None:
        """Bring up to date what is not in the snapshot, each time the page is opened."""

    def scrolled(self, key: int) -> bool:
        """Scroll by one of the keys that are there for it; tell whether it was one."""
        action = SCROLLS.get(key)
        if action is not None:
            self._area.verticalScrollBar().triggerAction(action)
        return action is not None

    def nothing(self) -> QFrame:
        """Make the card that says kindly that there is nothing here."""
        card = frame("card")
        words = column(card, margin=3 * GAP, gap=GAP // 2)
        words.addWidget(label(self.texts.say(f"ui.{self.page}.empty"), "heading"))
        words.addWidget(label(self.texts.say(f"ui.{self.page}.empty-more"), "muted"))
        return card

    def status(self) -> QLabel:
        """Make a line for what just happened; hidden while it is empty."""
        line = label("", "strong")
        line.hide()
        return line

    def _scroll(self, outer: QVBoxLayout) -> QVBoxLayout:
        area = self._area
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        rows = QWidget()
        rows.setObjectName("rows")
        whole, body = column(rows, gap=0), column(gap=2 * GAP)
        whole.setContentsMargins(4 * GAP, GAP, 4 * GAP, 4 * GAP)
        whole.addLayout(body)
        whole.addStretch(1)  # an aligned layout would get no room for words that go on below
        area.setWidget(rows)
        outer.addWidget(area, 1)
        return body


def tell(line: QLabel, text: str, look: str = "strong") -> None:
    """Say something in a status line, to a screen reader as well."""
    line.setProperty("look", look)
    line.style().unpolish(line)
    line.style().polish(line)
    if text != line.text():
        announce(line, text, urgent=look == "wrong")
    line.setText(text)
    line.setVisible(bool(text))
