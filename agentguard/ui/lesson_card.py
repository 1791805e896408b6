"""The prompt with a short lesson at the moment when it helps."""

from __future__ import annotations

from collections.abc import Callable

from agentguard.base.translations import Texts
from agentguard.model.lessons import Lesson
from agentguard.model.prompts import Prompt
from agentguard.ports.people import Desk
from agentguard.ui.corner_card import CornerCard
from agentguard.ui.lesson_form import LessonForm
from agentguard.ui.notice_card import LATER, OK
from agentguard.ui.widgets import GAP, button, label

WIDTH = 64 * GAP


class LessonCard(CornerCard):
    """A lesson; it is answered with `ok` after the right choice, or put off with `later`."""

    def __init__(self, prompt: Prompt, lesson: Lesson, texts: Texts, desk: Desk) -> None:
        super().__init__(WIDTH)
        answer: Callable[[str], None] = lambda pressed: desk.answer(prompt.id, pressed)  # noqa: E731 - bound once
        title = texts.render(prompt.title)
        self.setWindowTitle(title)
        self.setAccessibleName(f"{title}. {texts.render(prompt.body)}")
        self.inside.addWidget(label(title, "small"))
        self.inside.addWidget(label(texts.render(prompt.body), "muted"))
        form = LessonForm(lesson, texts, desk.answer_lesson, lambda: answer(OK))
        later = button(texts.say("ui.prompt.later"), lambda: answer(LATER))
        form.add_button(later)
        self.inside.addWidget(form)
