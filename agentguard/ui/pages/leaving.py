"""The page that shows what leaves this computer, in plain words and word for word.

A card asks the endpoint what it holds on this computer, and shows it by class.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QPlainTextEdit

from agentguard.model.held_data import HeldClass, HeldThere
from agentguard.ui.bridge import Bridge
from agentguard.ui.pages.base import PageFrame, tell
from agentguard.ui.report_words import Line, explain
from agentguard.ui.theme import Theme
from agentguard.ui.views import Page, View
from agentguard.ui.widgets import GAP, button, column, draw, empty, frame, label, row
from agentguard.ui.wording import Wording

LONG = 40  # characters that stay in one piece
PART = 16


class LeavingPage(PageFrame):
    """What is never sent, what was sent, the report itself, and what the endpoint holds."""

    page = Page.LEAVING

    def __init__(self, bridge: Bridge, theme: Theme) -> None:
        super().__init__(bridge, theme)
        self._report = label("", "strong")
        self._nothing = self.nothing()
        self._words, self._raw_card = frame("card"), frame("card")
        self._lines = QGridLayout()
        self._lines.setHorizontalSpacing(3 * GAP)
        self._lines.setVerticalSpacing(GAP)
        self._lines.setColumnStretch(0, 3)
        self._lines.setColumnStretch(1, 2)
        self._told: tuple[Line, ...] = ()
        self._raw = QPlainTextEdit()
        self._build()

    def show_view(self, view: View) -> None:
        """Say when the last report left; the report follows when one is received."""
        self._report.setText(view.header.report)
        self.opened()

    def opened(self) -> None:
        """Show the last report."""
        report = self.bridge.desk.last_report()
        handed = self.bridge.snapshot.shift.handed is not None
        self._nothing.setVisible(not report and not handed)
        self._before.setVisible(not report and handed)
        self._words.setVisible(bool(report))
        self._raw_card.setVisible(bool(report))
        lines = explain(report, self._wording()).lines
        if report == self._raw.toPlainText() and lines == self._told:
            return
        self._told = lines  # of the same report a time of today becomes one of yesterday
        self._raw.setPlainText(report)
        empty(self._lines)
        for number, line in enumerate(lines):
            self._lines.addWidget(label(line.meaning, "muted"), number, 0)
            self._lines.addWidget(label(_breakable(line.value), "strong"), number, 1)

    def _build(self) -> None:
        self.body.addWidget(self._report)
        self.body.addWidget(self._never())
        self.body.addWidget(self._nothing)
        self._before = label(self.texts.say("ui.shift.report-before"))
        self.body.addWidget(self._before)
        inside = column(self._words, margin=3 * GAP, gap=2 * GAP)
        inside.addWidget(label(self.texts.say("ui.leaving.words"), "heading"))
        inside.addLayout(self._lines)
        self.body.addWidget(self._words)
        exact = column(self._raw_card, margin=3 * GAP, gap=2 * GAP)
        head = row()
        head.addWidget(label(self.texts.say("ui.leaving.raw"), "heading"), 1)
        head.addWidget(button(self.texts.say("ui.leaving.copy"), self._copy))
        exact.addLayout(head)
        self._raw.setReadOnly(True)
        self._raw.setTabChangesFocus(True)
        self._raw.setProperty("look", "code")
        self._raw.setAccessibleName(self.texts.say("ui.leaving.raw"))
        self._raw.setMinimumHeight(40 * GAP)
        exact.addWidget(self._raw)
        self.body.addWidget(self._raw_card)
        self.body.addWidget(HeldCard(self.bridge))

    def _never(self) -> QFrame:
        card = frame("card")
        inside = column(card, margin=3 * GAP, gap=GAP)
        inside.addWidget(label(self.texts.say("ui.leaving.never"), "heading"))
        for text in explain("", self._wording()).never:
            line = row(gap=GAP)
            mark = label(wrap=False)
            draw(mark, "state-not_applicable", 16, self.theme.tones.good)
            line.addWidget(mark)
            line.addWidget(label(text), 1)
            inside.addLayout(line)
        return card

    def _wording(self) -> Wording:
        return Wording(self.texts, self.bridge.snapshot.at)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._raw.toPlainText())


def _breakable(value: str) -> str:
    """Let a long fingerprint break into lines."""
    if len(value) <= LONG:
        return value
    return " ".join(value[i : i + PART] for i in range(0, len(value), PART))


class HeldCard(QFrame):
    """A button, then a line for each class of records; nothing is asked before it is pressed."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self._bridge = bridge
        self._texts = bridge.texts
        self._whole = ""
        self._said = label("", "strong")
        self._said.hide()
        self._as_of = label("", "muted")
        self._as_of.hide()
        self._ask = button(self._texts.say("ui.held.ask"), self._asks)
        self._copy = button(self._texts.say("ui.held.copy"), self._copies)
        self._copy.hide()
        self._lines = QGridLayout()
        self._lines.setHorizontalSpacing(3 * GAP)
        self._lines.setVerticalSpacing(GAP)
        self._lines.setColumnStretch(1, 1)
        self._build()

    def _build(self) -> None:
        inside = column(self, margin=3 * GAP, gap=2 * GAP)
        inside.addWidget(label(self._texts.say("ui.held.heading"), "heading"))
        inside.addWidget(label(self._texts.say("ui.held.lead"), "muted"))
        inside.addWidget(self._said)
        inside.addLayout(self._lines)
        inside.addWidget(self._as_of)
        acts = row()
        acts.addWidget(self._ask)
        acts.addWidget(self._copy)
        acts.addStretch(1)
        inside.addLayout(acts)

    def _asks(self) -> None:
        self._ask.setEnabled(False)
        tell(self._said, self._texts.say("ui.held.asking"))
        self._bridge.later(self._bridge.desk.held, self._came, self._failed)

    def _came(self, held: HeldThere) -> None:
        self._ask.setEnabled(True)
        self._ask.setText(self._texts.say("ui.held.again"))
        tell(self._said, "")
        empty(self._lines)
        for place, one in enumerate(held.classes):
            self._line(place, one)
        at = held.at[:16].replace("T", " ")
        said = self._texts.say("ui.held.as-of", at=at, host=held.host, count=held.each)
        self._as_of.setText(said)
        self._as_of.show()
        self._whole = held.whole
        self._copy.show()

    def _line(self, place: int, one: HeldClass) -> None:
        many = label(str(one.many), "strong", wrap=False)
        self._lines.addWidget(many, place, 0, Qt.AlignmentFlag.AlignRight)
        what = self._texts.say(one.words) if self._texts.has(one.words) else one.name
        self._lines.addWidget(label(what), place, 1)
        self._lines.addWidget(label(one.days, "muted", wrap=False), place, 2)

    def _failed(self, why: str) -> None:
        self._ask.setEnabled(True)
        tell(self._said, why, "wrong")

    def _copies(self) -> None:
        QGuiApplication.clipboard().setText(self._whole)
        tell(self._said, self._texts.say("ui.held.copied"), "right")
