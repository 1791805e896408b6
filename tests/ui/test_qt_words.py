"""Qt's own words, which it would say in English: the menu of a field, in each language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QPushButton, QTextBrowser

from agentguard.base import translations
from agentguard.base.languages import SPOKEN
from agentguard.ui.speech import WORDS, QtWords, dress


@pytest.fixture(autouse=True)
def english_again(qtbot) -> Iterator[None]:
    yield
    dress(translations.load())


def menu_of(field) -> list[str]:
    """Give the words of a field's menu, without marked letters and keys."""
    menu = field.createStandardContextMenu()
    words = [one.text().partition("\t")[0].replace("&", "") for one in menu.actions()]
    menu.deleteLater()
    return [word for word in words if word]


@pytest.mark.parametrize("language", SPOKEN)
def test_row_359_the_menu_of_a_field_speaks_the_language(qtbot, language: str) -> None:
    texts = translations.load(language)
    dress(texts)
    ours = {texts.say(id_) for id_ in WORDS.values()}
    for made in (QLineEdit, QPlainTextEdit, QTextBrowser):
        field = made()
        qtbot.addWidget(field)
        said = menu_of(field)
        assert said, made
        assert set(said) <= ours, made
    assert len(QApplication.instance().findChildren(QtWords)) >= 1


def test_row_359_the_words_follow_another_choice(qtbot) -> None:
    field = QLineEdit()
    qtbot.addWidget(field)
    for language, word in (("es", "Pegar"), ("ar", "لصق"), ("en", "Paste")):
        dress(translations.load(language))
        assert word in menu_of(field)


def test_row_359_what_begins_a_line_is_on_the_side_where_the_language_begins(qtbot) -> None:
    """A style says left; Qt turns it."""
    button = QPushButton("w")
    button.setStyleSheet("background: white; color: black; border: 0; text-align: left;")
    qtbot.addWidget(button)
    button.resize(300, 40)
    for language, first in (("en", True), ("ar", False)):
        dress(translations.load(language))
        button.setLayoutDirection(
            Qt.LayoutDirection.RightToLeft if language == "ar" else Qt.LayoutDirection.LeftToRight
        )
        drawn = button.grab().toImage()
        inked = [
            x
            for x in range(drawn.width())
            for y in range(drawn.height())
            if drawn.pixelColor(x, y).lightness() < 100
        ]
        assert inked
        assert (max(inked) < drawn.width() / 2) is first
