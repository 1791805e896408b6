"""The page to report an incident, to respond to card data, and to see what became of it.

A report is three questions, and a few words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QButtonGroup, QFrame, QPlainTextEdit, QVBoxLayout, QWidget

from agentguard.base.translations import Texts
from agentguard.model.incidents import Answers, Draft, Ongoing, Reported, Where
from agentguard.ui.bridge import Bridge
from agentguard.ui.choice_button import Choice
from agentguard.ui.guided_cards import GuidedCards
from agentguard.ui.incident_cards import DoneReport, EarlierReports, SeenReport
from agentguard.ui.pages.base import PageFrame, tell
from agentguard.ui.present import choices
from agentguard.ui.present_incidents import (
    attached_lines,
    earlier,
    look_up,
    next_lines,
    said_lines,
)
from agentguard.ui.theme import Theme
from agentguard.ui.views import Page, View
from agentguard.ui.widgets import GAP, button, column, draw, frame, label, row
from agentguard.ui.wording import Wording

AGAIN = 2000  # milliseconds until a report that is not written down is handed in again
PATIENCE = 2  # times before the person is told that it takes long
NOTE_LIMIT = 2000  # characters


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


class IncidentForm(QFrame):
    """What happened, where, and whether it goes on; `done` is called with the answers."""

    def __init__(self, texts: Texts, done: Callable[[Answers], None]) -> None:
        super().__init__()
        self._texts, self._done = texts, done
        self.setProperty("look", "card")
        self._categories = QButtonGroup(self)
        self._wheres, self._stills = QButtonGroup(self), QButtonGroup(self)
        self._kinds = tuple(choices(texts))
        self._places = tuple(one for one in Where if one is not Where.UNSAID)
        self._goes_on = tuple(one for one in Ongoing if one is not Ongoing.UNSAID)
        self._note = QPlainTextEdit()
        self._note.setPlaceholderText(texts.say("ui.incident.note-hint"))
        self._note.setAccessibleName(texts.say("ui.incident.note"))
        self._note.setTabChangesFocus(True)
        self._note.setFixedHeight(11 * GAP)
        self._status = label("", "strong")
        self._status.hide()
        self._lay_out(column(self, margin=3 * GAP, gap=GAP))

    def forget(self) -> None:
        """Forget what was chosen and typed."""
        self._note.clear()
        tell(self._status, "")
        for group in (self._categories, self._wheres, self._stills):
            group.setExclusive(False)
            for one in group.buttons():
                one.setChecked(False)
            group.setExclusive(True)

    def begin(self) -> None:
        """Have the first question in front that is not answered."""
        for group in (self._categories, self._wheres, self._stills):
            if group.checkedId() < 0:
                group.button(0).setFocus(Qt.FocusReason.OtherFocusReason)
                return
        self._note.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self, inside: QVBoxLayout) -> None:
        texts = self._texts
        kinds = ((kind.title, kind.example) for kind in self._kinds)
        places = ((texts.say(f"ui.incident.place.{one}"), "") for one in self._places)
        stills = ((texts.say(f"ui.incident.still.{one}"), "") for one in self._goes_on)
        self._ask(inside, "ui.incident.category", self._categories, kinds)
        self._ask(inside, "ui.incident.where", self._wheres, places)
        self._ask(inside, "ui.incident.ongoing", self._stills, stills)
        heading = label(texts.say("ui.incident.note"), "heading")
        heading.setBuddy(self._note)
        inside.addWidget(heading)
        inside.addWidget(self._note)
        foot = row(gap=2 * GAP)
        onward = button(texts.say("ui.incident.next"), self._on, main=True)
        foot.addWidget(onward, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        foot.addWidget(self._status, 1)
        inside.addLayout(foot)

    def _ask(
        self,
        inside: QVBoxLayout,
        question: str,
        group: QButtonGroup,
        answers: Iterable[tuple[str, str]],
    ) -> None:
        asked, among = self._texts.say(question), QWidget()
        among.setAccessibleName(asked)
        lines = column(among, gap=GAP)
        for number, (words, example) in enumerate(answers):
            choice = Choice(words, example)
            group.addButton(choice.button, number)
            lines.addWidget(choice)
        inside.addWidget(label(asked, "heading"))
        inside.addWidget(among)
        inside.addSpacing(GAP)

    def _on(self) -> None:
        problem = self._problem()
        tell(self._status, problem, "wrong")
        if problem:
            self.begin()
        else:
            self._done(
                Answers(
                    category=self._kinds[self._categories.checkedId()].category,
                    note=self._note.toPlainText().strip(),
                    where=self._places[self._wheres.checkedId()],
                    ongoing=self._goes_on[self._stills.checkedId()],
                )
            )

    def _problem(self) -> str:
        say, note = self._texts.say, self._note.toPlainText().strip()
        asked = (
            (self._categories, "ui.incident.choose"),
            (self._wheres, "ui.incident.choose-where"),
            (self._stills, "ui.incident.choose-ongoing"),
        )
        for group, problem in asked:
            if group.checkedId() < 0:
                return say(problem)
        if not note:
            return say("ui.incident.write")
        return say("ui.incident.too-long", limit=NOTE_LIMIT) if len(note) > NOTE_LIMIT else ""
