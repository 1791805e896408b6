"""The letters of the windows: the system's, and never one with serifs in their place."""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from agentguard.ui.theme import SANS, Theme


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
