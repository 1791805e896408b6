"""Renders what may name lessons: by their titles in the language that is spoken."""

from __future__ import annotations

from agentguard.base import lesson_translations
from agentguard.base.translations import Texts
from agentguard.model.lessons import Lesson
from agentguard.model.messages import Message


def rendered(message: Message | None, texts: Texts) -> str:
    """Return the sentence; "" for none."""
    if message is None:
        return ""
    return texts.render(lesson_translations.titled(message, texts.language))


def spoken(lessons: tuple[Lesson, ...], texts: Texts) -> tuple[Lesson, ...]:
    """Return lessons as the language of the texts says them."""
    return tuple(lesson_translations.spoken(one, texts.language) for one in lessons)
