"""A screen may be small, or magnified until little room is left: nothing is squashed or lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QScrollArea, QWidget

from agentguard.model.messages import say
from agentguard.ui.corner_card import CornerCard
from agentguard.ui.cover import Cover, reachable
from agentguard.ui.proof_card import ProofCard
from tools.gallery import data

SMALL = (640, 260)  # 1280 by 520 at 200 %


@pytest.fixture
def card(rig) -> Iterator[ProofCard]:
    one = rig(data.good())
    made = ProofCard(one.texts, one.theme, one.desk, "Call 555")
    refused = replace(data.PROOF, reply=say("mfa.wrong"))
    made.show_prompt(refused, data.NOON)
    yield made
    made.deleteLater()


def covered(card: QWidget, *size: int) -> tuple[Cover, QScrollArea]:
    cover = Cover(QApplication.primaryScreen())
    cover.hold(card)
    if size:
        cover.setGeometry(0, 0, *size)
    cover.show()
    QApplication.processEvents()
    (room,) = cover.findChildren(QScrollArea)
    return cover, room


def test_on_a_small_screen_the_card_scrolls_and_nothing_is_squashed(card) -> None:
    cover, room = covered(card, *SMALL)
    assert room.verticalScrollBar().maximum() > 0
    for one in (*card.findChildren(QLineEdit), *card.findChildren(QPushButton)):
        if one.isVisibleTo(card):
            assert one.height() >= one.minimumSizeHint().height(), one.objectName()
    for one in card.findChildren(QLabel):
        if one.isVisibleTo(card) and one.wordWrap():
            assert one.height() >= one.heightForWidth(one.width()), one.text()
    cover.take_away()


def test_who_types_sees_the_field(card) -> None:
    cover, room = covered(card, *SMALL)
    (field,) = (f for f in card.findChildren(QLineEdit) if f.isVisibleTo(card))
    room.verticalScrollBar().setValue(0)
    room.ensureWidgetVisible(field)
    at = field.mapTo(room.viewport(), QPoint(0, 0))
    assert 0 <= at.y() <= room.viewport().height() - field.height()
    cover.take_away()


def test_where_there_is_room_it_stands_in_the_middle_without_bars(card) -> None:
    cover, room = covered(card)
    assert not room.verticalScrollBar().isVisible()
    assert not room.horizontalScrollBar().isVisible()
    middle = card.mapTo(cover, card.rect().center())
    assert (middle - cover.rect().center()).manhattanLength() <= 4
    assert reachable(card)
    cover.take_away()


class FromOutside(QCloseEvent):
    """WM_CLOSE or its like, as the window system hands it on."""

    def spontaneous(self) -> bool:
        return True


def test_row_134_a_card_in_the_corner_stays_when_the_system_is_asked_to_close_it(qapp) -> None:
    card = CornerCard()
    card.show()
    asked, own = FromOutside(), QCloseEvent()
    card.closeEvent(asked)
    assert not asked.isAccepted()
    card.closeEvent(own)
    assert own.isAccepted(), "by its own hand it goes"
    card.deleteLater()
