"""What holds now, above every page of the window, and whom to call at its side."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QSysInfo, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from agentguard.base import translations
from agentguard.model.exceptions import HOUR
from agentguard.model.modes import ModeKind
from agentguard.model.orders import ONCE, Order, OrderAct
from agentguard.model.payment import Recorder
from agentguard.model.policy import Contact
from agentguard.ui import icons
from agentguard.ui.mode_strip import ModeRow, ModeStrip
from agentguard.ui.present import present
from agentguard.ui.views import Page
from agentguard.ui.window import CallBox
from tools.gallery import data


def strip(one, page: Page = Page.OVERVIEW) -> ModeStrip:
    one.window.open(page)
    return one.window.findChild(ModeStrip)


def rows(shown: ModeStrip) -> list[str]:
    QApplication.processEvents()  # a layout shows what is new when the loop comes round
    found = shown.findChildren(ModeRow)
    return [row.findChildren(QLabel)[1].text() for row in found if row.isVisibleTo(shown)]


def name(widget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def test_where_nothing_holds_there_is_no_strip(rig) -> None:
    one = rig(data.good())
    shown = strip(one)
    assert not shown.isVisible()
    one.show(data.paying(data.good(), Recorder.PAUSED))
    assert shown.isVisible()
    one.show(data.good())
    assert not shown.isVisible()


@pytest.mark.parametrize("page", Page)
def test_row_231_it_stands_above_every_page(rig, page) -> None:
    one = rig(data.paying(data.good(), Recorder.FAILED))
    shown = strip(one, page)
    assert shown.isVisible()
    assert rows(shown)[0].startswith("The call recorder did not pause. Pause it by hand before")
    below = one.window.current.mapTo(one.window, QPoint(0, 0)).y()
    assert 0 < shown.mapTo(one.window, QPoint(0, shown.height())).y() <= below


def test_of_many_three_are_shown_and_a_button_shows_all(rig, qtbot) -> None:
    one = rig(data.all_modes())
    shown = strip(one)
    assert len(rows(shown)) == 3
    assert shown.more == "6 more"
    button = shown.findChild(QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert len(rows(shown)) == 9
    assert shown.more == "Show fewer"
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert len(rows(shown)) == 3


def test_a_single_one_more_is_shown_instead_of_a_button(rig) -> None:
    four = replace(data.offline(data.paused()), in_call=True, soon=data.NOON)
    shown = strip(rig(four))
    assert (len(rows(shown)), shown.more) == (4, "")


def test_only_what_the_person_must_do_is_red_and_each_row_reads_in_full(rig) -> None:
    shown = strip(rig(data.all_modes()))
    looks = [row.findChildren(QLabel)[1].property("look") for row in shown.findChildren(ModeRow)]
    assert looks == ["wrong", "wrong", ""]
    order, row = shown.findChildren(ModeRow)[:2]
    assert name(order).startswith("Vault held until")
    assert name(row).startswith("Recorder NOT paused: pause it by hand. The call recorder did")
    assert "You are in a call." in name(shown)
    assert "The office has not answered" in name(shown)  # also what is folded away


@pytest.mark.parametrize("kind", ModeKind)
def test_row_231_each_kind_of_mode_has_its_sign(qapp, kind: ModeKind) -> None:
    assert not icons.pixmap(f"mode-{kind}", 18).isNull()


@pytest.mark.parametrize("act", [act for act in OrderAct if act not in ONCE])
def test_row_231_each_order_that_holds_stands_there_in_words(rig, act: OrderAct) -> None:
    order = Order(id="1", act=act, left=HOUR, since=data.NOON)
    (said,) = rows(strip(rig(replace(data.good(), orders=(order,)))))
    assert "incident" in said


def test_row_543_a_drill_that_runs_stands_in_window_and_menu(rig) -> None:
    one = rig(data.each_mode()["drill"])
    (said,) = rows(strip(one))
    assert said.startswith("A drill has been running since 12:02: AgentGuard tests itself")
    (mode,) = present(data.each_mode()["drill"], translations.load()).modes
    assert (mode.short, mode.weight) == ("Drill since 12:02", "quiet")


def test_a_change_of_colours_keeps_every_line(rig) -> None:
    one = rig(data.all_modes())
    shown = strip(one)
    before = rows(shown)
    one.theme.force(Qt.ColorScheme.Dark)
    assert rows(shown) == before


def test_row_233_whom_to_call_and_what_to_say_stands_in_the_window_offline_too(rig) -> None:
    one = rig(data.offline(data.good()))
    one.window.open(Page.VAULT)
    box = one.window.findChild(CallBox)
    said = one.said(box).replace("\u200b", "").replace("\u00a0", " ")
    assert "Call the security desk: +44 1632 960 555." in said
    assert f"Say your name, this PC ({QSysInfo.machineHostName()}), what you saw" in said
    assert "+44 1632 960 555" in name(box)
    assert box.isVisible()


def test_row_233_without_a_number_it_says_whom_to_ask(rig) -> None:
    seen = data.good()
    one = rig(replace(seen, policy=replace(seen.policy, contact=Contact())))
    one.window.open(Page.OVERVIEW)
    said = one.said(one.window.findChild(CallBox))
    assert "No number is set. Tell your supervisor at once, and ask for the number" in said


def test_no_line_is_cut_whatever_its_length_and_the_window_s_width(rig) -> None:
    one = rig(data.all_modes())
    shown = strip(one)
    rows(shown)
    folded = shown.height()
    shown.show_all()
    one.until(lambda: shown.height() > folded * 1.5)

    def whole() -> bool:
        said = [row.findChildren(QLabel)[1] for row in shown.findChildren(ModeRow)]
        return all(one.height() >= one.heightForWidth(one.width()) for one in said)

    for width in (640, 1000, 1600):
        one.window.resize(width, 1400)
        one.until(whole)


def test_many_lines_leave_the_page_its_room(rig) -> None:
    one = rig(data.all_modes())
    shown = strip(one)
    one.window.resize(640, 480)
    shown.show_all()
    rows(shown)
    assert shown.height() < 480 * 0.6
    assert one.window.current.height() > 150
