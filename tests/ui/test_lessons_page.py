"""The lessons in the window: what is to do and by when, read at one's own pace, by keyboard too."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QPalette
from PySide6.QtWidgets import QApplication, QListWidget, QPushButton, QRadioButton

from agentguard.base import lessons
from agentguard.ui.colours import DARK, LIGHT, prescribed
from agentguard.ui.lesson_form import LessonForm, LessonPicture, themed, tones_of
from agentguard.ui.views import Page
from tests.ui.test_window import opened, press
from tools.gallery import data
from tools.gallery.lessons import LESSONS


def _list(page) -> QListWidget:
    (found,) = page.findChildren(QListWidget)
    return found


def _rows(page) -> list[str]:
    shown = _list(page)
    return [shown.item(n).text() for n in range(shown.count())]


def _through(qtbot, page, lesson) -> None:
    """Read a lesson to its promise, with the right answers."""
    for _ in lesson.cards:
        press(qtbot, page, "Next")
    for question in lesson.questions:
        radios = [r for r in page.findChildren(QRadioButton) if r.isVisibleTo(page)]
        radios[question.right].setChecked(True)
        press(qtbot, page, "Check my answer")
        press(qtbot, page, "Next")


def test_what_is_to_do_stands_first_with_its_day(rig) -> None:
    one = rig(data.attention())
    page = opened(one, Page.LESSONS)
    assert "1 lesson is waiting for you." in one.said(page)
    rows = _rows(page)
    assert len(rows) == len(LESSONS)
    assert "Overdue since 23 Nov" in rows[0]
    assert [("By " in row, "Done on" in row) for row in rows[1:4]] == [(True, False)] * 3
    assert all("Done on" in row for row in rows[4:])


def test_a_lesson_is_read_answered_and_promised(rig, qtbot) -> None:
    one = rig(data.attention())
    page = opened(one, Page.LESSONS)
    lesson = next(x for x in LESSONS if _rows(page)[0].startswith(x.title))
    said = one.said(page)
    assert lesson.cards[0].title in said
    assert lesson.cards[1].title not in said
    assert f"1 of {len(lesson.cards) + len(lesson.questions) + 1}" in said
    press(qtbot, page, "Next")
    press(qtbot, page, "Back")
    assert lesson.cards[0].title in one.said(page)
    _through(qtbot, page, lesson)
    assert lesson.acknowledge in one.said(page)
    assert one.desk.lessons_done == []
    press(qtbot, page, "Yes, I will")
    assert one.desk.lessons_done == [lesson.id]
    assert "This lesson is done." in one.said(page)
    (row,) = [row for row in _rows(page) if row.startswith(lesson.title)]
    assert "Done on 25 Nov" in row


def test_each_answer_says_why_and_no_try_is_told(rig, qtbot) -> None:
    one = rig()
    page = opened(one, Page.LESSONS)
    lesson = next(x for x in LESSONS if _rows(page)[0].startswith(x.title))
    for _ in lesson.cards:
        press(qtbot, page, "Next")
    (question,) = lesson.questions
    assert not [b for b in _buttons(page) if b.text() == "Next"], "first the question"
    press(qtbot, page, "Check my answer")
    assert "Choose one of the answers first." in one.said(page)
    radios = page.findChildren(QRadioButton)
    for number, choice in enumerate(question.choices):
        if number != question.right:
            radios[number].setChecked(True)
            press(qtbot, page, "Check my answer")
            assert f"Not quite. {choice.why}" in one.said(page)
            assert "Nobody sees how often you try." in one.said(page)
    radios[question.right].setChecked(True)
    press(qtbot, page, "Check my answer")
    assert f"Right. {question.choices[question.right].why}" in one.said(page)
    assert "Nobody sees" not in one.said(page)
    press(qtbot, page, "Next")
    press(qtbot, page, "Back")
    assert "Right." in one.said(page), "who comes back finds the answer"
    assert one.desk.lessons_done == []


def _buttons(page) -> list[QPushButton]:
    return [b for b in page.findChildren(QPushButton) if b.isVisibleTo(page)]


def _button(page, text: str) -> QPushButton:
    return next(b for b in _buttons(page) if b.text() == text)


def test_one_that_was_begun_stays_where_it_is_while_others_news_come(rig, qtbot) -> None:
    one = rig(data.attention())
    page = opened(one, Page.LESSONS)
    press(qtbot, page, "Next")
    (form,) = page.findChildren(LessonForm)
    one.desk.show(data.good())
    one.window.open(Page.OVERVIEW)
    page = opened(one, Page.LESSONS)
    assert page.findChildren(LessonForm) == [form]
    assert form.place == 1


def test_a_lesson_is_done_by_keyboard_alone(rig, qtbot) -> None:
    one = rig(data.attention())
    page = opened(one, Page.LESSONS)
    shown = _list(page)
    shown.setFocus()
    qtbot.keyClick(shown, Qt.Key.Key_Down)
    lesson = next(x for x in LESSONS if shown.currentItem().text().startswith(x.title))
    assert lesson.cards[0].title in one.said(page)
    for _ in lesson.cards:
        qtbot.keyClick(_button(page, "Next"), Qt.Key.Key_Space)
    for question in lesson.questions:
        radios = [r for r in page.findChildren(QRadioButton) if r.isVisibleTo(page)]
        qtbot.keyClick(radios[question.right], Qt.Key.Key_Space)
        qtbot.keyClick(_button(page, "Check my answer"), Qt.Key.Key_Space)
        qtbot.keyClick(_button(page, "Next"), Qt.Key.Key_Space)
    qtbot.keyClick(_button(page, "Yes, I will"), Qt.Key.Key_Space)
    assert one.desk.lessons_done == [lesson.id]


def test_a_screen_reader_meets_a_list_pictures_by_name_and_the_card_on_the_button(rig) -> None:
    one = rig(data.attention())
    page = opened(one, Page.LESSONS)
    spoken = QAccessible.queryAccessibleInterface(_list(page))
    assert spoken.role() is QAccessible.Role.List
    assert spoken.child(0).role() is QAccessible.Role.ListItem
    assert spoken.text(QAccessible.Text.Name) == "Your lessons"
    (form,) = page.findChildren(LessonForm)
    (picture,) = form.findChildren(LessonPicture)
    lesson = next(x for x in LESSONS if _rows(page)[0].startswith(x.title))
    assert picture.accessibleName() == f"Drawing: {lesson.cards[0].title}"
    assert lesson.cards[0].text in _button(page, "Next").accessibleDescription()


@pytest.mark.parametrize("large", [1, 2])
def test_nothing_is_cut_off_at_any_size_of_text(rig, qtbot, large: int) -> None:
    app = QApplication.instance()
    before = app.font()
    font = app.font()
    font.setPointSizeF(before.pointSizeF() * large)
    app.setFont(font)
    try:
        one = rig(data.attention())
        one.theme.force(Qt.ColorScheme.Light)
        page = opened(one, Page.LESSONS)
        shown = _list(page)
        for wide in (700, 1100):
            one.window.resize(wide, 700)
            QApplication.processEvents()
            last = shown.visualItemRect(shown.item(shown.count() - 1))
            assert shown.viewport().height() > last.bottom()
        (picture,) = page.findChildren(LessonPicture)
        assert picture.height() >= 6 * picture.fontMetrics().height()
        assert picture.width() <= page.width()
    finally:
        app.setFont(before)


@pytest.mark.parametrize("tones", [LIGHT, DARK], ids=["light", "dark"])
def test_every_picture_can_be_drawn_and_seen_in_each_theme(qtbot, tones) -> None:
    for lesson in lessons.load():
        for card in lesson.cards:
            drawn = _drawn(qtbot, card.picture, tones)
            colours = {drawn.pixelColor(x, y).name() for x in range(192) for y in range(120)}
            strong = {tones.text, tones.accent, tones.good, tones.act, tones.muted}
            assert strong & colours, card.title


def _drawn(qtbot, svg: str, tones) -> QImage:
    widget = LessonPicture(svg, "x")
    qtbot.addWidget(widget)
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, QColor(tones.ground))
    widget.setPalette(palette)
    widget.resize(192, 120)
    image = QImage(192, 120, QImage.Format.Format_RGB32)
    image.fill(QColor(tones.card))
    widget.render(image)
    return image


def test_a_high_contrast_desktop_has_its_own_colours_in_the_pictures() -> None:
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, QColor("#000000"))
    palette.setColor(QPalette.ColorRole.WindowText, QColor("#ffff00"))
    assert tones_of(palette) == prescribed(palette)
    drawn = themed('<path stroke="red" fill="none"/>', tones_of(palette))
    assert drawn == '<path stroke="#ffff00" fill="none"/>'
