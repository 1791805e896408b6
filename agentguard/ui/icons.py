"""Draws the icons of `resources/icons`: shapes in SVG, in the colour that the theme gives."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from agentguard.base import paths
from agentguard.ui import svg_shapes

TRAY_SIZES = (16, 20, 22, 24, 32, 44, 48, 64)
OFFLINE = "-offline"


@cache
def _svg(name: str) -> str:
    return (paths.resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


def pixmap(name: str, size: int, colour: str = "", ratio: float = 1.0) -> QPixmap:
    """Draw an icon of `size` logical pixels; `colour` fills what has no colour of its own."""
    return _drawn((name,), size, colour, ratio)


def _drawn(names: tuple[str, ...], size: int, colour: str = "", ratio: float = 1.0) -> QPixmap:
    """Draw icons one upon the other."""
    drawn = QPixmap(QSize(size, size) * ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    for name in names:
        svg = _svg(name).replace("currentColor", colour or "#000000")
        svg_shapes.draw(painter, svg, drawn.width())
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    return drawn


def icon(name: str, colour: str, size: int = 20) -> QIcon:
    """Return an icon for a button, sharp at 100, 200 and 300 %."""
    made = QIcon()
    for ratio in (1.0, 2.0, 3.0):
        made.addPixmap(pixmap(name, size, colour, ratio))
    return made


@cache
def tray(state: str, badge: str = "") -> QIcon:
    """Return the tray's icon for a state such as `good` or `act-offline`, with a mode's badge."""
    made = QIcon()
    for size in TRAY_SIZES:
        made.addPixmap(marked(state, badge, size))
    return made


def marked(state: str, badge: str, size: int) -> QPixmap:
    """Draw the shield of a state; a badge takes the place of the sign for offline."""
    if not badge:
        return pixmap(f"tray-{state}", size)
    return _drawn((f"tray-{state.removesuffix(OFFLINE)}", f"badge-{badge}"), size)
