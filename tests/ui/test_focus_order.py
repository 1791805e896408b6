"""Tab and a screen reader go through every window in the order in which it is seen."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QRadioButton, QScrollArea, QWidget

from agentguard.ui.accessible import Role
from agentguard.ui.focus_order import reached
from agentguard.ui.keyed_list import Keyed
from agentguard.ui.lesson_card import LessonCard
from agentguard.ui.prompts import Prompts
from agentguard.ui.views import Page
from tools.gallery import data, todo
from tools.gallery.lessons import LESSONS

TABS = 200


def went(qtbot, window: QWidget) -> list[QWidget]:
    """Go through a window with Tab, from the first that is reached, until it begins anew."""
    first = next(iter(reached(window)))
    first.setFocus(Qt.FocusReason.TabFocusReason)
    found = [first]
    for _ in range(TABS):
        qtbot.keyClick(found[-1], Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is first or now is found[-1]:
            break
        found.append(now)
    return found


def places(window: QWidget, widgets: list[QWidget]) -> list[tuple[int, int]]:
    """Give where each begins: from the top, and from the side at which one begins to read."""
    left_to_right = window.layoutDirection() is Qt.LayoutDirection.LeftToRight
    found = []
    for one in widgets:
        at = one.mapTo(window, QPoint(0, 0))
        side = at.x() if left_to_right else window.width() - at.x() - one.width()
        found.append((at.y() + one.height() // 2, side))
    return found


def in_order(window: QWidget, widgets: list[QWidget]) -> bool:
    """Tell whether each stands below the one before, or beside it in the same line."""
    at = places(window, widgets)
    return all(
        below[0] > above[0] or (abs(below[0] - above[0]) <= 12 and below[1] > above[1])
        for above, below in pairwise(at)
    )


def of_a_group(widget: QWidget) -> bool:
    return isinstance(widget, QRadioButton)


SEEN = {
    "to do": (todo.six, Page.TODO),
    "one": (todo.one, Page.TODO),
    "fifty": (todo.fifty, Page.TODO),
    "failed": (todo.failed, Page.TODO),
    "act": (data.act, Page.OVERVIEW),
    "shift": (data.act, Page.SHIFT),
    "incident": (data.act, Page.INCIDENT),
    "vault": (data.act, Page.VAULT),
    "lessons": (data.act, Page.LESSONS),
    "leaving": (data.act, Page.LEAVING),
    "factors": (data.act, Page.FACTORS),
    "all modes": (data.all_modes, Page.INBOX),
}


@pytest.mark.parametrize(
    "direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft]
)
@pytest.mark.parametrize("name", SEEN)
def test_row_364_tab_goes_on_as_one_reads(qtbot, rig, name, direction) -> None:
    make, page = SEEN[name]
    one = rig(make())
    one.window.setLayoutDirection(direction)
    one.window.resize(1000, 3000)
    one.window.open(page)
    qtbot.waitExposed(one.window)
    QApplication.processEvents()
    passed = went(qtbot, one.window)
    on_page = [w for w in passed if one.window.current.isAncestorOf(w)]
    assert in_order(one.window, on_page), [w.accessibleName() for w in on_page]
    missed = [w for w in reached(one.window) if w not in passed and not of_a_group(w)]
    doors = set(one.window.findChildren(QWidget)) - set(one.window.current.findChildren(QWidget))
    assert [w.accessibleName() for w in missed if w not in doors] == []


def test_row_364_what_comes_in_the_middle_is_passed_in_the_middle(qtbot, rig) -> None:
    """As news does: Qt would go to it last of all, after the whole page."""
    second = todo.one()
    findings = todo.six().findings
    one = rig(replace(second, findings=findings[1:]))
    one.window.resize(1000, 3000)
    one.window.open(Page.TODO)
    one.show(replace(second, findings=findings))
    QApplication.processEvents()
    passed = [w for w in went(qtbot, one.window) if one.window.current.isAncestorOf(w)]
    assert in_order(one.window, passed), [w.accessibleName() for w in passed]
    for keyed in one.window.current.findChildren(Keyed):
        children = [w for w in keyed.children() if w in keyed.rows]
        assert children == list(keyed.rows), "a reader goes by the order of the children"


@pytest.mark.parametrize("prompt", [data.NOTICE, data.LESSON, data.PROOF])
def test_row_364_tab_goes_through_a_card_as_one_reads(qtbot, rig, theme, prompt) -> None:
    one = rig(data.prompting(data.act(), prompt))
    prompts = Prompts(one.bridge, theme)
    card = prompts.corner or prompts.covers[0]
    qtbot.waitExposed(card)
    QApplication.processEvents()
    passed = went(qtbot, card)
    assert len(passed) > 1
    assert in_order(card, passed), [w.accessibleName() for w in passed]
    prompts.close()


def test_row_364_each_step_of_a_lesson_is_read_before_one_goes_on(qtbot, rig) -> None:
    one = rig(data.act())
    card = LessonCard(LESSONS[0], one.texts, one.desk, lambda: None)
    qtbot.addWidget(card)
    card.show()
    QApplication.processEvents()
    passed = went(qtbot, card)
    assert in_order(card, passed), [w.accessibleName() for w in passed]


def described(widget: QWidget) -> QAccessible:
    return QAccessible.queryAccessibleInterface(widget)


def test_row_362_the_pages_are_a_list_of_which_one_is_chosen(rig) -> None:
    one = rig(data.act())
    one.window.open(Page.INBOX)
    doors = [described(w) for w in one.window.findChildren(QWidget) if w.property("look") == "nav"]
    assert len(doors) == len(Page)
    assert all(door.role() is Role.ListItem for door in doors)
    assert [bool(door.state().selected) for door in doors] == [page is Page.INBOX for page in Page]
    assert doors[0].parent().role() is Role.List
    press = doors[0].actionInterface()
    press.doAction(press.actionNames()[0])
    assert one.window.current.page is next(iter(Page))


def test_row_362_an_empty_list_and_a_picture_without_words_are_not_told(rig) -> None:
    one = rig(data.good())
    one.window.open(Page.TODO)
    for widget in one.window.findChildren(QWidget):
        told = described(widget)
        if told is None or told.state().invisible:
            continue
        if told.role() is Role.List:
            assert told.childCount()
        if told.role() in (Role.StaticText, Role.Heading, Role.Graphic):
            assert told.text(QAccessible.Text.Name)


@pytest.mark.parametrize("place", [0, 1])
def test_row_382_what_is_taken_away_leaves_the_focus_beside_it(qtbot, rig, place) -> None:
    """Else one who pressed a button that goes away begins anew at the list of pages."""
    one = rig(todo.six())
    one.window.open(Page.TODO)
    qtbot.waitExposed(one.window)
    QApplication.processEvents()
    on_page = [w for w in reached(one.window) if one.window.current.isAncestorOf(w)]
    gone = on_page[place]
    gone.setFocus(Qt.FocusReason.TabFocusReason)
    gone.hide()
    assert QApplication.focusWidget() is on_page[place + 1]


@pytest.mark.parametrize(
    "page",
    [Page.OVERVIEW, Page.LESSONS, Page.SHIFT, Page.INCIDENT, Page.LEAVING, Page.ABOUT],
)
def test_row_383_a_page_without_anything_to_press_is_read_by_keys(qtbot, rig, page) -> None:
    one = rig(data.act())
    one.window.resize(1000, 480)
    one.window.open(page)
    qtbot.waitExposed(one.window)
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    bar = one.window.current.findChild(QScrollArea, options=direct).verticalScrollBar()
    one.until(lambda: bar.maximum() > 0)  # the page is longer than the window
    seen = []
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_Home):
        qtbot.keyClick(one.window.focusWidget(), key)
        seen.append(bar.value())
    down, end, up, home = seen
    assert 0 < down <= end == bar.maximum()
    assert home == 0 <= up < end
