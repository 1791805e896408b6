"""The page to report an incident, to respond to card data, and to see what became of it."""

from __future__ import annotations

from PySide6.QtCore import QTimer

from agentguard.model.incidents import Answers, Draft, Reported
from agentguard.ui.bridge import Bridge
from agentguard.ui.guided_cards import GuidedCards
from agentguard.ui.incident_cards import DoneReport, EarlierReports, SeenReport
from agentguard.ui.incident_form import IncidentForm
from agentguard.ui.pages.base import PageFrame
from agentguard.ui.present_incidents import (
    attached_lines,
    earlier,
    look_up,
    next_lines,
    said_lines,
)
from agentguard.ui.theme import Theme
from agentguard.ui.views import Page, View
from agentguard.ui.widgets import GAP, draw, frame, label, row
from agentguard.ui.wording import Wording

AGAIN = 2000  # milliseconds until a report that is not written down is handed in again
PATIENCE = 2  # times before the person is told that it takes long


class IncidentPage(PageFrame):
    """Three questions, then all that is sent, then the number and what happens next.

    A report is handed in until a snapshot shows that it is written down; its number makes it one.
    """

    page = Page.INCIDENT

    def __init__(self, bridge: Bridge, theme: Theme) -> None:
        super().__init__(bridge, theme)
        self._contact, self._phone = label("", "strong"), label(wrap=False)
        self._line = ""
        self._draft: Draft | None = None
        self._sent = ""
        self._tries = 0
        self._again = QTimer(self)
        self._again.setInterval(AGAIN)
        self._again.timeout.connect(self._hand_in)
        self._guided = GuidedCards(bridge, theme)
        self._form = IncidentForm(self.texts, self._preview)
        self._seen = SeenReport(self.texts, self._send, self._change)
        self._done = DoneReport(self.texts, self._another)
        self._earlier = EarlierReports(self.texts, self._find)
        self._call_card()
        for part in (self._guided, self._form, self._seen, self._done, self._earlier):
            self.body.addWidget(part)
        self._show_step()

    def show_view(self, view: View) -> None:
        """Say whom to call, and how far the reports have come."""
        self._line = view.contact.line
        self._contact.setText(self._line)
        snapshot = self.bridge.snapshot
        words = Wording(self.texts, snapshot.at)
        self._earlier.show_reports(earlier(snapshot, words))
        self._guided.show_responses(snapshot)
        written = self._written()
        if written is not None:
            self._again.stop()
            self._draft = None
            self._form.forget()
            self._done.show_number(written.number, next_lines(snapshot, written, words, self._line))
            self._show_step()

    def repaint_icons(self) -> None:
        """Draw the sign again."""
        draw(self._phone, "incident", 20, self.theme.tones.accent)
        self._guided.repaint_icons()

    def opened(self) -> None:
        """Read what is done about card data anew."""
        self._guided.opened()

    def _call_card(self) -> None:
        card = frame("card")
        line = row(card, gap=2 * GAP)
        line.setContentsMargins(3 * GAP, 2 * GAP, 3 * GAP, 2 * GAP)
        draw(self._phone, "incident", 20, self.theme.tones.accent)
        line.addWidget(self._phone)
        line.addWidget(label(self.texts.say("ui.incident.call"), "muted", wrap=False))
        line.addWidget(self._contact, 1)
        self.body.addWidget(card)

    def _preview(self, answers: Answers) -> None:
        self._draft = draft = self.bridge.desk.incidents.draft(answers)
        words = Wording(self.texts, self.bridge.snapshot.at)
        self._seen.show_report(said_lines(draft, self.texts), attached_lines(draft.attached, words))
        self._show_step()

    def _change(self) -> None:
        self._draft = None
        self._show_step()
        self._form.begin()

    def _send(self) -> None:
        if self._draft is None or self._sent == self._draft.number:
            return
        self._sent, self._tries = self._draft.number, 0
        self._seen.tell(self.texts.say("ui.incident.writing"), busy=True)
        self._again.start()
        self._hand_in()

    def _hand_in(self) -> None:
        if self._draft is None:
            return
        self._tries += 1
        if self._tries > PATIENCE:
            told = self.texts.say("ui.incident.slow", contact=self._line)
            self._seen.tell(told, busy=True)
        self.bridge.desk.incidents.report(self._draft)

    def _another(self) -> None:
        self._sent = ""
        self._show_step()
        self._form.begin()

    def _find(self, typed: str) -> str:
        return look_up(self.bridge.snapshot, typed, self.texts, self._line)

    def _written(self) -> Reported | None:
        """Return the report of this page, once it is in the journal."""
        known = self.bridge.snapshot.reported
        return next((one for one in known if one.number == self._sent), None)

    def _show_step(self) -> None:
        done = self._written() is not None
        self._done.setVisible(done)
        self._seen.setVisible(not done and self._draft is not None)
        self._form.setVisible(not done and self._draft is None)
