"""Makes the small parts that every page is built of, so that they look and read alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from agentguard.base import turning_signs
from agentguard.base.translations import Texts
from agentguard.ui import icons
from agentguard.ui.accessible import Role, is_a
from agentguard.ui.colours import STATE_TONES

L = TypeVar("L", QVBoxLayout, QHBoxLayout)
GAP = 8  # pixels: every distance is a multiple of it
LONGEST_CODE = 64  # characters
_LONG = re.compile(r"\S{25,}")
"""A word that may be broken, as names of files can be."""
_PART = re.compile(r"\S{8}(?=\w)")
"""What of it stands before a place for a break: never between a letter and its sign."""


class _Broken(QLabel):
    """A label whose words may be broken where they are very long, as names of files can be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._said = ""
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show a text in the order of its letters, with room for a break in each very long word."""
        text = turning_signs.in_order(text)
        self._said, before = text, super().text()
        broken = _LONG.sub(lambda word: _PART.sub("\\g<0>\u200b", word.group()), text)
        if broken != text:
            self.setAccessibleName(text)  # without the breaks
        elif "\u200b" in before:
            self.setAccessibleName("")
        super().setText(broken)

    def text(self) -> str:
        """Return the text as it was given, but for what would turn it around."""
        return self._said


def label(text: str = "", look: str = "", *, wrap: bool = True) -> QLabel:
    """Make a text that is never read as markup; a word that is too long for a line is broken."""
    made = _Broken(text) if wrap else QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    made.setProperty("look", look)
    return made


def code_field(texts: Texts, hint: str, entered: Callable[[], object]) -> QLineEdit:
    """Make the field for a second factor's code, which nobody can read or copy from the screen."""
    field = QLineEdit()
    field.setObjectName("code")
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setInputMethodHints(
        Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
    )
    field.setMaxLength(LONGEST_CODE)
    field.setAccessibleName(texts.say("ui.prompt.code"))
    field.setAccessibleDescription(texts.say(hint))
    field.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
    field.returnPressed.connect(entered)
    return field


def button(
    text: str, clicked: Callable[[], object], *, main: bool = False, role: Role | None = None
) -> QPushButton:
    """Make a button; `main` is the one thing to do here.

    A `role` comes before the first word: with words a reader that runs is told what it is for good.
    """
    made = QPushButton()
    if role is not None:
        is_a(made, role)
    made.setText(text)
    made.setProperty("look", "main" if main else "plain")
    made.setAccessibleName(text)
    made.setAutoDefault(False)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.clicked.connect(lambda *_: clicked())
    return made


def frame(look: str) -> QFrame:
    """Make a box with a look of the style sheet."""
    made = QFrame()
    made.setProperty("look", look)
    return made


def column(parent: QWidget | None = None, *, margin: int = 0, gap: int = GAP) -> QVBoxLayout:
    """Stack things."""
    layout = QVBoxLayout(parent) if parent else QVBoxLayout()
    return _spaced(layout, margin, gap)


def row(parent: QWidget | None = None, *, margin: int = 0, gap: int = GAP) -> QHBoxLayout:
    """Set things side by side."""
    layout = QHBoxLayout(parent) if parent else QHBoxLayout()
    return _spaced(layout, margin, gap)


def restyle(widget: QWidget, **properties: str) -> None:
    """Set properties that the style sheet looks at, and dress the widget again when they change."""
    changed = {k: v for k, v in properties.items() if widget.property(k) != v}
    for name, value in changed.items():
        widget.setProperty(name, value)
    if changed:
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        # A frame measures its padding, and a label its words, at a change of style and at no other.
        QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))


def roomy(widget: QWidget, usual: int) -> int:
    """Return the width of a card: the usual one, or what larger letters need, on its screen."""
    letters = usual // GAP * widget.fontMetrics().averageCharWidth()
    return min(max(usual, letters), widget.screen().availableSize().width() - 2 * GAP)


def chip(target: QLabel, text: str, state: str) -> None:
    """Make a label the word of a state; the colour only underlines the word."""
    target.setText(text)
    restyle(target, look="chip", tone=STATE_TONES[state])


def draw(target: QLabel, name: str, size: int, colour: str = "") -> None:
    """Put an icon into a label, sharp on its screen."""
    target.setFixedSize(size, size)
    target.setPixmap(icons.pixmap(name, size, colour, target.devicePixelRatioF()))


def empty(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def _spaced(layout: L, margin: int, gap: int) -> L:
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(gap)
    return layout
