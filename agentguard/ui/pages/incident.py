"""The page to report an incident."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QPlainTextEdit

from agentguard.model.incidents import IncidentCategory
from agentguard.ui.bridge import Bridge
from agentguard.ui.choice_button import Choice
from agentguard.ui.pages.base import PageFrame, tell
from agentguard.ui.present import choices
from agentguard.ui.theme import Theme
from agentguard.ui.views import Page, View
from agentguard.ui.widgets import GAP, button, column, draw, frame, label, row

NOTE_LIMIT = 2000  # characters


class IncidentPage(PageFrame):
    """What happened, a few words, and whom to call if it is urgent."""

    page = Page.INCIDENT

    def __init__(self, bridge: Bridge, theme: Theme) -> None:
        super().__init__(bridge, theme)
        self._contact = label("", "strong")
        self._phone = label(wrap=False)
        self._categories = QButtonGroup(self)
        self._kinds = tuple(choices(self.texts))
        self._note = QPlainTextEdit()
        self._note.setPlaceholderText(self.texts.say("ui.incident.note-hint"))
        self._note.setAccessibleName(self.texts.say("ui.incident.note"))
        self._note.setTabChangesFocus(True)
        self._note.setFixedHeight(11 * GAP)
        self._status = self.status()
        self._call_card()
        self._form_card()

    def show_view(self, view: View) -> None:
        """Say whom to call."""
        self._contact.setText(view.contact.line)

    def repaint_icons(self) -> None:
        """Draw the sign again."""
        draw(self._phone, "incident", 20, self.theme.tones.accent)

    def _call_card(self) -> None:
        card = frame("card")
        line = row(card, gap=2 * GAP)
        line.setContentsMargins(3 * GAP, 2 * GAP, 3 * GAP, 2 * GAP)
        self.repaint_icons()
        line.addWidget(self._phone)
        line.addWidget(label(self.texts.say("ui.incident.call"), "muted", wrap=False))
        line.addWidget(self._contact, 1)
        self.body.addWidget(card)

    def _form_card(self) -> None:
        card = frame("card")
        inside = column(card, margin=3 * GAP, gap=GAP)
        inside.addWidget(label(self.texts.say("ui.incident.category"), "heading"))
        for number, kind in enumerate(self._kinds):
            choice = Choice(kind.title, kind.example)
            self._categories.addButton(choice.button, number)
            inside.addWidget(choice)
        heading = label(self.texts.say("ui.incident.note"), "heading")
        heading.setBuddy(self._note)
        inside.addSpacing(GAP)
        inside.addWidget(heading)
        inside.addWidget(self._note)
        foot = row(gap=2 * GAP)
        foot.addWidget(
            button(self.texts.say("ui.incident.send"), self._send, main=True),
            0,
            Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft,
        )
        foot.addWidget(self._status, 1)
        inside.addLayout(foot)
        self.body.addWidget(card)

    def _send(self) -> None:
        chosen, note = self._categories.checkedId(), self._note.toPlainText().strip()
        problem = self._problem(chosen, note)
        if problem:
            tell(self._status, problem, "wrong")
            return
        self.bridge.desk.report_incident(self._category(chosen), note)
        self._clear()
        sent = self.texts.say("ui.incident.sent", contact=self._contact.text())
        tell(self._status, sent, "right")

    def _category(self, chosen: int) -> IncidentCategory:
        return self._kinds[chosen].category

    def _problem(self, chosen: int, note: str) -> str:
        if chosen < 0:
            return self.texts.say("ui.incident.choose")
        if not note:
            self._note.setFocus()
            return self.texts.say("ui.incident.write")
        if len(note) > NOTE_LIMIT:
            return self.texts.say("ui.incident.too-long", limit=NOTE_LIMIT)
        return ""

    def _clear(self) -> None:
        self._note.clear()
        self._categories.setExclusive(False)
        for choice in self._categories.buttons():
            choice.setChecked(False)
        self._categories.setExclusive(True)
