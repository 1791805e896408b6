"""The lessons speak the language of the windows: the page, the offer and what is overdue."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QListWidget

from agentguard.base import languages, lesson_translations, lessons, translations
from agentguard.model.messages import say
from agentguard.ui.lesson_card import LessonCard
from agentguard.ui.prompts import Prompts
from agentguard.ui.views import Page
from tests.ui.test_prompts import press
from tests.ui.test_window import opened
from tools.gallery import data

ENGLISH = {one.id: one for one in lessons.load()}


@pytest.fixture(params=languages.SPOKEN[1:])
def language(request: pytest.FixtureRequest) -> str:
    return request.param


def test_the_page_of_the_lessons_is_in_the_language(rig, language: str) -> None:
    one = rig(data.attention())
    one.bridge.speak(translations.load(language))
    page = opened(one, Page.LESSONS)
    (shown,) = page.findChildren(QListWidget)
    rows = [shown.item(n).text() for n in range(shown.count())]
    first, *_ = (x for x in ENGLISH.values() if _titled(x, language) in rows[0])
    said = lesson_translations.spoken(first, language)
    for lesson in ENGLISH.values():
        assert any(_titled(lesson, language) in row for row in rows)
        assert not any(lesson.title in row for row in rows)
    assert said.cards[0].title in one.said(page)
    assert first.cards[0].title not in one.said(page)


def _titled(lesson, language: str) -> str:
    return lesson_translations.spoken(lesson, language).title


def test_a_lesson_is_offered_and_begun_in_the_language(rig, qtbot, language: str) -> None:
    english = ENGLISH["card-data"]
    body = say("prompt.lesson-offer-tomorrow", title=english.title)
    prompt = replace(data.LESSON, check="training", title=say("prompt.lesson-offer-title"))
    one = rig(data.prompting(data.act(), replace(prompt, body=body, topic="card-data")))
    one.bridge.speak(translations.load(language))
    prompts = Prompts(one.bridge, one.theme)
    title = _titled(english, language)
    assert title in one.said(prompts.corner)
    assert english.title not in one.said(prompts.corner)
    press(qtbot, prompts.corner, one.bridge.texts.say("attention.start"))
    assert isinstance(prompts.corner, LessonCard)
    assert prompts.corner.windowTitle() == title
    assert one.desk.answers == [(prompt.id, "ok")]
    prompts.close()


def test_what_is_overdue_is_named_in_the_language(rig, language: str) -> None:
    english = ENGLISH["clipboard"].title
    found = say("training.overdue", count=1, lessons=english, lesson="clipboard")
    late = replace(data.LESSON_DUE, message=found)
    one = rig(replace(data.attention(), findings=(late,)))
    one.bridge.speak(translations.load(language))
    (card,) = one.bridge.view.findings
    assert _titled(ENGLISH["clipboard"], language) in card.wrong
    assert english not in card.wrong
