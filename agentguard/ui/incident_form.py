"""The three questions of a report, and a few words."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QPlainTextEdit, QVBoxLayout, QWidget

from agentguard.base.translations import Texts
from agentguard.model.incidents import Answers, Ongoing, Where
from agentguard.ui.choice_button import Choice
from agentguard.ui.pages.base import tell
from agentguard.ui.present import choices
from agentguard.ui.widgets import GAP, button, column, label, row

NOTE_LIMIT = 2000  # characters


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
