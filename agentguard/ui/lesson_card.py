"""The card with a short lesson that the person began: it is there until it is put away."""

from __future__ import annotations

from collections.abc import Callable

from agentguard.base.translations import Texts
from agentguard.model.lessons import Lesson
from agentguard.ports.people import Desk
from agentguard.ui.corner_card import CornerCard
from agentguard.ui.lesson_form import LessonForm
from agentguard.ui.widgets import GAP, button

WIDTH = 64 * GAP


class LessonCard(CornerCard):
    """A lesson; `done` is called once it is done, or when it is put away."""

    def __init__(self, lesson: Lesson, texts: Texts, desk: Desk, done: Callable[[], None]) -> None:
        super().__init__(WIDTH)
        self.setWindowTitle(lesson.title)
        self.setAccessibleName(lesson.title)
        form = LessonForm(lesson, texts, desk.finish_lesson, done)
        form.add_button(button(texts.say("attention.not-now"), done))
        self.inside.addWidget(form)
