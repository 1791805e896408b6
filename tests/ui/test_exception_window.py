"""An exception is asked for at the desk: with a real end, in plain words, by keyboard alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QPushButton, QRadioButton

from agentguard.base import translations
from agentguard.model.exceptions import HOUR, Request, RequestState
from agentguard.model.modes import TOLD_FOR
from agentguard.model.moments import Moment
from agentguard.model.snapshot import Snapshot
from agentguard.ui.bridge import Bridge
from agentguard.ui.exception_window import ExceptionWindow, RequestRow
from agentguard.ui.mode_strip import ModeRow
from agentguard.ui.present_exceptions import ends
from agentguard.ui.run import Interface
from agentguard.ui.speech import dress
from agentguard.ui.tray import Tray
from agentguard.ui.views import Page
from agentguard.ui.wording import Wording
from tools.gallery import data
from tools.gallery.desk import SimulatedDesk
from tools.gallery.excepting import excepting

LINK = "Ask for an exception"
REASON = "The new headsets need their driver from a stick."


@pytest.fixture
def allowing() -> Snapshot:
    """Give a desk with findings whose policy lets three controls be excepted; nothing asked for."""
    return replace(excepting(data.act()), requests=())


@pytest.fixture
def opened(rig, qtbot, theme, allowing) -> Any:
    one = rig(allowing)
    window = ExceptionWindow(one.bridge, theme)
    qtbot.addWidget(window)
    window.open("software")
    return one, window


def name(widget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def named(window, kind, text) -> Any:
    return next(one for one in seen(window, kind) if text in name(one))


def seen(window, kind) -> list[Any]:
    """Give what can be seen: what was taken away may still wait for its end."""
    QApplication.processEvents()
    return [one for one in window.findChildren(kind) if one.isVisibleTo(window)]


def fill(window, reason: str = REASON, until: str = "17:00 today") -> None:
    named(window, QRadioButton, until).click()
    one, other = window.findChildren(QPlainTextEdit)
    one.setPlainText(reason)
    other.setPlainText("The team leader watches.")


def test_row_345_it_is_asked_with_a_real_end_and_then_waits_in_sight(opened, qtbot) -> None:
    one, window = opened
    fill(window)
    named(window, QPushButton, "Ask").click()
    (asked,) = one.desk.wishes
    assert asked["control"] == "software"
    assert asked["reason"] == REASON
    until = datetime.fromtimestamp(float(asked["until"]), UTC).astimezone()
    assert (until.hour, until.minute) == (17, 0)
    one.until(lambda: len(window.findChildren(RequestRow)) == 1)
    said = one.said(window)
    assert "Nothing changes until somebody in the office has approved it" in said
    assert "Supported programs, until 17:00: waits for somebody in the office." in said
    assert all(not each.toPlainText() for each in window.findChildren(QPlainTextEdit))


def test_row_345_it_says_what_is_unguarded_the_bound_and_who_must_approve(opened) -> None:
    one, window = opened
    said = one.said(window)
    assert "nothing is done at this desk about: Supported programs" in said
    assert "hours at most: 72 at once, and 288 in 30 days" in said
    assert "a second person" not in said
    named(window, QRadioButton, "28 Nov").click()
    assert "a second person has to approve it" in one.said(window)
    named(window, QRadioButton, "17:00 today").click()
    assert "a second person" not in one.said(window)


@pytest.mark.parametrize(
    ("reason", "instead", "told"),
    [
        ("too short", "x", "at least 20 characters"),
        (" " * 40, "x", "at least 20 characters"),
        (REASON, " ", "what you do instead"),
        ("a" * 1001, "x", "at most 1000"),
        (REASON, "x" * 1001, "at most 1000"),
    ],
)
def test_row_345_what_is_missing_is_told_and_nothing_asked(opened, reason, instead, told) -> None:
    one, window = opened
    named(window, QPushButton, "Ask").click()
    assert "Choose until when." in one.said(window)
    fill(window, reason)
    window.findChildren(QPlainTextEdit)[1].setPlainText(instead)
    named(window, QPushButton, "Ask").click()
    assert told in one.said(window)
    assert one.desk.wishes == []


def test_row_345_a_reason_of_a_thousand_signs_is_taken_whole(opened) -> None:
    one, window = opened
    fill(window, "a" * 1000)
    named(window, QPushButton, "Ask").click()
    assert len(one.desk.wishes[0]["reason"]) == 1000


def test_row_345_what_the_policy_no_longer_allows_is_told_and_words_stay(opened) -> None:
    one, window = opened
    one.desk.asks_nothing = True
    fill(window)
    named(window, QPushButton, "Ask").click()
    assert "Your policy does not allow this now" in one.said(window)
    assert window.findChildren(QPlainTextEdit)[0].toPlainText() == REASON


def test_row_345_news_takes_away_neither_words_nor_choice(opened, allowing) -> None:
    one, window = opened
    fill(window)
    later = Moment(boot=data.NOON.boot + 60, wall=data.NOON.wall + 60)
    one.show(replace(allowing, at=later, in_call=True))
    assert window.findChildren(QPlainTextEdit)[0].toPlainText() == REASON
    assert named(window, QRadioButton, "17:00 today").isChecked()
    rules = tuple(each for each in allowing.policy.exceptions if each.control != "vendors")
    one.show(replace(allowing, policy=replace(allowing.policy, exceptions=rules)))
    assert named(window, QRadioButton, "Supported programs").isChecked()
    assert named(window, QRadioButton, "17:00 today").isChecked()
    one.show(replace(allowing, policy=replace(allowing.policy, exceptions=())))
    assert "allows no exceptions at this desk" in one.said(window)


def test_row_345_by_keyboard_alone(opened, qtbot) -> None:
    one, window = opened
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QRadioButton))
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    typed = []
    for words in (REASON, "The team leader watches."):
        while not isinstance(QApplication.focusWidget(), QPlainTextEdit) or (
            QApplication.focusWidget() in typed
        ):
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        typed.append(QApplication.focusWidget())
        qtbot.keyClicks(typed[-1], words)
    qtbot.keyClick(typed[-1], Qt.Key.Key_Tab)
    focused = QApplication.focusWidget()
    assert name(focused) == "Ask"
    qtbot.keyClick(focused, Qt.Key.Key_Space)
    assert one.desk.wishes[0]["reason"] == REASON
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_row_345_everything_has_a_name(opened) -> None:
    _, window = opened
    for kind in (QRadioButton, QPlainTextEdit, QPushButton):
        assert all(name(each).strip() for each in seen(window, kind))
    names = [name(each) for each in seen(window, QRadioButton)]
    assert len(set(names)) == len(names)


def test_row_345_it_is_reached_from_card_menu_and_mode_where_the_policy_allows_it(
    rig, qtbot, theme, allowing
) -> None:
    one = rig(allowing)
    wanted: list[str] = []
    one.bridge.excepting.connect(wanted.append)
    one.window.open(Page.TODO)
    cards = [each for each in seen(one.window, QPushButton) if each.text() == LINK]
    assert all(name(each).startswith(f"{LINK}: ") for each in cards)
    cards[0].click()
    tray = Tray(one.bridge, may_quit=False, available=lambda: False)
    (line,) = [each for each in tray.menu.actions() if each.text() == "Ask for an exception…"]
    assert line.isVisible()
    line.trigger()
    one.show(excepting(data.act()))
    rows = one.window.findChildren(ModeRow)
    (first, *_) = [each for each in rows if "An exception was asked for" in name(each)]
    first.findChild(QPushButton).click()
    assert wanted == ["pii-files", "", ""]
    one.show(data.act())
    assert not line.isVisible()
    assert [each for each in seen(one.window, QPushButton) if each.text() == LINK] == []


def test_row_345_the_interface_opens_it_and_leaves_nothing_to_the_next_person(
    qtbot, said, theme, allowing
) -> None:
    desk = SimulatedDesk(allowing)
    whole = Interface(desk, said, theme, may_quit=False)
    whole.bridge.excepting.tell("software")
    window = whole.asking
    assert window is not None
    assert window.isVisible()
    fill(window)
    desk.show(replace(allowing, shift=replace(allowing.shift, handed=data.NOON)))
    qtbot.waitUntil(lambda: whole.asking is None)
    whole.close()


@pytest.mark.parametrize(
    ("state", "why", "told"),
    [
        (RequestState.WAITING, "", "waits for somebody in the office"),
        (RequestState.RUNNING, "", "approved, and holds now"),
        (RequestState.DECLINED, "refused", "declined. The control is enforced as before"),
        (RequestState.DECLINED, "policy", "your policy does not allow it"),
        (RequestState.LAPSED, "lapsed", "nobody decided in time"),
        (RequestState.OVER, "until", "the exception was over at 11:03"),
    ],
)
def test_row_346_how_a_request_stands_is_seen_in_the_window_and_told_as_a_mode(
    opened, allowing, state, why, told
) -> None:
    at, window = opened
    ruled = data.NOON.wall - HOUR
    one = Request(
        id="a", control="vendors", until=data.NOON.wall + HOUR, asked=0, state=state, why=why,
        ruled=ruled,
    )  # fmt: skip
    at.show(replace(allowing, requests=(one,)))
    zone = datetime.fromtimestamp(ruled, UTC).astimezone()
    assert told.replace("11:03", f"{zone:%H:%M}") in at.said(window)
    modes = [each for each in at.bridge.view.modes if each.about == "a"]
    assert len(modes) == (state is not RequestState.RUNNING)
    assert all("Vendors of programs" in each.short for each in modes)
    later = Moment(boot=0, wall=ruled + TOLD_FOR)
    at.show(replace(allowing, at=later, requests=(one,)))
    assert not [each for each in at.bridge.view.modes if each.about == "a"]


def test_row_346_what_nobody_decided_while_the_endpoint_was_away_no_longer_waits(
    rig, theme, qtbot, allowing
) -> None:
    one = Request(id="a", control="vendors", until=data.NOON.wall - 1, asked=0)
    at = rig(replace(allowing, requests=(one,)))
    window = ExceptionWindow(at.bridge, theme)
    qtbot.addWidget(window)
    window.open()
    assert "nobody decided in time" in at.said(window)


def test_row_346_two_exceptions_at_once_have_a_line_each_that_goes_when_it_ends(rig) -> None:
    both = excepting(data.good())
    at = rig(both)
    at.window.open(Page.OVERVIEW)
    kinds = [(one.kind, one.form, one.about) for one in at.bridge.view.modes]
    assert len(set(kinds)) == len(kinds)
    two = tuple(replace(each, id=f"x{n}") for n, each in enumerate(both.requests[:1] * 2))
    at.show(replace(both, requests=two))
    at.show(replace(both, requests=()))
    rows = [each for each in at.window.findChildren(ModeRow) if each.isVisibleTo(at.window)]
    assert [name(each) for each in rows if "xception" in name(each)] == []


@pytest.mark.parametrize("hours", [1, 8, 24, 72, 720])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Manila", "America/Sao_Paulo", "Europe/Berlin"])
def test_row_345_ends_are_real_times_that_the_policy_allows(said, hours, zone) -> None:
    here = ZoneInfo(zone)
    days = ((2026, 3, 28, 23, 50), (2026, 10, 25, 1, 10), (2026, 6, 1, 9, 0))
    for year, month, day, hour, minute in days:
        then = datetime(year, month, day, hour, minute, tzinfo=here)
        now = Moment(boot=0.0, wall=then.timestamp())
        found = ends(now, hours, Wording(said, now, here), here)
        walls = [one.wall for one in found]
        assert walls == sorted(set(walls))
        assert now.wall < walls[0]
        assert now.wall + hours * HOUR - 900 < walls[-1] <= now.wall + hours * HOUR
        assert [one.long for one in found] == [one - now.wall > 24 * HOUR for one in walls]
        for one in found[:-1]:
            assert datetime.fromtimestamp(one.wall, here).strftime("%H:%M") in one.words
        assert len({one.words for one in found}) == len(found)


@pytest.mark.parametrize("language", ["en", "de", "ar", "hi", "fil", "fr", "es", "pt-BR"])
def test_row_345_it_has_room_and_reads_from_its_side_in_every_language(
    qtbot, theme, allowing, language
) -> None:
    texts = translations.load(language)
    dress(texts)
    bridge = Bridge(SimulatedDesk(excepting(allowing)), texts)
    window = ExceptionWindow(bridge, theme)
    qtbot.addWidget(window)
    window.open("software")
    for one in seen(window, QLabel):
        if one.text():
            left = one.mapTo(window, QPoint(0, 0)).x()
            assert left >= 0
            assert left + one.width() <= window.width(), one.text()
    assert window.isRightToLeft() == (language == "ar")
    bridge.close()
    dress(translations.load())
