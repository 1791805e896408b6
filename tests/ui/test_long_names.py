"""Names of two hundred signs without a space: they are broken, and push nothing out of sight."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QPushButton, QWidget

from agentguard.ui.pages.inbox import NoticeRow
from agentguard.ui.pages.vault import VaultRow
from agentguard.ui.present import present
from agentguard.ui.widgets import label
from agentguard.ui.wording import Wording
from tools.gallery import content, data

NAME = "x" * 196 + ".txt"
ROOM = 720
"""Pixels of a page in the window as it is first shown, without its margins."""


def narrow(widget: QWidget) -> bool:
    """Show it with as much room as a page has, and check whether every button stands in it."""
    widget.resize(QSize(ROOM, 600))
    widget.show()
    places = (b.mapTo(widget, b.rect().bottomRight()).x() for b in widget.findChildren(QPushButton))
    return widget.minimumSizeHint().width() <= ROOM and all(x <= ROOM for x in places)


def test_row_522_a_long_name_moves_no_button_out_of_sight(qtbot, said) -> None:
    item = replace(content.VAULT[0], path=f"/home/maria/{'y' * 200}/{NAME}")
    words = Wording(said, data.NOON)
    vault = VaultRow(item, words, lambda *_: None, lambda *_: None, asks=True)
    qtbot.addWidget(vault)
    assert narrow(vault)
    first = present(data.act(), said).inbox[0]
    notice = NoticeRow(said, lambda _id: None)
    notice.show_item(replace(first, place=NAME, body=f"In {NAME} something was found.", read=False))
    qtbot.addWidget(notice)
    assert narrow(notice)


@pytest.mark.parametrize("text", ["", "short words only", NAME, f"a file: {NAME}", "\u0645" * 200])
def test_row_522_a_label_says_what_it_was_given(qtbot, text: str) -> None:
    made = label(text)
    qtbot.addWidget(made)
    assert made.text() == text
    assert made.accessibleName() in ("", text)
    assert made.minimumSizeHint().width() <= ROOM / 2
    made.setText("another")
    assert (made.text(), made.accessibleName()) == ("another", "")
