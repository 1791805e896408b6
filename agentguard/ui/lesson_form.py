"""A lesson: its cards one by one at the reader's own pace, its questions, and its promise.

A card has its picture, in the colours of the theme that is on; whichever answer to a question is
chosen, it says why it is right or is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QButtonGroup,
    QPushButton,
    QSizePolicy,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from agentguard.base.lesson_picture import HEIGHT, WIDTH
from agentguard.base.translations import Texts
from agentguard.model.lessons import Card, Lesson, Question
from agentguard.ui import svg_shapes
from agentguard.ui.accessible import Role, is_a
from agentguard.ui.choice_button import Choice
from agentguard.ui.colours import DARK, LIGHT, Tones, prescribed
from agentguard.ui.pages.base import tell
from agentguard.ui.widgets import GAP, button, column, empty, label, row

LINES = 7  # of text that are as high as the picture
_COLOUR = re.compile(r'(fill|stroke)="(black|gray|white|blue|green|red)"')
_ROLES = {
    "black": "text",
    "gray": "muted",
    "white": "card",
    "blue": "accent",
    "green": "good",
    "red": "act",
}


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


class CardStep(QWidget):
    """A card: its picture, its title and its few words."""

    def __init__(self, card: Card, texts: Texts) -> None:
        super().__init__()
        inside = column(self, gap=GAP)
        if card.picture:
            name = texts.say("ui.lessons.picture", title=card.title)
            inside.addWidget(LessonPicture(card.picture, name), 0, Qt.AlignmentFlag.AlignLeft)
        inside.addWidget(label(card.title, "strong"))
        inside.addWidget(_words(card))


class PromiseStep(QWidget):
    """What the person says at the end, and who gets to know it."""

    def __init__(self, promise: str, texts: Texts) -> None:
        super().__init__()
        inside = column(self, gap=GAP)
        inside.addWidget(label(texts.say("ui.lessons.promise"), "small"))
        inside.addWidget(label(promise, "strong"))
        inside.addWidget(label(texts.say("ui.lessons.promise-lead"), "muted"))


def _words(card: Card) -> QTextBrowser:
    """Show a card's text: emphasis and lists; it leads nowhere and fetches nothing."""
    text = QTextBrowser()
    text.setProperty("look", "lesson")
    text.setAccessibleName(card.title)
    text.setOpenLinks(False)
    text.document().setDocumentMargin(2)
    text.setMarkdown(card.text)
    text.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    text.document().documentLayout().documentSizeChanged.connect(
        lambda size: text.setFixedHeight(int(size.height()) + GAP)
    )
    return text


def tones_of(palette: QPalette) -> Tones:
    """Return the colours that the theme has given the application."""
    ground = palette.color(QPalette.ColorRole.Window).name()
    for known in (LIGHT, DARK):
        if known.ground == ground:
            return known
    return prescribed(palette)


def themed(svg: str, tones: Tones) -> str:
    """Return a picture with the theme's colours for the names of its roles."""
    return _COLOUR.sub(lambda found: f'{found[1]}="{getattr(tones, _ROLES[found[2]])}"', svg)


class LessonPicture(QWidget):
    """Draws a picture as large as the text around it asks for; `name` is what it is called."""

    def __init__(self, svg: str, name: str) -> None:
        super().__init__()
        self._svg = svg
        self.setAccessibleName(name)
        is_a(self, Role.Graphic)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return its size: a few lines high."""
        high = LINES * self.fontMetrics().height()
        return QSize(high * WIDTH // HEIGHT, high)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it on the card's own ground."""
        del event
        painter = QPainter(self)
        scale = min(self.width() / WIDTH, self.height() / HEIGHT)
        painter.scale(scale, scale)
        svg_shapes.draw(painter, themed(self._svg, tones_of(self.palette())), svg_shapes.GROUND)
        painter.end()


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
