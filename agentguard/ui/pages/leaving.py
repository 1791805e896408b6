"""The page that shows what leaves this computer, in plain words and word for word."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QPlainTextEdit

from agentguard.ui.bridge import Bridge
from agentguard.ui.held_card import HeldCard
from agentguard.ui.pages.base import PageFrame
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
