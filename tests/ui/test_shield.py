"""The privacy shield: it covers every screen, and only a code or a lock takes it away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from agentguard.model.messages import say
from agentguard.ui.shields import ShieldCard, Shields
from tests.ui.conftest import Rig
from tools.gallery import data
from tools.gallery.desk import RIGHT_CODE

COVERED = data.covered(data.good(), data.SHIELD)


class Raised:
    """A shield at a simulated desk."""

    def __init__(self, rig: Rig, theme) -> None:
        self.rig = rig
        self.shields = Shields(rig.bridge, theme)

    @property
    def card(self) -> ShieldCard:
        assert self.shields.card is not None
        return self.shields.card

    @property
    def field(self) -> QLineEdit:
        (found,) = self.card.findChildren(QLineEdit)
        return found

    def type(self, code: str) -> None:
        self.rig.qtbot.keyClicks(self.field, code)
        self.rig.qtbot.keyClick(self.field, Qt.Key.Key_Return)

    def press(self, words: str) -> None:
        found = [b for b in self.card.findChildren(QPushButton) if b.isVisible()]
        next(b for b in found if b.text() == words).click()


@pytest.fixture
def raised(rig, theme) -> Iterator[Callable[..., Raised]]:
    made: list[Raised] = []

    def make(snapshot=COVERED) -> Raised:
        made.append(Raised(rig(snapshot), theme))
        return made[-1]

    yield make
    for one in made:
        one.shields.close()


def test_every_screen_is_covered_and_says_why(raised, qapp) -> None:
    one = raised()
    assert len(one.shields.covers) == len(qapp.screens())
    for cover, screen in zip(one.shields.covers, qapp.screens(), strict=True):
        assert cover.isVisible()
        assert cover.geometry() == screen.geometry()
        assert cover.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
    assert "Your call goes on" in one.rig.said(one.card)
    assert one.card.accessibleName().startswith("Your screens are covered.")


def test_the_reason_of_a_lock_that_did_not_come_is_told(raised) -> None:
    one = raised(data.covered(data.good(), data.NOT_LOCKED))
    assert "The lock did not come" in one.rig.said(one.card)
    one.press("Lock again")
    one.card.ask()
    one.press("Lock again")
    assert one.rig.desk.locks == 2


@pytest.mark.parametrize(
    "key", [Qt.Key.Key_Escape, Qt.Key.Key_Space, Qt.Key.Key_A, Qt.Key.Key_F4, Qt.Key.Key_Tab]
)
def test_no_other_key_uncovers(raised, qtbot, key) -> None:
    one = raised()
    cover = one.shields.covers[0]
    qtbot.keyClick(cover, key, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(cover, key)
    assert not cover.close()
    assert cover.isVisible()
    assert one.rig.desk.proofs == []


def test_f2_asks_for_a_code_and_the_right_one_uncovers(raised, qtbot) -> None:
    one = raised()
    cover = one.shields.covers[0]
    assert not one.card.asks
    qtbot.keyClick(cover, Qt.Key.Key_F2)
    one.rig.until(lambda: one.card.asks)
    one.type(RIGHT_CODE)
    one.rig.until(lambda: one.shields.card is None)
    assert one.rig.desk.proofs == [("shield", RIGHT_CODE)]
    assert one.shields.covers == ()


def test_a_wrong_code_is_answered_and_may_be_typed_again(raised) -> None:
    one = raised()
    one.press("Uncover (F2)")
    for _ in range(2):
        one.type("000000")
        one.rig.until(lambda: "code is not right" in one.rig.said(one.card))
        assert one.field.isEnabled()
        assert one.field.text() == ""
    assert len(one.rig.desk.proofs) == 2
    assert one.shields.covers[0].isVisible()


def test_an_empty_code_goes_nowhere(raised) -> None:
    one = raised()
    one.press("Uncover (F2)")
    one.type("  ")
    assert "Type your code first." in one.rig.said(one.card)
    assert one.rig.desk.proofs == []


def test_without_a_code_one_locks_instead(raised) -> None:
    one = raised()
    one.press("Lock instead")
    one.card.ask()
    one.press("Lock instead")
    assert one.rig.desk.locks == 2


def test_a_locked_session_needs_no_shield(raised) -> None:
    one = raised()
    one.rig.show(replace(COVERED, locked=True))
    assert one.shields.covers == ()


def test_news_in_between_leave_what_is_typed(raised) -> None:
    one = raised()
    one.card.ask()
    one.rig.qtbot.keyClicks(one.field, "12")
    one.rig.show(replace(COVERED, inbox=()))
    assert one.field.text() == "12"
    assert one.card.asks


def test_the_code_is_never_readable(raised) -> None:
    one = raised()
    one.card.ask()
    one.rig.qtbot.keyClicks(one.field, "482913")
    assert one.field.echoMode() is QLineEdit.EchoMode.Password
    assert "482913" not in one.rig.said(one.card)
    assert "482913" not in one.field.displayText()


def test_the_covers_follow_a_screen_that_is_given_back(raised, qapp: QApplication) -> None:
    one = raised()
    card = one.card
    one.shields._screens_changed(qapp.primaryScreen())
    one.shields._screen_gone(qapp.primaryScreen())
    assert one.card is card
    assert card.isVisible()
    assert [cover.isVisible() for cover in one.shields.covers] == [True]


def test_it_comes_and_goes_with_the_snapshot(raised) -> None:
    one = raised(data.good())
    assert one.shields.covers == ()
    one.rig.show(COVERED)
    assert one.shields.covers
    one.rig.show(data.good())
    assert one.shields.covers == ()


def test_a_reply_that_was_there_before_is_shown_with_it(raised) -> None:
    shield = replace(data.SHIELD, reply=say("mfa.wrong"))
    one = raised(data.covered(data.good(), shield))
    one.card.ask()
    assert "code is not right" in one.rig.said(one.card)
