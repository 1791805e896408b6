from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QSystemTrayIcon

from agentguard.model.payment import Recorder
from agentguard.ui import icons
from agentguard.ui.tray import Tray
from agentguard.ui.views import Page
from tools.gallery import data

STATES = ("good", "attention", "act", "blind", "paused")


class Host:
    """A tray host that comes and goes."""

    def __init__(self, here: bool) -> None:
        self.here = here

    def __call__(self) -> bool:
        return self.here


@pytest.fixture
def tray(rig) -> Iterator[Callable[..., tuple[Any, Tray]]]:
    made = []

    def make(snapshot=None, *, may_quit=False, host=None) -> tuple[Any, Tray]:
        one = rig(snapshot)
        made.append(Tray(one.bridge, may_quit=may_quit, available=host or Host(True)))
        made[-1].start()
        return one, made[-1]

    yield make
    for one in made:
        one.close()


def lines(tray) -> list[str]:
    return [a.text() for a in tray.menu.actions() if not a.isSeparator()]


def test_the_tooltip_follows_the_state(tray) -> None:
    one, icon = tray(data.good())
    assert "Everything is in order" in icon.icon.toolTip()
    one.show(data.attention())
    assert "1 thing needs your attention" in icon.icon.toolTip()
    one.show(data.act())
    assert "at least one now" in icon.icon.toolTip()
    one.show(data.blind())
    assert "could not be read" in icon.icon.toolTip()
    one.show(data.offline(data.good()))
    assert "no answer" in icon.icon.toolTip()
    one.show(data.paying(data.good(), Recorder.PAUSED))
    assert "(payments), recorder paused. Everything is in order." in icon.icon.toolTip()


def test_the_menu_says_state_lessons_and_inbox(tray) -> None:
    one, icon = tray(data.act())
    assert lines(icon) == [
        "Act now: 3 things need you, at least one now.",
        "Open AgentGuard",
        "Lock now",
        "Report an incident",
        "Lessons: 1 due",
        "Inbox: 2 new",
        "What leaves this PC",
        "About AgentGuard",
    ]
    one.show(replace(data.good(), inbox=()))
    assert lines(icon)[0] == "In order: Everything is in order."
    assert lines(icon)[4:6] == ["Lessons: none due", "Inbox: nothing new"]


def test_agents_cannot_quit_unless_allowed(tray, qtbot) -> None:
    _, without = tray()
    assert "Quit" not in lines(without)
    _, with_ = tray(may_quit=True)
    wanted = []
    with_.quit_wanted.connect(lambda: wanted.append("quit"))
    with_.menu.actions()[-1].trigger()
    assert wanted == ["quit"]


def test_menu_lines_open_their_page_and_lock(tray) -> None:
    one, icon = tray()
    pages = []
    icon.opened.connect(pages.append)
    for action in icon.menu.actions():
        action.trigger()
    assert pages == [
        Page.OVERVIEW,
        Page.OVERVIEW,
        Page.INCIDENT,
        Page.LESSONS,
        Page.INBOX,
        Page.LEAVING,
        Page.ABOUT,
    ]
    assert one.desk.locks == 1


def test_a_click_opens_what_is_to_do(tray) -> None:
    one, icon = tray(data.good())
    pages = []
    icon.opened.connect(pages.append)
    icon.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    one.show(data.act())
    icon.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    icon.icon.activated.emit(QSystemTrayIcon.ActivationReason.Context)
    assert pages == [Page.OVERVIEW, Page.TODO]


def test_it_works_without_a_tray_host_and_comes_back(tray, qtbot) -> None:
    host = Host(False)
    one, icon = tray(data.good(), host=host)
    assert not icon.hosted
    assert not icon.icon.isVisible()
    one.show(data.act())
    host.here = True
    qtbot.waitUntil(lambda: icon.hosted, timeout=20_000)
    assert icon.icon.isVisible()
    assert "at least one now" in icon.icon.toolTip()
    host.here = False
    icon.look()
    assert not icon.icon.isVisible()


def test_shapes_differ_without_any_colour(qapp) -> None:
    """Drawn in grey on a light and on a dark bar, no two states look the same at 16 pixels."""
    names = [f"{s}{o}" for s in STATES for o in ("", "-offline")]
    for size in (16, 22, 32):
        pictures = [
            icons.pixmap(f"tray-{name}", size)
            .toImage()
            .convertToFormat(QImage.Format.Format_Grayscale8)
            for name in names
        ]
        for i, one in enumerate(pictures):
            for other in pictures[i + 1 :]:
                assert _difference(one, other) > 0.02


def _difference(one, other) -> float:
    pairs = zip(bytes(one.constBits()), bytes(other.constBits()), strict=True)
    return sum(abs(a - b) for a, b in pairs) / (255 * one.sizeInBytes())


def test_the_icon_has_a_picture_for_every_taskbar(qapp) -> None:
    assert {s.width() for s in icons.tray("good").availableSizes()} >= {16, 22, 24, 32, 48}
