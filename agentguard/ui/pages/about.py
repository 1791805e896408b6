"""The page that says what AgentGuard is, which rules and settings count, and what it watches.

One of its cards is of the language that AgentGuard speaks to the person, another of what is set
for this desk, from where, and what nobody but an administrator changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QWidget

from agentguard import __version__
from agentguard.base import cldr, translations
from agentguard.base.errors import AgentGuardError
from agentguard.base.languages import SPOKEN, SYSTEM
from agentguard.base.settings import Origin, SetHere
from agentguard.base.translations import Texts
from agentguard.detect.recognition.masked_names import masked
from agentguard.ui.bridge import Bridge
from agentguard.ui.pages.base import PageFrame
from agentguard.ui.speech import Speech
from agentguard.ui.theme import Theme
from agentguard.ui.views import Page, View
from agentguard.ui.widgets import GAP, chip, column, draw, empty, frame, label, row

KEYS = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_F4})
"""Keys that open the list; letters open it as well."""
_SCRIPTS: Mapping[str, QFontDatabase.WritingSystem] = {
    "ar": QFontDatabase.WritingSystem.Arabic,
    "hi": QFontDatabase.WritingSystem.Devanagari,
}
"""Languages whose letters a bare Linux may lack."""
ICONS = {Origin.MANAGED: "lock", Origin.OWN: "about", Origin.INSTALLED: "shield"}
"""What stands before a setting, by who has set it."""


class AboutPage(PageFrame):
    """Version, promise, policy, sensors and settings."""

    page = Page.ABOUT

    def __init__(self, bridge: Bridge, theme: Theme) -> None:
        super().__init__(bridge, theme)
        self._policy = label()
        self._shown: tuple[str, ...] = ()
        card = frame("card")
        inside = column(card, margin=3 * GAP, gap=GAP)
        inside.addWidget(label(self.texts.say("ui.about.version", version=__version__), "heading"))
        inside.addWidget(self._policy)
        inside.addWidget(label(self.texts.say("ui.about.promise"), "muted"))
        watched = frame("card")
        lines = column(watched, margin=3 * GAP, gap=GAP)
        lines.addWidget(label(self.texts.say("ui.about.watched"), "heading"))
        self._sensors = column(gap=GAP // 2)
        lines.addLayout(self._sensors)
        self.body.addWidget(card)
        self.body.addWidget(watched)
        self._language = LanguageCard(bridge, bridge.speech) if bridge.speech else None
        if self._language is not None:
            self.body.addWidget(self._language.card)
        self._settings = SettingsCard(self.texts, theme)
        self.body.addWidget(self._settings.card)

    def show_view(self, view: View) -> None:
        """Show the policy and the sensors of a view."""
        self._policy.setText(view.policy)
        if view.sensors != self._shown:
            self._shown = view.sensors
            empty(self._sensors)
            for sensor in view.sensors:
                self._sensors.addWidget(label(sensor))

    def opened(self) -> None:
        """Read what is set: an administrator may have changed it since."""
        if self._language is not None:
            self._language.look()
        try:
            self._settings.show_settings(self.bridge.set_here())
        except AgentGuardError as error:
            self._settings.show_settings(str(error))

    def repaint_icons(self) -> None:
        """Draw the icons again after a change of colours."""
        self._settings.repaint()


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


def missing(language: str) -> bool:
    """Check whether no font here has a language's letters."""
    system = _SCRIPTS.get(language)
    return system is not None and not QFontDatabase.families(system)


class SettingsCard:
    """A card with a row for each setting; everything in it is only to be read."""

    def __init__(self, texts: Texts, theme: Theme) -> None:
        self._texts, self._theme = texts, theme
        self._shown: tuple[SetHere, ...] | str | None = None
        self.card: QFrame = frame("card")
        inside = column(self.card, margin=3 * GAP, gap=GAP)
        inside.addWidget(label(texts.say("ui.settings.heading"), "heading"))
        inside.addWidget(label(texts.say("ui.settings.lead"), "muted"))
        self._rows = column(gap=2 * GAP)
        self._rows.setContentsMargins(0, GAP, 0, 0)
        inside.addLayout(self._rows)

    def show_settings(self, found: tuple[SetHere, ...] | str, *, anew: bool = False) -> None:
        """Show what is set, or why it cannot be read; `anew` draws the same again."""
        if found == self._shown and not anew:
            return
        self._shown = found
        empty(self._rows)
        for part in self._parts(found):
            self._rows.addWidget(part)

    def repaint(self) -> None:
        """Draw it again after a change of colours."""
        if self._shown is not None:
            self.show_settings(self._shown, anew=True)

    def _parts(self, found: tuple[SetHere, ...] | str) -> Iterable[QWidget]:
        if isinstance(found, str):
            return (label(found),)
        return [self._row(one) for one in found] or (label(self._texts.say("ui.settings.none")),)

    def _row(self, one: SetHere) -> QWidget:
        say = self._texts.say
        made, icon, word = QWidget(), label(wrap=False), label(wrap=False)
        line = row(made, gap=2 * GAP)
        draw(icon, ICONS[one.origin], 20, self._theme.tones.muted)
        line.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        title, value = say(f"setting.{one.name}.title"), self._value(one)
        place = say(f"ui.settings.{one.origin}-by", place=masked(one.place))
        middle = column(gap=2)
        shown = label(value)
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for part in (label(title, "strong"), shown, label(place, "small")):
            middle.addWidget(part)
        line.addLayout(middle, 1)
        told = say(f"ui.settings.{one.origin}")
        chip(word, told, "paused" if one.origin is Origin.MANAGED else "not_applicable")
        line.addWidget(word, 0, Qt.AlignmentFlag.AlignTop)
        name = say("ui.settings.row", title=title, value=value, word=told, place=place)
        made.setAccessibleName(name)
        return made

    def _value(self, one: SetHere) -> str:
        if isinstance(one.value, bool):
            return self._texts.say(f"ui.settings.{'on' if one.value else 'off'}")
        if not one.value:
            return self._texts.say("ui.settings.empty")
        choice = f"setting.{one.name}.{one.value}"
        return self._texts.say(choice) if self._texts.has(choice) else masked(one.value)
