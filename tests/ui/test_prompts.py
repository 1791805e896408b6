from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QAccessible, QEnterEvent
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)

from agentguard import checks
from agentguard.base import paths, translations
from agentguard.base.plugins import discover
from agentguard.checks.base import Check
from agentguard.model.local_hours import local
from agentguard.model.messages import say
from agentguard.model.prompts import Prompt
from agentguard.ui.lesson_card import LessonCard
from agentguard.ui.notice_card import PICTURE, NoticeCard, coaching_picture, coaching_text
from agentguard.ui.prompts import Prompts
from tools.gallery import data
from tools.gallery.desk import RIGHT_CODE

WRONG_CODE = "135790"


@pytest.fixture
def prompts(rig) -> Iterator[Callable[..., tuple[Any, Prompts]]]:
    made = []

    def make(*open_: Prompt) -> tuple[Any, Prompts]:
        one = rig(data.prompting(data.act(), *open_))
        opened: list[str] = []
        made.append(Prompts(one.bridge, one.theme, todo=lambda: opened.append("todo")))
        made[-1].opened = opened
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


@pytest.mark.parametrize(
    ("text", "button"),
    [
        ("Got it", "ok"),
        ("At {}", "later-soon"),
        ("At {}, after your break", "later-break"),
        ("At {}, before you go", "later-end"),
    ],
)
def test_a_notice_is_answered_by_its_buttons(prompts, qtbot, text, button) -> None:
    one, shown = prompts(data.NOTICE)
    times = {later.answer: f"{local(later.until.wall):%H:%M}" for later in data.NOTICE.later}
    press(qtbot, shown.corner, text.format(times.get(button)))
    assert one.desk.answers == [("n1", button)]
    one.until(lambda: shown.corner is None)


def test_it_tells_what_else_waits_and_that_nothing_is_lost(prompts) -> None:
    one, shown = prompts(data.NOTICE)
    said = one.said(shown.corner)
    assert "And 3 more in To do." in said
    assert "It stays in To do either way." in said


def test_what_has_no_time_left_offers_none(prompts) -> None:
    one, shown = prompts(replace(data.NOTICE, later=()))
    assert "Later:" not in one.said(shown.corner)


def test_it_opens_to_do(prompts, qtbot) -> None:
    one, shown = prompts(data.NOTICE)
    press(qtbot, shown.corner, "Show it in To do")
    assert shown.opened == ["todo"]
    assert one.desk.answers == [("n1", "ok")]


def test_the_next_of_its_kind_is_one_line(prompts) -> None:
    one, shown = prompts(data.BRIEF)
    said = one.said(shown.corner)
    assert f"{one.texts.title('pii-files', 'fail', data.CARDS.message.id)} (50 times)" in said
    assert one.texts.render(data.CARDS.message) not in said
    assert "Open the folder and delete the file" not in said


def enter(qtbot, card: QWidget) -> None:
    """Bring the pointer onto a card, as a window system does it."""
    where = QPointF(20, 20)
    qapp = QApplication.instance()
    qapp.sendEvent(card, QEnterEvent(where, where, where))


def leave(card: QWidget) -> None:
    QApplication.instance().sendEvent(card, QEvent(QEvent.Type.Leave))


def test_nothing_changes_under_the_pointer(prompts, qtbot) -> None:
    """Neither by what was done about it, nor by another cause, nor by its own end."""
    one, shown = prompts(data.NOTICE)
    card = shown.corner
    enter(qtbot, card)
    before, place = one.said(card), card.geometry()
    done = replace(data.NOTICE, title=say("action.vaulted-title"), advice=say("action.vaulted"))
    other = replace(data.SHOUTED, id="n9")
    for now in ((done,), (done, other), (other,), ()):
        one.show(data.prompting(data.act(), *now))
        assert shown.corner is card
        assert card.isVisible()
        assert (one.said(card), card.geometry()) == (before, place)
    leave(card)
    one.until(lambda: shown.corner is None)
    assert one.desk.pointers == [True, False]


def test_what_was_done_is_told_once_the_pointer_has_left(prompts, qtbot) -> None:
    one, shown = prompts(data.NOTICE)
    card = shown.corner
    enter(qtbot, card)
    done = replace(data.NOTICE, title=say("action.vaulted-title"), advice=say("action.vaulted"))
    one.show(data.prompting(data.act(), done))
    assert "A file was moved to the vault" not in one.said(card)
    leave(card)
    assert shown.corner is card
    assert "A file was moved to the vault" in one.said(card)


def test_another_cause_never_takes_the_place_of_a_card(prompts) -> None:
    one, shown = prompts(data.NOTICE)
    card, before = shown.corner, one.said(shown.corner)
    one.show(data.prompting(data.act(), replace(data.SHOUTED, asked=data.ago(60)), data.NOTICE))
    assert shown.corner is card
    assert one.said(card) == before


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        (data.COACHING, "A plain file can be opened by anyone"),
        (data.FORBIDDEN, "anyone can pay as the customer"),
        (data.SHOUTED, "can be read by every program"),
    ],
)
def test_coaching_is_a_few_words_and_a_picture_without_a_question(
    prompts, qtbot, prompt, words
) -> None:
    one, shown = prompts(prompt)
    card = shown.corner
    assert words in one.said(card)
    assert words in card.accessibleName()
    assert not card.findChildren(QRadioButton)
    drawn = [p for p in card.findChildren(QLabel) if p.width() == PICTURE and p.isVisible()]
    assert len(drawn) == 1
    press(qtbot, card, "Got it")
    assert one.desk.answers == [(prompt.id, "ok")]


@pytest.mark.parametrize(
    ("advice", "is_told"),
    [
        ("vault.left.unwritten", True),
        ("vault.left.open", True),
        ("prompt.failed-vault", True),
        ("prompt.doing-vault", False),
    ],
)
def test_row_518_a_card_that_teaches_tells_what_was_not_done(
    prompts, advice: str, *, is_told: bool
) -> None:
    one, shown = prompts(replace(data.COACHING, advice=say(advice)))
    said = translations.load().say(advice)
    assert (said in one.said(shown.corner)) is is_told
    assert (said in shown.corner.accessibleName()) is is_told
    assert "A plain file can be opened by anyone" in one.said(shown.corner)


def test_every_control_that_coaches_has_words_of_fifteen_seconds_and_a_picture() -> None:
    """Three words a second are read at ease (Brysbaert 2019: 238 a minute)."""
    words = translations.load()
    for check in (c for c in discover(checks, "CHECK", Check) if c.lessons):
        for sentence in ("found", "forbidden"):
            prompt = replace(data.NOTICE, coach=check.id, body=say(f"{check.id}.{sentence}"))
            assert 15 <= len(coaching_text(prompt, words).split()) <= 45, check.id
            picture = paths.resources() / "icons" / f"{coaching_picture(prompt)}.svg"
            assert picture.stat().st_size < 3_000


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


def test_a_lesson_is_offered_begun_and_answered_wrong_then_right(prompts, qtbot) -> None:
    one, shown = prompts(data.LESSON)
    assert "three times this month" in one.said(shown.corner)
    press(qtbot, shown.corner, "Start the lesson")
    card = shown.corner
    assert isinstance(card, LessonCard)
    assert one.desk.answers == [("l1", "ok")]
    one.show(data.prompting(data.act(), data.NOTICE))
    assert shown.corner is card, "what comes meanwhile waits"
    for _ in range(4):
        press(qtbot, card, "Next")
    press(qtbot, card, "Check my answer")
    assert "Choose one of the answers first." in one.said(card)
    card.findChildren(QRadioButton)[0].setChecked(True)
    press(qtbot, card, "Check my answer")
    assert "Not quite." in one.said(card)
    card.findChildren(QRadioButton)[1].setChecked(True)
    press(qtbot, card, "Check my answer")
    assert "Right." in one.said(card)
    press(qtbot, card, "Next")
    assert one.desk.lessons_done == []
    press(qtbot, card, "Yes, I will")
    assert one.desk.lessons_done == ["card-data"]
    press(qtbot, card, "Done")
    assert isinstance(shown.corner, NoticeCard)


def test_a_lesson_that_was_begun_can_be_put_away(prompts, qtbot) -> None:
    one, shown = prompts(data.LESSON)
    press(qtbot, shown.corner, "Start the lesson")
    press(qtbot, shown.corner, "Not now")
    one.until(lambda: shown.corner is None)
    assert one.desk.lessons_done == []


def test_a_lesson_that_is_gone_begins_nothing(prompts, qtbot) -> None:
    one, shown = prompts(replace(data.LESSON, topic="unknown"))
    press(qtbot, shown.corner, "Start the lesson")
    one.until(lambda: shown.corner is None)
