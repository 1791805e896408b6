"""The page of the lessons."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QButtonGroup

from agentguard.model.lessons import Lesson
from agentguard.ui.bridge import Bridge
from agentguard.ui.lesson_form import LessonForm
from agentguard.ui.pages.base import PageFrame
from agentguard.ui.theme import Theme
from agentguard.ui.views import Page, View
from agentguard.ui.widgets import GAP, button, column, empty, frame, label
from agentguard.ui.wording import Wording


class LessonsPage(PageFrame):
    """A button for each lesson, and below it the lesson that was chosen."""

    page = Page.LESSONS

    def __init__(self, bridge: Bridge, theme: Theme) -> None:
        super().__init__(bridge, theme)
        self._lessons: tuple[Lesson, ...] = ()
        self._due = label("", "strong")
        self._nothing = self.nothing()
        self._chosen = QButtonGroup(self)
        self._buttons = column(gap=4)
        self._card = frame("card")
        self._inside = column(self._card, margin=3 * GAP)
        self.body.addWidget(self._due)
        self.body.addLayout(self._buttons)
        self.body.addWidget(self._nothing)
        self.body.addWidget(self._card)

    def show_view(self, view: View) -> None:
        """Say how many lessons are due."""
        words = Wording(self.texts, self.bridge.snapshot.at)
        self._due.setText(words.count("ui.lessons.due", view.lessons_due))

    def opened(self) -> None:
        """Read the lessons again when they changed."""
        lessons = self.bridge.desk.lessons()
        if lessons != self._lessons or not self._inside.count():
            self._lessons = lessons
            self._list()
        self._nothing.setVisible(not lessons)
        self._card.setVisible(bool(lessons))

    def _list(self) -> None:
        empty(self._buttons)
        for lesson in self._lessons:
            chooser = button(lesson.title, partial(self._show, lesson))
            chooser.setCheckable(True)
            chooser.setProperty("look", "door")
            self._chosen.addButton(chooser)
            self._buttons.addWidget(chooser)
        if self._lessons:
            self._chosen.buttons()[0].setChecked(True)
            self._show(self._lessons[0])

    def _show(self, lesson: Lesson) -> None:
        empty(self._inside)
        self._inside.addWidget(LessonForm(lesson, self.texts, self.bridge.desk.answer_lesson))
