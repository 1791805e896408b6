"""A lesson to read and its question to answer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QPushButton,
    QSizePolicy,
    QTextBrowser,
    QWidget,
)

from agentguard.base.translations import Texts
from agentguard.model.lessons import Lesson
from agentguard.ui.choice_button import Choice
from agentguard.ui.pages.base import tell
from agentguard.ui.widgets import GAP, button, column, label, row


class LessonForm(QWidget):
    """A lesson; `answer(lesson, choice)` tells whether a choice is right."""

    def __init__(
        self,
        lesson: Lesson,
        texts: Texts,
        answer: Callable[[str, int], bool],
        done: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self._lesson, self._texts, self._answer = lesson, texts, answer
        self._done = done
        self._choices = QButtonGroup(self)
        self._result = label()
        self._result.hide()
        self._button = button(texts.say("ui.lessons.answer"), self._pressed, main=True)
        inside = column(self, gap=GAP)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        inside.addWidget(label(lesson.title, "heading"))
        inside.addWidget(self._text())
        inside.addWidget(label(lesson.question, "strong"))
        for number, words in enumerate(lesson.choices):
            choice = Choice(words)
            self._choices.addButton(choice.button, number)
            inside.addWidget(choice)
        self._foot = row(gap=2 * GAP)
        self._foot.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)
        self._foot.addWidget(self._result, 1)
        self._foot.addStretch(0)
        inside.addLayout(self._foot)

    def add_button(self, other: QPushButton) -> None:
        """Put another button beside the one that answers."""
        self._foot.insertWidget(1, other, 0, Qt.AlignmentFlag.AlignLeft)

    def _text(self) -> QTextBrowser:
        text = QTextBrowser()
        text.setProperty("look", "lesson")
        text.setAccessibleName(self._lesson.title)
        text.setOpenLinks(False)
        text.document().setDocumentMargin(2)
        text.setMarkdown(self._lesson.body)
        text.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        text.document().documentLayout().documentSizeChanged.connect(
            lambda size: text.setFixedHeight(int(size.height()) + GAP)
        )
        return text

    def _pressed(self) -> None:
        choice = self._choices.checkedId()
        if choice < 0:
            tell(self._result, self._texts.say("ui.lessons.choose"), "wrong")
            return
        right = self._answer(self._lesson.id, choice)
        word = "right" if right else "wrong"
        tell(self._result, self._texts.say(f"ui.lessons.{word}"), word)
        if right:
            self._close()

    def _close(self) -> None:
        for each in self._choices.buttons():
            each.setEnabled(False)
        if self._done is None:
            self._button.hide()
            return
        self._button.setText(self._texts.say("ui.prompt.done"))
        self._button.setAccessibleName(self._button.text())
        self._button.clicked.disconnect()
        self._button.clicked.connect(self._done)
