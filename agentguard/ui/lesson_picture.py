"""The picture of a lesson's card: plain shapes, in the colours of the theme that is on."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from agentguard.base.lesson_picture import HEIGHT, WIDTH
from agentguard.ui import svg_shapes
from agentguard.ui.accessible import Role, is_a
from agentguard.ui.colours import DARK, LIGHT, Tones, prescribed

LINES = 7  # of text that are as high as the picture
_COLOUR = re.compile(r'(fill|stroke)="(black|gray|white|blue|green|red)"')
_ROLES = {
    "black": "text",
    "gray": "muted",
    "white": "card",
    "blue": "accent",
    "green": "good",
    "red": "act",
}


def tones_of(palette: QPalette) -> Tones:
    """Return the colours that the theme has given the application."""
    ground = palette.color(QPalette.ColorRole.Window).name()
    for known in (LIGHT, DARK):
        if known.ground == ground:
            return known
    return prescribed(palette)


def themed(svg: str, tones: Tones) -> str:
    """Return a picture with the theme's colours for the names of its roles."""
    return _COLOUR.sub(lambda found: f'{found[1]}="{getattr(tones, _ROLES[found[2]])}"', svg)


class LessonPicture(QWidget):
    """Draws a picture as large as the text around it asks for; `name` is what it is called."""

    def __init__(self, svg: str, name: str) -> None:
        super().__init__()
        self._svg = svg
        self.setAccessibleName(name)
        is_a(self, Role.Graphic)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return its size: a few lines high."""
        high = LINES * self.fontMetrics().height()
        return QSize(high * WIDTH // HEIGHT, high)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it on the card's own ground."""
        del event
        painter = QPainter(self)
        scale = min(self.width() / WIDTH, self.height() / HEIGHT)
        painter.scale(scale, scale)
        svg_shapes.draw(painter, themed(self._svg, tones_of(self.palette())), svg_shapes.GROUND)
        painter.end()
