from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLineEdit, QPushButton, QRadioButton, QWidget

from agentguard.model.prompts import Prompt
from agentguard.ui.lesson_card import LessonCard
from agentguard.ui.notice_card import NoticeCard
from agentguard.ui.prompts import Prompts
from tools.gallery import data
from tools.gallery.desk import RIGHT_CODE

WRONG_CODE = "135790"


@pytest.fixture
def prompts(rig) -> Iterator[Callable[..., tuple[Any, Prompts]]]:
    made = []

    def make(*open_: Prompt) -> tuple[Any, Prompts]:
        one = rig(data.prompting(data.act(), *open_))
        made.append(Prompts(one.bridge, one.theme))
        return one, made[-1]

    yield make
    for one in made:
        one.close()


def press(qtbot, widget: QWidget, text: str) -> None:
    button = next(b for b in widget.findChildren(QPushButton) if b.text() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def field(prompts) -> QLineEdit:
    return prompts.proof.findChild(QLineEdit)


def accessible_texts(widget: QWidget) -> str:
    parts = []
    for one in (widget, *widget.findChildren(QWidget)):
        interface = QAccessible.queryAccessibleInterface(one)
        parts += [
            interface.text(kind)
            for kind in (
                QAccessible.Text.Name,
                QAccessible.Text.Value,
                QAccessible.Text.Description,
            )
        ]
    return "\n".join(parts)


def test_a_notice_appears_says_what_to_do_and_vanishes(prompts) -> None:
    one, shown = prompts(data.NOTICE)
    assert isinstance(shown.corner, NoticeCard)
    words = one.said(shown.corner)
    assert one.texts.render(data.CARDS.message) in words
    assert one.texts.title("pii-files", "fail", data.CARDS.message.id) in words
    assert "november.csv" in words
    assert "Open the folder and delete the file" in words
    one.show(data.prompting(data.act()))
    assert shown.corner is None


@pytest.mark.parametrize(("text", "button"), [("OK", "ok"), ("In 10 minutes", "later")])
def test_a_notice_is_answered_by_its_buttons(prompts, qtbot, text, button) -> None:
    one, shown = prompts(data.NOTICE)
    press(qtbot, shown.corner, text)
    assert one.desk.answers == [("n1", button)]
    one.until(lambda: shown.corner is None)


def test_notices_wait_behind_the_first_instead_of_piling_up(prompts, qtbot) -> None:
    second = replace(data.NOTICE, id="n9", asked=replace(data.NOON, boot=data.NOON.boot + 5))
    one, shown = prompts(second, data.NOTICE)
    assert "1 more after this one" in one.said(shown.corner)
    press(qtbot, shown.corner, "OK")
    assert one.desk.answers == [("n1", "ok")]
    one.until(lambda: shown.corner is not None and "more after" not in one.said(shown.corner))
    press(qtbot, shown.corner, "OK")
    assert one.desk.answers[-1] == ("n9", "ok")


def test_a_right_code_uncovers_the_screen(prompts, qtbot) -> None:
    one, shown = prompts(data.PROOF)
    assert len(shown.covers) == 1
    words = one.said(shown.proof)
    assert "Payments is open" in words
    assert "Ask: the security desk: +44 1632 960 555" in words
    assert "locks in 2:00" in words
    qtbot.keyClicks(field(shown), RIGHT_CODE)
    qtbot.keyClick(field(shown), Qt.Key.Key_Return)
    assert one.desk.proofs == [("p1", RIGHT_CODE)]
    one.until(lambda: shown.proof is None)
    assert shown.covers == ()


def test_a_wrong_code_gets_its_reply_and_another_try(prompts, qtbot) -> None:
    one, shown = prompts(data.PROOF)
    for tries in (1, 2):
        qtbot.keyClicks(field(shown), WRONG_CODE)
        press(qtbot, shown.proof, "Confirm")
        assert field(shown).text() == ""
        one.until(lambda: "code is not right" in one.said(shown.proof) and field(shown).isEnabled())
        assert len(one.desk.proofs) == tries


def test_a_code_is_never_readable_not_even_for_a_screen_reader(prompts, qtbot) -> None:
    _, shown = prompts(data.PROOF)
    qtbot.keyClicks(field(shown), WRONG_CODE)
    assert WRONG_CODE not in accessible_texts(shown.covers[0])
    assert WRONG_CODE not in field(shown).displayText()
    press(qtbot, shown.proof, "Confirm")
    assert WRONG_CODE not in accessible_texts(shown.covers[0])


def test_an_empty_code_is_not_sent(prompts, qtbot) -> None:
    one, shown = prompts(data.PROOF)
    qtbot.keyClick(field(shown), Qt.Key.Key_Return)
    assert one.desk.proofs == []
    assert "Type your code first." in one.said(shown.proof)


def test_no_answer_lets_the_person_try_again(prompts, qtbot) -> None:
    one, shown = prompts(data.PROOF)
    one.desk.prove = lambda _prompt, _code: None
    card = shown.proof
    qtbot.keyClicks(field(shown), WRONG_CODE)
    press(qtbot, card, "Confirm")
    assert not field(shown).isEnabled()
    card._form._slow.start(1)
    one.until(field(shown).isEnabled)
    assert "No answer yet" in one.said(card)


def test_escape_and_close_do_not_dismiss_a_proof(prompts, qtbot) -> None:
    one, shown = prompts(data.PROOF)
    qtbot.keyClick(field(shown), Qt.Key.Key_Escape)
    shown.covers[0].close()
    assert shown.covers[0].isVisible()
    assert shown.proof is not None
    assert one.desk.answers == []


def test_never_two_proofs_at_once(prompts) -> None:
    other = replace(data.PROOF, id="p2", topic="CRM")
    one, shown = prompts(data.PROOF, other)
    assert len(shown.covers) == 1
    assert "Payments is open" in one.said(shown.proof)
    one.show(data.prompting(data.act(), other))
    assert "CRM is open" in one.said(shown.proof)


def test_a_proof_that_only_records_does_not_threaten_a_lock(prompts) -> None:
    one, shown = prompts(replace(data.PROOF, deadline=None))
    assert "locks in" not in one.said(shown.proof)


def test_the_covers_follow_the_screens(prompts, qapp) -> None:
    one, shown = prompts(data.PROOF)
    before = shown.covers
    qapp.screenRemoved.emit(qapp.primaryScreen())
    assert len(shown.covers) == 1
    assert shown.covers != before
    assert "Payments is open" in one.said(shown.proof)
    assert shown.covers[0].geometry() == qapp.primaryScreen().geometry()


def test_a_lesson_is_answered_wrong_then_right(prompts, qtbot) -> None:
    one, shown = prompts(data.LESSON)
    card = shown.corner
    assert isinstance(card, LessonCard)
    press(qtbot, card, "Answer")
    assert "Choose one of the answers first." in one.said(card)
    card.findChildren(QRadioButton)[0].setChecked(True)
    press(qtbot, card, "Answer")
    assert "Not quite." in one.said(card)
    card.findChildren(QRadioButton)[1].setChecked(True)
    press(qtbot, card, "Answer")
    assert "Right." in one.said(card)
    assert one.desk.lesson_answers == [("card-data", 0), ("card-data", 1)]
    press(qtbot, card, "Done")
    assert one.desk.answers == [("l1", "ok")]
    one.until(lambda: shown.corner is None)


def test_a_lesson_can_be_put_off(prompts, qtbot) -> None:
    one, shown = prompts(data.LESSON)
    press(qtbot, shown.corner, "In 10 minutes")
    assert one.desk.answers == [("l1", "later")]


def test_a_lesson_that_is_gone_is_told_as_a_notice(prompts) -> None:
    _, shown = prompts(replace(data.LESSON, topic="unknown"))
    assert isinstance(shown.corner, NoticeCard)
