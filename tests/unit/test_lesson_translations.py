"""A lesson in another language: whole or not at all, and its titles in what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.base import lesson_translations, lessons, paths
from agentguard.model.lessons import Lesson
from agentguard.model.messages import say
from tests.unit.test_lessons import GOOD

SAID = """version = 2
title = "Un título"
acknowledge = "Lo hago."
[[card]]
title = "La primera"
text = '''
Un **párrafo**.

- Un punto.
'''
[[card]]
title = "La segunda"
text = "Palabras."
[[question]]
ask = "¿Cuál?"
choices = [
  { text = "Esta.", why = "No lo es." },
  { text = "Esa.", why = "Lo es." },
]
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the translation of the one lesson of a program of its own."""
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    folder = tmp_path / "lessons" / "es"
    folder.mkdir(parents=True)
    (tmp_path / "lessons" / "an-id.md").write_text(GOOD, encoding="utf-8")
    caches = (lessons.load, lesson_translations.translation)
    for one in caches:
        one.cache_clear()
    yield folder / "an-id.toml"
    for one in caches:
        one.cache_clear()


def english() -> Lesson:
    (lesson,) = lessons.load()
    return lesson


def test_the_words_are_translated_and_all_else_stays(file: Path) -> None:
    file.write_text(SAID, encoding="utf-8")
    lesson = english()
    said = lesson_translations.spoken(lesson, "es")
    assert (said.title, said.acknowledge) == ("Un título", "Lo hago.")
    assert said.cards[0].text == "Un **párrafo**.\n\n- Un punto."
    assert [one.picture for one in said.cards] == [one.picture for one in lesson.cards]
    assert [one.right for one in said.questions] == [one.right for one in lesson.questions]
    assert [one.why for one in said.questions[0].choices] == ["No lo es.", "Lo es."]
    assert (said.id, said.version, said.measure) == (lesson.id, lesson.version, lesson.measure)
    assert lesson_translations.spoken(lesson, "en") is lesson


WRONG = [
    ("version = 2", "version = 1"),
    ("version = 2", 'version = "2"'),
    ("version = 2", ""),
    ('title = "Un título"', ""),
    ('title = "Un título"', 'title = " "'),
    ('acknowledge = "Lo hago."', "acknowledge = 1"),
    ('[[card]]\ntitle = "La segunda"\ntext = "Palabras."\n', ""),
    ('text = "Palabras."', ""),
    ("[[question]]", "[question]"),
    ('  { text = "Esta.", why = "No lo es." },\n', ""),
    ('{ text = "Esta.", why = "No lo es." }', "1"),
    ('why = "Lo es."', 'wy = "Lo es."'),
    ('ask = "¿Cuál?"', "ask = "),
]


@pytest.mark.parametrize(("before", "after"), WRONG)
def test_one_of_another_version_or_shape_is_shown_in_english(
    file: Path, before: str, after: str
) -> None:
    assert before in SAID
    file.write_text(SAID.replace(before, after, 1), encoding="utf-8")
    assert lesson_translations.spoken(english(), "es") == english()


def test_one_that_is_missing_or_no_text_is_shown_in_english(file: Path) -> None:
    assert lesson_translations.spoken(english(), "es") == english()
    lesson_translations.translation.cache_clear()
    file.write_bytes(SAID.encode("utf-16"))
    assert lesson_translations.spoken(english(), "es") == english()


def test_a_lesson_of_the_site_stays_as_the_site_wrote_it(file: Path) -> None:
    file.write_text(SAID, encoding="utf-8")
    own = lessons.parse("x", GOOD.replace('"I do it."', '"I do it here."'))
    assert lesson_translations.spoken(own, "es") is own


def test_what_is_said_of_lessons_has_their_titles_in_the_language(file: Path) -> None:
    file.write_text(SAID, encoding="utf-8")
    late = say("training.overdue", count=2, lessons="A title, Another", lesson="an-id")
    told = lesson_translations.titled(late, "es")
    assert told.params == {"count": 2, "lessons": "Un título, Another", "lesson": "an-id"}
    offer = say("prompt.lesson-offer-today", title="A title")
    assert lesson_translations.titled(offer, "es").params["title"] == "Un título"
    assert lesson_translations.titled(offer, "en") is offer
    other = say("clipboard.found", path="A title")
    assert lesson_translations.titled(other, "es") is other
