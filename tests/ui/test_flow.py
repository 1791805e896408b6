"""Lines of buttons run as the language does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QPushButton, QStyle, QWidget

from agentguard.ui.flow import Flow

WAYS = [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("left", [0, 17])
@pytest.mark.parametrize("width", [160, 401])
def test_row_385_places_are_those_that_qt_s_style_gives(
    qapp, way: Qt.LayoutDirection, left: int, width: int
) -> None:
    """Qt's own sum would bring 700 numbers along, which every desk would keep."""
    over = QWidget()
    buttons = [QPushButton(f"Move {n} to the vault") for n in range(5)]
    flow = Flow(over)
    for button in buttons:
        flow.addWidget(button)
    rect = QRect(left, 3, width, 400)
    over.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    flow.setGeometry(rect)
    straight = [QRect(button.geometry()) for button in buttons]
    over.setLayoutDirection(way)
    flow.setGeometry(rect)
    seen = [QRect(button.geometry()) for button in buttons]
    assert seen == [QStyle.visualRect(way, rect, one) for one in straight]
