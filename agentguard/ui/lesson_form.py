"""A lesson: its cards one by one at the reader's own pace, its questions, and its promise."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from agentguard.base.translations import Texts
from agentguard.model.lessons import Card, Lesson, Question
from agentguard.ui.lesson_question import QuestionForm
from agentguard.ui.lesson_step import CardStep, PromiseStep
from agentguard.ui.widgets import GAP, button, column, empty, label, row


class LessonForm(QWidget):
    """Reads like a small book: back and next, a question only once its cards were seen.

    `finish(lesson)` takes it as done; `done` is then asked for what follows, as to close a window.
    Which answers were tried stays in here.
    """

    def __init__(
        self,
        lesson: Lesson,
        texts: Texts,
        finish: Callable[[str], None],
        done: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self._lesson, self._texts, self._finish, self._done = lesson, texts, finish, done
        self._steps: tuple[Card | Question | None, ...] = (*lesson.cards, *lesson.questions, None)
        self._place = 0
        self._solved: set[int] = set()
        self._asking: QuestionForm | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        inside = column(self, gap=GAP)
        head = row(gap=2 * GAP)
        head.addWidget(label(lesson.title, "heading"), 1)
        self._where = label("", "small", wrap=False)
        head.addWidget(self._where, 0, Qt.AlignmentFlag.AlignBottom)
        inside.addLayout(head)
        room = QWidget()  # before the buttons, in the order in which Tab goes on
        self._room: QVBoxLayout = column(room, gap=GAP)
        inside.addWidget(room)
        self._back = button(texts.say("ui.lessons.back"), self._go_back)
        self._next = button(texts.say("ui.lessons.next"), self._go_on, main=True)
        self._foot = row(gap=2 * GAP)
        self._foot.addWidget(self._next, 0, Qt.AlignmentFlag.AlignLeft)
        self._foot.addWidget(self._back, 0, Qt.AlignmentFlag.AlignLeft)
        self._foot.addStretch(1)
        inside.addLayout(self._foot)
        self._show()

    @property
    def place(self) -> int:
        """Which step is shown, from 0."""
        return self._place

    def add_button(self, other: QPushButton) -> None:
        """Put another button beside those that turn the pages."""
        self._foot.insertWidget(2, other, 0, Qt.AlignmentFlag.AlignLeft)

    def _show(self) -> None:
        empty(self._room)
        step = self._steps[self._place]
        place, count = self._place + 1, len(self._steps)
        self._where.setText(self._texts.say("ui.lessons.step", place=place, count=count))
        said = self._step(step)
        self._next.setAccessibleDescription(said)
        self.setAccessibleName(f"{self._lesson.title}. {self._where.text()}. {said}")
        self._back.setVisible(self._place > 0)

    def _step(self, step: Card | Question | None) -> str:
        """Show a step; return what it says, for who listens to the button."""
        if isinstance(step, Card):
            self._put(CardStep(step, self._texts))
            self._name("next")
            self._next.setVisible(True)
            return f"{step.title}. {step.text}"
        if isinstance(step, Question):
            form = QuestionForm(step, self._texts, self._answered)
            self._put(form)
            self._name("next")
            solved = self._place in self._solved
            if solved:
                form.show_right()
            self._asking = None if solved else form
            self._next.setVisible(solved)
            return step.ask
        self._put(PromiseStep(self._lesson.acknowledge, self._texts))
        self._name("acknowledge")
        self._next.setVisible(True)
        return self._lesson.acknowledge

    def _put(self, widget: QWidget) -> None:
        """Show something at once, so that the keyboard goes on in it without a pause."""
        self._room.addWidget(widget)
        widget.show()

    def _name(self, word: str) -> None:
        text = self._texts.say(f"ui.lessons.{word}")
        self._next.setText(text)
        self._next.setAccessibleName(text)

    def _answered(self) -> None:
        self._solved.add(self._place)
        self._next.setVisible(True)
        self._next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _turn(self, by: int) -> None:
        """Show another step, with the focus on its question or on what goes on."""
        self._place += by
        self._asking = None
        self._show()
        if self._asking is not None:
            self._asking.begin()
        else:
            self._next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_back(self) -> None:
        self._turn(-1)

    def _go_on(self) -> None:
        if self._place + 1 < len(self._steps):
            self._turn(1)
            return
        self._finish(self._lesson.id)
        empty(self._room)
        self._put(label(self._texts.say("ui.lessons.finished"), "right"))
        self._back.hide()
        self._where.hide()
        self._next.clicked.disconnect()
        if self._done is None:
            self._next.hide()
            return
        end = self._done
        self._next.setText(self._texts.say("ui.prompt.done"))
        self._next.setAccessibleName(self._next.text())
        self._next.setAccessibleDescription(self._texts.say("ui.lessons.finished"))
        self._next.clicked.connect(lambda *_: end())
