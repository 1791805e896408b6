"""The gate's dialog with a key, with a PIN, and the ways out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from agentguard.ports.people import Factors
from agentguard.ui.cover import reachable
from agentguard.ui.prompts import Prompts
from agentguard.ui.shields import Shields
from tools.gallery import content, data
from tools.gallery.desk import RIGHT_CODE, RIGHT_PIN

HELLO = Factors(key=True, leave=True)
PIN = Factors(key=True, pin=True)


@pytest.fixture
def gate(rig) -> Iterator[Callable[..., tuple[Any, Prompts]]]:
    made = []

    def make(can: Factors) -> tuple[Any, Prompts]:
        one = rig(data.prompting(data.act(), data.PROOF), can=can)
        made.append(Prompts(one.bridge, one.theme))
        QApplication.processEvents()
        return one, made[-1]

    yield make
    for one in made:
        one.close()


def names(widget: QWidget) -> list[str]:
    return [b.text() for b in widget.findChildren(QPushButton) if b.isVisibleTo(widget)]


def press(qtbot, widget: QWidget, text: str) -> None:
    button = next(b for b in widget.findChildren(QPushButton) if b.text() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def fields(widget: QWidget) -> list[QLineEdit]:
    return [f for f in widget.findChildren(QLineEdit) if f.isVisibleTo(widget)]


def test_who_has_a_key_is_offered_it_first(gate, qtbot) -> None:
    one, shown = gate(HELLO)
    assert names(shown.proof) == [
        "Use Windows Hello or my security key",
        "Use a code instead",
        "Put the application away",
        "Lock the screen",
    ]
    assert fields(shown.proof) == []
    press(qtbot, shown.proof, "Use Windows Hello or my security key")
    assert one.desk.touches == [("p1", "")]
    one.until(lambda: shown.proof is None)


def test_a_key_without_a_dialog_of_its_own_wants_its_pin(gate, qtbot) -> None:
    one, shown = gate(PIN)
    (pin,) = fields(shown.proof)
    assert pin.accessibleName() == "The PIN of your security key"
    press(qtbot, shown.proof, "Use my security key")
    assert "Type the PIN of your key first." in one.said(shown.proof)
    assert one.desk.touches == []
    qtbot.keyClicks(pin, "1111")
    assert "1111" not in pin.displayText()
    qtbot.keyClick(pin, Qt.Key.Key_Return)
    assert pin.text() == ""
    one.until(lambda: "The PIN is not right" in one.said(shown.proof) and pin.isEnabled())
    qtbot.keyClicks(pin, RIGHT_PIN)
    qtbot.keyClick(pin, Qt.Key.Key_Return)
    assert one.desk.touches == [("p1", "1111"), ("p1", RIGHT_PIN)]
    one.until(lambda: shown.proof is None)


def test_while_the_key_is_waited_for_nothing_is_sent_twice(gate, qtbot) -> None:
    one, shown = gate(HELLO)
    asked: list[str] = []
    one.desk.prove_by_key = lambda _prompt, pin, _window: asked.append(pin)
    press(qtbot, shown.proof, "Use Windows Hello or my security key")
    press(qtbot, shown.proof, "Use Windows Hello or my security key")
    assert asked == [""]
    assert "Follow the dialog of Windows." in one.said(shown.proof)


def test_one_may_change_to_a_code_and_back(gate, qtbot) -> None:
    one, shown = gate(PIN)
    press(qtbot, shown.proof, "Use a code instead")
    (code,) = fields(shown.proof)
    qtbot.keyClicks(code, "000000")
    qtbot.keyClick(code, Qt.Key.Key_Return)
    one.until(lambda: "code is not right" in one.said(shown.proof))
    press(qtbot, shown.proof, "Use my key instead")
    assert "code is not right" not in one.said(shown.proof)
    assert fields(shown.proof)[0].objectName() == "pin"
    press(qtbot, shown.proof, "Use a code instead")
    qtbot.keyClicks(code, RIGHT_CODE)
    qtbot.keyClick(code, Qt.Key.Key_Return)
    one.until(lambda: shown.proof is None)


def test_a_wait_for_the_key_may_be_left_for_a_code(gate, qtbot) -> None:
    one, shown = gate(HELLO)
    one.desk.prove_by_key = lambda *_: None
    press(qtbot, shown.proof, "Use Windows Hello or my security key")
    press(qtbot, shown.proof, "Use a code instead")
    assert fields(shown.proof)[0].isEnabled()


def test_the_application_can_be_put_away_or_the_screen_locked(gate, qtbot) -> None:
    one, shown = gate(HELLO)
    press(qtbot, shown.proof, "Lock the screen")
    assert one.desk.locks == 1
    press(qtbot, shown.proof, "Put the application away")
    assert one.desk.left == ["p1"]
    one.until(lambda: shown.proof is None)


def test_where_it_cannot_be_put_away_that_is_not_offered(gate) -> None:
    _, shown = gate(PIN)
    assert "Put the application away" not in names(shown.proof)


def test_the_keyboard_alone_is_enough(gate, qtbot) -> None:
    one, shown = gate(HELLO)
    stops = []
    shown.covers[0].activateWindow()
    shown.proof.focus()
    for _ in range(6):
        focus = QApplication.focusWidget()
        if isinstance(focus, QPushButton):
            stops.append(focus.text())
        qtbot.keyClick(focus or shown.covers[0], Qt.Key.Key_Tab)
    assert stops[:4] == names(shown.proof)
    assert one.desk.touches == []


def test_it_tells_that_it_can_be_seen(gate) -> None:
    one, shown = gate(HELLO)
    shown._look_after()
    shown._look_after()
    assert one.desk.sights == [("p1", True)]
    assert reachable(shown.proof)


def test_a_dialog_that_was_moved_off_or_hidden_comes_back(gate) -> None:
    one, shown = gate(HELLO)
    shown.covers[0].move(10_000, 10_000)
    QApplication.processEvents()
    assert not reachable(shown.proof)
    shown._look_after()
    one.until(lambda: reachable(shown.proof))
    shown._look_after()
    shown.covers[0].hide()
    assert not reachable(shown.proof)
    shown._look_after()
    one.until(lambda: reachable(shown.proof))
    shown._look_after()
    assert one.desk.sights == [("p1", True)]


def test_a_dialog_that_cannot_be_brought_back_is_told(gate, monkeypatch) -> None:
    one, shown = gate(HELLO)
    shown._look_after()
    monkeypatch.setattr(shown, "_cover", lambda: None)
    shown.covers[0].hide()
    shown._look_after()
    shown._look_after()
    shown.covers[0].show()
    shown._look_after()
    assert one.desk.sights == [("p1", True), ("p1", False), ("p1", True)]


def test_the_dialog_finds_its_place_again_when_the_scale_changes(gate) -> None:
    one, shown = gate(HELLO)
    before = shown.covers
    screen = shown.covers[0].screen()
    screen.logicalDotsPerInchChanged.emit(192.0)
    one.until(lambda: shown.covers != before and reachable(shown.proof))
    at = shown.proof.mapToGlobal(shown.proof.rect().center())
    middle = screen.geometry().center()
    assert abs(at.x() - middle.x()) <= 1
    assert abs(at.y() - middle.y()) <= 1


def test_the_shield_takes_the_key_too(rig, qtbot) -> None:
    one = rig(data.covered(data.good(), data.SHIELD), can=HELLO)
    shields = Shields(one.bridge, one.theme)
    shields.card.ask()
    press(qtbot, shields.card, "Use Windows Hello or my security key")
    assert one.desk.touches == [("shield", "")]
    shield = replace(data.SHIELD, reply=data.PROOF.body)
    one.show(data.covered(data.good(), shield))
    assert one.texts.render(data.PROOF.body) in one.said(shields.card)
    shields.close()


PHONE = Factors(leave=True, phone=True)


def letters(widget: QWidget) -> list[str]:
    return [one.text() for one in widget.findChildren(QLabel) if one.property("look") == "letters"]


def test_who_has_nothing_at_hand_is_shown_letters_for_the_supervisor(gate, qtbot) -> None:
    one, shown = gate(PHONE)
    press(qtbot, shown.proof, "Nothing at hand? Call your supervisor")
    one.until(lambda: letters(shown.proof) == [content.LETTERS])
    assert "Nothing at hand? Call your supervisor" not in names(shown.proof)
    assert content.LETTERS in one.said(shown.proof)
    spoken = [w.accessibleName() for w in shown.proof.findChildren(QLabel) if w.accessibleName()]
    assert f"Letters to read out: {' '.join(content.LETTERS)}" in spoken
    qtbot.keyClicks(fields(shown.proof)[0], RIGHT_CODE)
    qtbot.keyClick(fields(shown.proof)[0], Qt.Key.Key_Return)
    one.until(lambda: shown.proof is None)


def test_why_no_supervisor_can_help_is_said_and_it_can_be_tried_again(gate, qtbot) -> None:
    one, shown = gate(PHONE)
    one.desk.can = Factors()
    press(qtbot, shown.proof, "Nothing at hand? Call your supervisor")
    one.until(lambda: "cannot open this desk by phone now" in one.said(shown.proof))
    one.desk.can = PHONE
    press(qtbot, shown.proof, "Nothing at hand? Call your supervisor")
    one.until(lambda: letters(shown.proof) == [content.LETTERS])
    assert "cannot open this desk by phone now" not in one.said(shown.proof)


def test_letters_that_come_after_the_dialog_is_gone_are_lost(gate, qtbot) -> None:
    one, shown = gate(PHONE)
    press(qtbot, shown.proof, "Nothing at hand? Call your supervisor")
    one.desk.prove(data.PROOF.id, RIGHT_CODE)
    one.until(lambda: shown.proof is None)
    done: list[int] = []
    one.bridge.later(lambda: 1, done.append, lambda _: None)
    one.until(lambda: bool(done))


def test_without_a_supervisor_s_phone_nothing_is_offered(gate) -> None:
    _, shown = gate(Factors(leave=True))
    assert "Nothing at hand? Call your supervisor" not in names(shown.proof)
