"""The card that asks the endpoint what it holds on this computer, and shows it by class."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout

from agentguard.model.held_data import HeldClass, HeldThere
from agentguard.ui.bridge import Bridge
from agentguard.ui.pages.base import tell
from agentguard.ui.widgets import GAP, button, column, empty, label, row


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
