"""The letters of the windows: the system's, and never one with serifs in their place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontInfo
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QScrollBar
from pytestqt.qtbot import QtBot

from agentguard.ui.run import Interface
from agentguard.ui.theme import SANS, Theme, points_of, unscaled
from agentguard.ui.views import Page
from tools.gallery.desk import SimulatedDesk


def test_the_system_s_family_comes_first_and_keeps_its_size(qapp: QApplication) -> None:
    before = qapp.font()
    try:
        qapp.setFont(QFont("A family that is not there", 13))
        Theme(qapp)
        font = qapp.font()
        assert font.families() == ["A family that is not there", *SANS]
        assert font.pointSize() == 13
        assert font.styleHint() is QFont.StyleHint.SansSerif
        Theme(qapp)
        assert qapp.font().families()[0] == "A family that is not there", "it may be dressed again"
    finally:
        qapp.setFont(before)


@pytest.mark.parametrize(
    ("points", "scale", "own"),
    [(9, 1, 9), (9, 2, 9), (18, 2, 9), (20.25, 2.25, 9), (8.25, 2, 8.25), (12, 1, 12), (24, 2, 12)],
)
def test_row_384_a_font_that_windows_made_larger_itself_is_not_made_so_twice(
    points: float, scale: float, own: float
) -> None:
    assert unscaled(points, scale) == own


@pytest.fixture
def plain(qapp: QApplication) -> Iterator[QApplication]:
    """Give the application, whose letters are afterwards as they were."""
    before = qapp.font()
    yield qapp
    qapp.setFont(before)
    Theme(qapp).deleteLater()


@pytest.mark.heavy
def test_row_384_letters_are_as_large_as_is_wished_at_the_start_and_later(
    plain: QApplication, said
) -> None:
    wish = [2.0]
    usual = QFontInfo(plain.font()).pointSizeF()
    theme = Theme(plain, lambda: wish[0])
    own = unscaled(usual, 2.0)
    assert QFontInfo(plain.font()).pointSizeF() == pytest.approx(2 * own, abs=0.5)
    interface = Interface(SimulatedDesk(), said, theme, may_quit=False)
    interface.open(Page.INCIDENT)
    first, wide = interface.window, interface.window.minimumWidth()
    interface.open_if(lambda: False)
    assert interface.window is first, "nothing has changed"
    wish[0] = 1.0
    interface.open_if(lambda: False)
    assert QFontInfo(plain.font()).pointSizeF() == pytest.approx(own, abs=0.5)
    assert interface.window is not first
    assert interface.window.isVisible()
    assert interface.window.current.page is Page.INCIDENT
    assert interface.window.minimumWidth() < wide
    interface.window.findChild(QPlainTextEdit).insertPlainText("A letter.")
    kept = interface.window
    wish[0] = 1.5
    interface.open_if(lambda: False)
    assert interface.window is kept, "no word that was typed is lost for it"
    assert QFontInfo(plain.font()).pointSizeF() == pytest.approx(1.5 * own, abs=0.5)
    interface.close()


def test_row_467_a_size_in_points_is_taken_as_it_is_and_one_in_pixels_from_the_typeface(
    qapp: QApplication,
) -> None:
    font = QFont("A family that is not there")
    font.setPointSizeF(13.5)
    assert points_of(font) == 13.5
    font.setPixelSize(24)
    assert points_of(font) == QFontInfo(font).pointSizeF() > 0


@pytest.mark.parametrize("way", list(Qt.Orientation))
def test_a_bar_to_scroll_with_looks_the_same_both_ways(
    qtbot: QtBot, theme: Theme, way: Qt.Orientation
) -> None:
    bar = QScrollBar(way)
    qtbot.addWidget(bar)
    bar.setRange(0, 10)
    bar.setPageStep(100)  # nearly all of it is the handle
    across = way is Qt.Orientation.Horizontal
    short = bar.sizeHint().height() if across else bar.sizeHint().width()
    assert short == 12
    bar.resize(*((200, short) if across else (short, 200)))
    assert bar.grab().toImage().pixelColor(bar.rect().center()).name() == theme.tones.line
