"""What is set for this desk, from where, and what nobody but an administrator changes."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from agentguard.base.settings import Origin, SetHere
from agentguard.base.translations import Texts
from agentguard.detect.recognition.masked_names import masked
from agentguard.ui.theme import Theme
from agentguard.ui.widgets import GAP, chip, column, draw, empty, frame, label, row

ICONS = {Origin.MANAGED: "lock", Origin.OWN: "about", Origin.INSTALLED: "shield"}
"""What stands before a setting, by who has set it."""


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
