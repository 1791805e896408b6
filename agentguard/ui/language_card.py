"""The card on which a person chooses the language that AgentGuard speaks to her."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QFrame, QLabel

from agentguard.base import cldr, translations
from agentguard.base.languages import SPOKEN, SYSTEM
from agentguard.ui.bridge import Bridge
from agentguard.ui.drawn_letters import missing
from agentguard.ui.speech import Speech
from agentguard.ui.widgets import GAP, column, frame, label

KEYS = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_F4})
"""Keys that open the list; letters open it as well."""


class Choice(QComboBox):
    """A choice that changes only in its open list, with Enter.

    Qt takes each arrow and each letter for a choice, and every one of them speaks another language:
    whoever goes through them would be carried from window to window.
    """

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Open the list, or leave the key to the page."""
        letter = event.text()
        if event.key() in KEYS or (letter and letter.isprintable()):
            self.showPopup()
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to the page."""
        event.ignore()


class LanguageCard:
    """Each language by its own name, so that whoever cannot read this page finds hers."""

    def __init__(self, bridge: Bridge, speech: Speech) -> None:
        self._bridge, self._speech, say = bridge, speech, bridge.texts.say
        self.card: QFrame = frame("card")
        inside = column(self.card, margin=3 * GAP, gap=GAP)
        title = label(say("ui.language.heading"), "heading")
        inside.addWidget(title)
        self.choice = Choice()
        self.choice.addItem(say("ui.language.system"), SYSTEM)
        for language in SPOKEN:
            self.choice.addItem(cldr.NAMES[language], language)
        self.choice.setAccessibleName(title.text())
        title.setBuddy(self.choice)
        inside.addWidget(self.choice)
        self._note: QLabel = label("", "muted")
        inside.addWidget(self._note)
        self.look()
        self.choice.activated.connect(self._chosen)

    def look(self) -> None:
        """Show what is set now: an administrator may have changed it since."""
        fixed = self._speech.fixed()
        self.choice.setEnabled(not fixed)
        self.choice.setCurrentIndex(max(0, self.choice.findData(self._speech.wanted())))
        language = self._bridge.texts.language
        lacking = missing(language)
        # What cannot be drawn tells nobody anything: then it is said in English.
        say = translations.load().say if lacking else self._bridge.texts.say
        font = self._speech.brings(language)
        told = [say("ui.language.no-letters", font=font)] if lacking else []
        told += [say("ui.language.fixed")] if fixed else []
        self._note.setText("\n".join(told))
        self._note.setVisible(bool(told))

    def _chosen(self, place: int) -> None:
        wish = str(self.choice.itemData(place))
        if wish != self._speech.wanted():
            self._bridge.later(lambda: self._speech.choose(wish), self._bridge.speak, self._failed)

    def _failed(self, why: str) -> None:
        self.look()
        self._note.setText(self._bridge.texts.say("ui.language.failed", why=why))
        self._note.show()
