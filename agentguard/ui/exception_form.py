"""What is asked of somebody who wants an exception: from what, until when, why, what instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QPlainTextEdit, QVBoxLayout, QWidget

from agentguard.base.translations import Texts
from agentguard.model.exceptions import LEAST_REASON
from agentguard.ui.choice_button import Choice
from agentguard.ui.pages.base import tell
from agentguard.ui.views import EndView, ExceptableView
from agentguard.ui.widgets import GAP, button, column, empty, label, row

CHOOSE = "choose"
LONGEST = 1000  # signs of a reason
Ends = Callable[[int], list[EndView]]


class ExceptionForm(QFrame):
    """The questions; `ends` gives the ends for so many hours, `done` takes the filled form.

    `done` says whether the request was taken.
    """

    def __init__(self, texts: Texts, ends: Ends, done: Callable[[Mapping[str, str]], bool]) -> None:
        super().__init__()
        self._texts, self._ends, self._done = texts, ends, done
        self.setProperty("look", "card")
        self._exceptable: tuple[ExceptableView, ...] = ()
        self._offered: list[EndView] = []
        self._controls, self._untils = QButtonGroup(self), QButtonGroup(self)
        self._which, self._when = QWidget(), QWidget()
        self._which.setAccessibleName(texts.say("exception-ask.which"))
        self._when.setAccessibleName(texts.say("exception-ask.until"))
        self._unguarded, self._bound = label("", "strong"), label("", "muted")
        self._second = label("", "muted")
        self._reason = self._words("exception-ask.reason")
        self._instead = self._words("exception-ask.instead")
        self._status = label("", "strong")
        self._status.hide()
        self._lay_out(column(self, margin=3 * GAP, gap=GAP))
        self._controls.idClicked.connect(lambda *_: self._choose())
        self._untils.idClicked.connect(lambda *_: self._tell_who())

    def offer(self, exceptable: tuple[ExceptableView, ...], control: str = "") -> None:
        """Offer these controls, and have one of them chosen; what was typed stays."""
        chosen = control or self._control()
        self._exceptable = exceptable
        told = [(one.title, f"{one.unguarded} {one.bound}") for one in exceptable]
        _refill(self._which, self._controls, told)
        place = next((n for n, one in enumerate(exceptable) if one.control == chosen), -1)
        if place < 0 and len(exceptable) == 1:
            place = 0
        if place >= 0:
            self._controls.button(place).setChecked(True)
        self._choose()

    def forget(self) -> None:
        """Forget what was typed, and what was said of it."""
        self._reason.clear()
        self._instead.clear()
        tell(self._status, "")

    def begin(self) -> None:
        """Have the first question in front that is not answered."""
        first = self._untils if self._controls.checkedId() >= 0 else self._controls
        asked = first.button(max(first.checkedId(), 0))
        if asked is not None:
            asked.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self, inside: QVBoxLayout) -> None:
        say = self._texts.say
        inside.addWidget(label(say("exception-ask.which"), "heading"))
        inside.addWidget(self._which)
        inside.addWidget(self._unguarded)
        inside.addSpacing(GAP)
        inside.addWidget(label(say("exception-ask.until"), "heading"))
        inside.addWidget(self._when)
        inside.addWidget(self._bound)
        inside.addWidget(self._second)
        for field, id_ in ((self._reason, "reason"), (self._instead, "instead")):
            heading = label(say(f"exception-ask.{id_}"), "heading")
            heading.setBuddy(field)
            inside.addSpacing(GAP)
            inside.addWidget(heading)
            inside.addWidget(field)
        foot = row(gap=2 * GAP)
        asks = button(say("exception-ask.ask"), self._ask, main=True)
        foot.addWidget(asks, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        foot.addWidget(self._status, 1)
        inside.addLayout(foot)

    def _words(self, name: str) -> QPlainTextEdit:
        field = QPlainTextEdit()
        field.setAccessibleName(self._texts.say(name))
        field.setTabChangesFocus(True)
        field.setFixedHeight(9 * GAP)
        return field

    def _control(self) -> str:
        place = self._controls.checkedId()
        return self._exceptable[place].control if 0 <= place < len(self._exceptable) else ""

    def _choose(self) -> None:
        """Say what is unguarded, and offer the ends that the policy allows for this control."""
        one = next((x for x in self._exceptable if x.control == self._control()), None)
        for line, text in (
            (self._unguarded, one.unguarded if one is not None else ""),
            (self._bound, one.bound if one is not None else ""),
        ):
            line.setText(text)
            line.setVisible(bool(text))
        before = self._offered[self._untils.checkedId()].wall if self._until() else 0.0
        self._offered = self._ends(one.hours) if one is not None else []
        told = [
            (each.words, self._texts.say(f"exception-ask.{_who(each)}")) for each in self._offered
        ]
        _refill(self._when, self._untils, told)
        for place, each in enumerate(self._offered):
            if each.wall == before:
                self._untils.button(place).setChecked(True)
        self._tell_who()

    def _until(self) -> EndView | None:
        place = self._untils.checkedId()
        return self._offered[place] if 0 <= place < len(self._offered) else None

    def _tell_who(self) -> None:
        form = _who(self._until()) if self._control() else CHOOSE
        self._second.setText(self._texts.say(f"exception-ask.{form}"))

    def _ask(self) -> None:
        problem, end = self._problem(), self._until()
        if problem or end is None:
            tell(self._status, problem, "wrong")
            return
        form = {
            "control": self._control(),
            "until": str(round(end.wall)),
            "reason": self._reason.toPlainText().strip(),
            "instead": self._instead.toPlainText().strip(),
        }
        if self._done(form):
            self.forget()
            tell(self._status, self._texts.say("exception-ask.asked"))
        else:
            tell(self._status, self._texts.say("exception-ask.not-allowed"), "wrong")
            self._choose()

    def _problem(self) -> str:
        """Return what is missing, and have its question in front."""
        say = self._texts.say
        reason, instead = (one.toPlainText().strip() for one in (self._reason, self._instead))
        if not self._control() or self._until() is None:
            self.begin()
            return say("exception-ask.choose-until" if self._control() else "exception-ask.choose")
        problem, field = "", self._reason
        if len(reason) < LEAST_REASON:
            problem = say("exception-ask.short", least=LEAST_REASON)
        elif not instead:
            problem, field = say("exception-ask.say-instead"), self._instead
        elif max(len(reason), len(instead)) > LONGEST:
            field = self._reason if len(reason) > LONGEST else self._instead
            problem = say("exception-ask.long", limit=LONGEST)
        if problem:
            field.setFocus()
        return problem


def _who(end: EndView | None) -> str:
    """Return who has to approve it: the last part of the sentence's id."""
    return "second" if end is not None and end.long else "office"


def _refill(place: QWidget, group: QButtonGroup, answers: list[tuple[str, str]]) -> None:
    """Make the round buttons of a question anew, each with what a reader tells of it as well."""
    here = next((n for n, old in enumerate(group.buttons()) if old.hasFocus()), -1)
    for old in group.buttons():
        group.removeButton(old)
    lines = place.layout() or column(place, gap=0)
    empty(lines)
    for number, (words, told) in enumerate(answers):
        choice = Choice(words)
        choice.button.setAccessibleDescription(told)
        group.addButton(choice.button, number)
        lines.addWidget(choice)
        if number == here:
            choice.show()  # what nobody sees takes no focus
            choice.button.setFocus(Qt.FocusReason.OtherFocusReason)
