from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QSystemTrayIcon

from agentguard.model.events import SensorState, Watching
from agentguard.model.payment import Recorder
from agentguard.ui import icons
from agentguard.ui.modes import BADGES
from agentguard.ui.tray import Tray
from agentguard.ui.views import Page
from tools.gallery import data

FAILED = SensorState(at=data.NOON, sensor="files", state=Watching.FAILED)
STATES = ("good", "attention", "act", "theirs", "blind", "paused")


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
    return [a.text() for a in tray.menu.actions() if not a.isSeparator() and a.isVisible()]


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
    assert "Everything is in order. Offline since 12:03." in icon.icon.toolTip()
    one.show(data.paying(data.good(), Recorder.PAUSED))
    assert "since 12:01, recorder paused. Everything is in order." in icon.icon.toolTip()


def test_the_menu_says_state_lessons_and_inbox(tray) -> None:
    one, icon = tray(data.act())
    assert lines(icon) == [
        "Act now: 3 things need you, at least one now.",
        "Paused: Vendors of programs",
        "Open AgentGuard",
        "Lock now",
        "Report an incident",
        "If something goes wrong, call: the security desk: +44 1632 960 555",
        "Lessons: 1 due",
        "Inbox: 2 new",
        "What leaves this PC",
        "About AgentGuard",
    ]
    one.show(replace(data.good(), inbox=()))
    assert lines(icon)[0] == "In order: Everything is in order."
    assert lines(icon)[5:7] == ["Lessons: none due", "Inbox: nothing new"]


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


def test_row_231_the_menu_has_a_line_for_each_mode_that_comes_and_goes(tray) -> None:
    one, icon = tray(data.good())
    without = lines(icon)
    one.show(data.all_modes())
    assert lines(icon)[1:9] == [
        "Vault held until 15:03",
        "Recorder NOT paused: pause it by hand",
        "Screens covered at 12:03",
        "In a call",
        "Part of AgentGuard does not work: Clipboard",
        "Policy refused at 11:03",
        "Policy was valid until 2026-11-01",
        "Paused: Vendors of programs",
    ]
    assert lines(icon)[9] == "Offline since 11:38"
    pages = []
    icon.opened.connect(pages.append)
    icon.menu.actions()[1].trigger()
    assert pages == [Page.OVERVIEW]
    one.show(data.good())
    assert lines(icon) == without


def test_row_231_the_icon_bears_the_sign_of_the_mode(tray) -> None:
    """Worst first: a recorder that a person must pause stands before everything else."""
    one, icon = tray(data.good())

    def drawn() -> QImage:
        return icon.icon.icon().pixmap(32).toImage()

    def wanted(state: str, badge: str) -> QImage:
        return icons.tray(state, badge).pixmap(32).toImage()

    for seen, badge in (
        (data.paying(data.good(), Recorder.PAUSED), "payment"),
        (data.paying(data.good(), Recorder.UNKNOWN), "recorder"),
        (replace(data.good(), in_call=True), "call"),
        (replace(data.good(), soon=data.NOON), "soon"),
        (replace(data.good(), sensors=(FAILED,)), "parts"),
        (replace(data.offline(data.good()), in_call=True), "call"),
    ):
        one.show(seen)
        assert drawn() == wanted("good", badge)
    one.show(data.offline(data.good()))
    assert drawn() == wanted("good-offline", "")


def test_a_mode_that_is_not_known_puts_no_sign_on_the_icon(tray) -> None:
    unseen = SensorState(at=data.NOON, sensor="session", state=Watching.ABSENT)
    _, icon = tray(replace(data.good(), sensors=(unseen,)))
    assert lines(icon)[1] == "Not known whether you are at your desk"
    assert icon.icon.icon().pixmap(32).toImage() == icons.tray("good").pixmap(32).toImage()


def test_shapes_differ_without_any_colour(qapp) -> None:
    """Drawn in grey on a light and on a dark bar, no two states look the same at 16 pixels."""
    names = [(f"{s}{o}", "") for s in STATES for o in ("", "-offline")]
    names += [(state, badge) for state in STATES for badge in sorted(set(BADGES.values()))]
    for size in (16, 22, 32):
        pictures = [
            icons.marked(state, badge, size)
            .toImage()
            .convertToFormat(QImage.Format.Format_Grayscale8)
            for state, badge in names
        ]
        for i, one in enumerate(pictures):
            for other in pictures[i + 1 :]:
                assert _difference(one, other) > 0.02


def _difference(one, other) -> float:
    pairs = zip(bytes(one.constBits()), bytes(other.constBits()), strict=True)
    return sum(abs(a - b) for a, b in pairs) / (255 * one.sizeInBytes())


def test_the_icon_has_a_picture_for_every_taskbar(qapp) -> None:
    assert {s.width() for s in icons.tray("good").availableSizes()} >= {16, 22, 24, 32, 48}
