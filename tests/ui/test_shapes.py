"""The icons look as they do when Qt's own SVG library draws them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from agentguard.base import paths
from agentguard.ui import icons, svg_shapes

NAMES = sorted(file.stem for file in (paths.resources() / "icons").glob("*.svg"))
SIZES = (16, 24, 64)
MOST = 8  # of 255, at any place: what rounding may do


def svg(name: str) -> str:
    text = (paths.resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    return text.replace("currentColor", "#1d5fae")


def canvas(size: int) -> QImage:
    made = QImage(size, size, QImage.Format.Format_RGBA8888)
    made.fill(Qt.GlobalColor.white)
    return made


def ours(name: str, size: int) -> bytes:
    image = canvas(size)
    painter = QPainter(image)
    svg_shapes.draw(painter, svg(name), size)
    painter.end()
    return bytes(image.constBits())


def theirs(name: str, size: int) -> bytes:
    image = canvas(size)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(svg(name).encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return bytes(image.constBits())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", SIZES)
def test_every_icon_is_the_picture_that_qt_makes_of_it(qapp, name: str, size: int) -> None:
    differences = [abs(a - b) for a, b in zip(ours(name, size), theirs(name, size), strict=True)]
    assert max(differences) <= MOST


@pytest.mark.parametrize(
    "strange",
    [
        '<svg><text x="1">word</text></svg>',
        '<svg><path d="M1 1A2 3 0 0 1 4 4"/></svg>',
        '<svg><path d="M1 1A2 2 30 0 1 4 4"/></svg>',
    ],
)
def test_what_it_cannot_draw_is_no_picture_with_a_hole(qapp, strange: str) -> None:
    painter = QPainter(image := canvas(24))
    with pytest.raises(ValueError, match=r".+"):
        svg_shapes.draw(painter, strange, 24)
    painter.restore()
    painter.end()
    assert image.size().width() == 24


@pytest.mark.parametrize(
    ("arc", "where"),
    [("0 0", (12, 7)), ("0 1", (12, 17)), ("1 0", (12, 7)), ("1 1", (12, 17))],
)
def test_half_a_circle_turns_as_its_flags_say(qapp, arc: str, where: tuple[int, int]) -> None:
    """From the right to the left: without the sweep over the top, with it below."""
    text = f'<svg stroke="#000000" stroke-width="2"><path d="M17 12A5 5 0 {arc} 7 12"/></svg>'
    painter = QPainter(image := canvas(24))
    svg_shapes.draw(painter, text, 24)
    painter.end()
    assert image.pixelColor(*where).lightness() < 60


def test_nothing_of_the_program_needs_the_library(qapp) -> None:
    ui = Path(icons.__file__).parent
    assert not [file for file in ui.rglob("*.py") if "QtSvg" in file.read_text(encoding="utf-8")]
    assert not icons.pixmap("lock", 24).isNull()
