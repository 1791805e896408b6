"""The question of a lesson: whichever answer is chosen, it says why it is right or is not."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QWidget

from agentguard.base.translations import Texts
from agentguard.model.lessons import Question
from agentguard.ui.choice_button import Choice
from agentguard.ui.pages.base import tell
from agentguard.ui.widgets import GAP, button, column, label


class QuestionForm(QWidget):
    """Asks until the right answer is found; `solved` is told then. Tries are not counted."""

    def __init__(self, question: Question, texts: Texts, solved: Callable[[], None]) -> None:
        super().__init__()
        self._question, self._texts, self._solved = question, texts, solved
        inside = column(self, gap=GAP)
        inside.addWidget(label(texts.say("ui.lessons.question"), "small"))
        inside.addWidget(label(question.ask, "strong"))
        self.setAccessibleName(question.ask)
        self._choices = QButtonGroup(self)
        for number, choice in enumerate(question.choices):
            made = Choice(choice.text)
            self._choices.addButton(made.button, number)
            inside.addWidget(made)
        self._result = label()
        self._result.hide()
        self._again = label(texts.say("ui.lessons.again"), "muted")
        self._again.hide()
        self._check = button(texts.say("ui.lessons.answer"), self._pressed, main=True)
        inside.addWidget(self._result)
        inside.addWidget(self._again)
        inside.addWidget(self._check, 0, Qt.AlignmentFlag.AlignLeft)

    def begin(self) -> None:
        """Have the first answer in front, or the one that was chosen."""
        chosen = max(self._choices.checkedId(), 0)
        self._choices.button(chosen).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_right(self) -> None:
        """Show the right answer with its why, for who comes back to it."""
        right = self._question.right
        self._choices.button(right).setChecked(True)
        self._say("right", self._question.choices[right].why)
        for each in self._choices.buttons():
            each.setEnabled(False)
        self._check.hide()
        self._again.hide()

    def _pressed(self) -> None:
        number = self._choices.checkedId()
        if number < 0:
            tell(self._result, self._texts.say("ui.lessons.choose"), "wrong")
        elif number == self._question.right:
            self.show_right()
            self._solved()
        else:
            self._say("wrong", self._question.choices[number].why)
            self._again.show()

    def _say(self, word: str, why: str) -> None:
        tell(self._result, self._texts.say(f"ui.lessons.{word}", why=why), word)
        self._result.setAccessibleName(self._result.text())
