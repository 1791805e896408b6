"""The language that the windows speak: chosen on the page About, and changed at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QApplication, QComboBox

from agentguard.base import languages, settings, translations
from agentguard.base.errors import CannotError
from agentguard.base.settings import Layers
from agentguard.base.translations import Plural, Texts
from agentguard.commands import _speech
from agentguard.ui.bridge import Bridge
from agentguard.ui.pages.about import LanguageCard
from agentguard.ui.run import Interface
from agentguard.ui.speech import Here, Speech, dress
from agentguard.ui.views import Page
from agentguard.ui.window import StatusWindow
from tools.gallery import data
from tools.gallery.desk import SimulatedDesk


def spoken(said: Texts, language: str) -> Texts:
    """Give texts in which each sentence is marked with its language."""
    marked = {id_: f"{language}: {text}" for id_, text in said.sentences.items()}
    return Texts(marked, language=language)


class Choice:
    """Who keeps the choice."""

    def __init__(self, said: Texts) -> None:
        self.wish, self.managed, self.broken, self._said = languages.SYSTEM, False, False, said

    def choose(self, wish: str) -> Texts:
        if self.broken:
            raise CannotError("The disk is full.")
        self.wish = wish
        return spoken(self._said, wish)

    def speech(self) -> Speech:
        return Speech(wanted=lambda: self.wish, choose=self.choose, fixed=lambda: self.managed)


@pytest.fixture
def choice(said: Texts) -> Iterator[Choice]:
    yield Choice(said)
    dress(said)


@pytest.fixture
def shown(qtbot, said, theme, choice) -> Iterator[Interface]:
    made = Interface(
        SimulatedDesk(data.act()), said, theme, may_quit=True, here=Here(speech=choice.speech())
    )
    made.open(Page.ABOUT)
    yield made
    made.close()


def card(shown: Interface) -> LanguageCard:
    """Give the card on the page About."""
    assert shown.window is not None
    found = shown.window.current._language
    assert found is not None
    return found


def pick(box: QComboBox, language: str) -> None:
    """Choose as a person does."""
    box.setCurrentIndex(box.findData(language))
    box.activated.emit(box.currentIndex())


def test_another_language_is_spoken_at_once(qtbot, shown: Interface, choice: Choice) -> None:
    box = card(shown).choice
    assert box.currentData() == languages.SYSTEM
    assert [box.itemData(n) for n in range(box.count())] == [
        languages.SYSTEM, *languages.SPOKEN,
    ]  # fmt: skip
    before = shown.window
    pick(box, languages.SPOKEN[-1])
    qtbot.waitUntil(lambda: shown.window is not before, timeout=5000)
    assert choice.wish == languages.SPOKEN[-1]
    assert shown.window is not None
    assert shown.window.isVisible()
    assert shown.window.windowTitle() == f"{choice.wish}: AgentGuard"
    assert card(shown).choice.currentData() == choice.wish
    menu = [one.text() for one in shown.tray.menu.actions() if one.text()]
    assert all(choice.wish in text for text in menu), menu
    assert all(choice.wish in f.title for f in shown.bridge.view.findings)


def test_a_card_in_the_corner_is_said_again(qtbot, said, theme, choice) -> None:
    desk = SimulatedDesk(data.prompting(data.act(), data.NOTICE))
    made = Interface(desk, said, theme, may_quit=True)
    try:
        before = made.prompts.corner
        assert before is not None
        made.bridge.speak(spoken(said, "es"))
        after = made.prompts.corner
        assert after is not None
        assert after is not before
    finally:
        made.close()


def test_what_an_administrator_chose_stays(qtbot, shown: Interface, choice: Choice) -> None:
    choice.managed = True
    card(shown).look()
    assert not card(shown).choice.isEnabled()


def test_a_choice_that_cannot_be_kept_is_told(qtbot, shown: Interface, choice: Choice) -> None:
    choice.broken = True
    pick(card(shown).choice, "en")
    qtbot.waitUntil(lambda: "The disk is full." in card(shown)._note.text(), timeout=5000)
    assert card(shown).choice.currentData() == languages.SYSTEM


def test_the_choice_is_kept_in_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = [Layers()]
    monkeypatch.setattr(_speech, "machine_layers", lambda: layers[0])
    speech = _speech.spoken_here(tmp_path)
    assert (speech.wanted(), speech.fixed()) == (languages.SYSTEM, False)
    assert speech.choose("en").language == "en"
    assert (speech.wanted(), speech.fixed()) == ("en", False)
    assert settings.load(tmp_path).language == "en"
    speech.choose(languages.SYSTEM)
    assert speech.wanted() == languages.SYSTEM
    layers[0] = Layers(managed={"language": "en"})
    assert (speech.wanted(), speech.fixed()) == ("en", True)


@pytest.mark.parametrize(
    ("language", "direction", "number"),
    [
        ("en", Qt.LayoutDirection.LeftToRight, "1,234"),
        ("de", Qt.LayoutDirection.LeftToRight, "1.234"),
        ("ar", Qt.LayoutDirection.RightToLeft, "1,234"),
    ],
)
def test_windows_are_laid_out_as_the_language_is_written(
    qapp: QApplication, said: Texts, language: str, direction: Qt.LayoutDirection, number: str
) -> None:
    try:
        dress(Texts({}, language=language))
        assert qapp.layoutDirection() is direction
        assert QLocale().toString(1234) == number
    finally:
        dress(said)


@pytest.mark.parametrize("language", languages.SPOKEN)
def test_no_page_is_cut_in_the_list_of_pages(qtbot, theme, language: str) -> None:
    """The chosen one is bold, and some languages have longer names."""
    bridge = Bridge(SimulatedDesk(data.act()), translations.load(language))
    window = StatusWindow(bridge, theme)
    qtbot.addWidget(window)
    try:
        for page in Page:
            window.open(page)
            QApplication.processEvents()
            door = window._door_of(page)
            bold = QFont(door.font())
            bold.setBold(True)
            assert QFontMetrics(bold).horizontalAdvance(door.text()) < door.width() - 40, page
    finally:
        bridge.close()


def test_the_forms_are_those_of_the_language(said: Callable[..., Texts]) -> None:
    forms = {"by": "count", "one": "{count} minuto", "other": "{count} minutos"}
    words = Texts({"ui.ago.minute": Plural.made(forms, "es")}, language="es")
    assert [words.say("ui.ago.minute", count=n) for n in (1, 2)] == ["1 minuto", "2 minutos"]
