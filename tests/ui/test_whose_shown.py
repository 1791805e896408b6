"""What the person at the desk cannot mend, as she sees it: quiet, in a place of its own, honest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from agentguard.model.events import UplinkState
from agentguard.model.verdicts import OTHERS
from agentguard.ui.pages.overview import StateHeader
from agentguard.ui.pages.todo import TheirGroupCard, TheirRow, TheirsCard
from agentguard.ui.tray import Tray
from agentguard.ui.views import Page
from tools.gallery import data

LOUD = frozenset({"act", "attention"})
CALM = "6 things are for your desktop team and your supervisor. There is nothing for you to mend."


def opened(rig, page: Page) -> QWidget:
    rig.window.open(page)
    QApplication.processEvents()
    return rig.window.current


def tones(widget: QWidget) -> set[str]:
    """Give the tones that what is seen of a widget is painted in."""
    every = [widget, *widget.findChildren(QWidget)]
    return {str(one.property("tone")) for one in every if one.isVisibleTo(widget.window())}


def test_row_208_the_first_window_of_a_new_desk_is_calm(rig) -> None:
    one = rig(data.new_desk())
    page = opened(one, Page.OVERVIEW)
    (header,) = page.findChildren(StateHeader)
    assert CALM in one.said(header)
    assert CALM in header.accessibleName()
    assert not tones(page) & LOUD
    assert "In order" not in header.accessibleName()
    assert "With the team" in one.said(page)
    assert "With your supervisor" in one.said(page)


def test_row_204_their_place_says_who_has_it_since_when_and_what_she_can_do(rig) -> None:
    one = rig(data.new_desk())
    page = opened(one, Page.TODO)
    (place,) = page.findChildren(TheirsCard)
    team, supervisor = place.findChildren(TheirGroupCard)
    assert "For your desktop team (5). There is nothing for you to mend." in one.said(team)
    assert "For your supervisor. There is nothing for you to mend." in one.said(supervisor)
    assert "Meanwhile: Use no public Wi-Fi until the firewall is on." in one.said(team)
    assert "Meanwhile: Change nothing on this PC" in one.said(supervisor)
    assert "They have been told." in one.said(place)
    assert not tones(place) & LOUD
    assert place.findChildren(QPushButton) == []
    for row in place.findChildren(TheirRow):
        assert "since " in row.accessibleName()
        assert "Meanwhile: " in row.accessibleName()


def test_what_the_title_says_already_is_not_said_twice(rig) -> None:
    one = rig(data.new_desk())
    said = one.said(opened(one, Page.TODO)).split("\n")
    assert said.count("No backup was found") == 1
    assert "No backup was found." not in said


def test_row_204_the_menu_and_the_tooltip_count_hers_alone(rig) -> None:
    both = data.updating()
    one = rig(both)
    tray = Tray(one.bridge, may_quit=False, available=lambda: True)
    tray.start()
    assert "2 things need your attention." in tray.icon.toolTip()
    assert any("2 things need your attention." in a.text() for a in tray.menu.actions())
    header = opened(one, Page.OVERVIEW).findChildren(StateHeader)[0]
    assert "1 more thing is for your desktop team." in one.said(header)
    assert "To do (2)" in entries(one.window)
    one.show(data.new_desk())
    assert CALM[:30] in tray.icon.toolTip()
    assert "To do" in entries(one.window)
    tray.close()


def entries(window: QWidget) -> list[str]:
    """Give the lines of the window's menu."""
    return [door.text() for door in window.findChildren(QPushButton)]


@pytest.mark.parametrize("problem", ["", "uplink.offline", "not-enrolled"])
def test_row_206_whether_they_know_is_said_as_it_is(rig, problem: str) -> None:
    uplink = UplinkState(at=data.NOON, problem=problem, waiting=0, receipted=0)
    one = rig(replace(data.new_desk(), uplink=uplink))
    said = one.said(opened(one, Page.TODO))
    assert ("They have been told." in said) is (not problem)
    assert ("Nobody is told from here" in said) is (problem == "not-enrolled")


def test_a_desk_of_the_pictures_has_what_the_checks_say(rig) -> None:
    found = data.new_desk().findings
    assert {f.owner for f in found} == OTHERS
