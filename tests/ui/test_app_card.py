"""An authenticator app is set up in the window: the secret is seen once, and goes in every way."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
import segno
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QPushButton, QWidget

from agentguard.base.errors import UsageError
from agentguard.platforms.simulated import FakeClock, SimulatedDesktop
from agentguard.ports.people import Factors
from agentguard.ui import qr
from agentguard.ui.app_card import AppCard
from agentguard.ui.pages.factors import FactorsPage
from agentguard.ui.run import Interface
from agentguard.ui.views import Page
from tools.gallery import content, data
from tools.gallery.desk import RIGHT_CODE

CAN = Factors(codes=0, apps=True)


@pytest.fixture
def make(rig, qtbot) -> Any:
    def made(can: Factors = CAN) -> tuple[Any, FactorsPage, AppCard]:
        one = rig(None, can=can)
        page = FactorsPage(one.bridge, one.theme)
        qtbot.addWidget(page)
        page.show()
        page.opened()
        return one, page, page.findChildren(AppCard)[0]

    return made


def press(qtbot, widget: QWidget, text: str) -> None:
    button = next(b for b in widget.findChildren(QPushButton) if b.text() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def begin(one: Any, card: AppCard, qtbot: Any) -> None:
    qtbot.keyClicks(card._leave, content.LEAVE)
    press(qtbot, card, "Show the picture")
    one.until(lambda: card.shows_a_secret)


def test_the_whole_way_from_the_supervisor_s_code_to_the_offline_codes(make, qtbot) -> None:
    one, page, card = make()
    press(qtbot, card, "Show the picture")
    assert "Type your supervisor's code first." in one.said(page)
    qtbot.keyClicks(card._leave, "AAAA-BBBB-CCCC")
    press(qtbot, card, "Show the picture")
    one.until(lambda: "not a code that your supervisor has made" in one.said(page))
    begin(one, card, qtbot)
    assert content.APP.key in one.said(page)
    assert card._code.echoMode() == card._code.EchoMode.Password
    press(qtbot, card, "Finish")
    assert "Type your code first." in one.said(page)
    qtbot.keyClicks(card._code, "000000")
    press(qtbot, card, "Finish")
    one.until(lambda: "The code is not right" in one.said(page))
    assert card.shows_a_secret, "the app may be a step behind"
    qtbot.keyClicks(card._code, RIGHT_CODE)
    qtbot.keyClick(card._code, Qt.Key.Key_Return)
    one.until(lambda: all(code in one.said(page) for code in content.CODES))
    assert "Your app is set up." in one.said(page)
    assert not card.shows_a_secret
    assert content.APP.key not in one.said(page)


def test_the_secret_goes_when_the_screen_is_locked(make, qtbot) -> None:
    one, page, card = make()
    begin(one, card, qtbot)
    one.show(replace(data.good(), locked=True))
    assert not card.shows_a_secret
    assert content.APP.key not in one.said(page)
    assert "The picture is gone." in one.said(page)


def test_the_secret_goes_when_the_page_is_left_or_closed_or_it_is_cancelled(rig, qtbot) -> None:
    one = rig(None, can=CAN)
    window = one.window
    window.open(Page.FACTORS)
    card = window.findChildren(AppCard)[0]
    for leave in (
        lambda: window.open(Page.OVERVIEW),
        window.hide,
        lambda: press(qtbot, card, "Cancel"),
    ):
        window.open(Page.FACTORS)
        begin(one, card, qtbot)
        leave()
        assert not card.shows_a_secret


def test_a_secret_that_comes_late_is_not_shown(make, qtbot) -> None:
    """The page was left while the endpoint thought."""
    one, page, card = make()
    qtbot.keyClicks(card._leave, content.LEAVE)
    press(qtbot, card, "Show the picture")
    page.hide()
    page.show()
    done: list[int] = []
    one.bridge.later(lambda: 1, done.append, lambda _: None)
    one.until(lambda: bool(done))
    assert not card.shows_a_secret


def test_a_secret_that_comes_while_the_screen_is_locked_is_not_shown(make, qtbot) -> None:
    one, page, card = make()
    qtbot.keyClicks(card._leave, content.LEAVE)
    press(qtbot, card, "Show the picture")
    one.show(replace(data.good(), locked=True))
    done: list[int] = []
    one.bridge.later(lambda: 1, done.append, lambda _: None)
    one.until(lambda: bool(done))
    assert not card.shows_a_secret
    assert "The picture is gone." in one.said(page)


def test_it_is_not_offered_where_it_may_not_be(make) -> None:
    _, _, card = make(Factors(codes=7))
    assert not card.isVisible()


def test_what_fails_is_said(make, qtbot) -> None:
    one, page, card = make()

    def fails(*_: object) -> None:
        raise OSError

    one.desk.begin_app = fails
    qtbot.keyClicks(card._leave, content.LEAVE)
    press(qtbot, card, "Show the picture")
    one.until(lambda: "OSError" in one.said(page))
    assert card._show.isEnabled()


def test_the_window_with_the_secret_is_always_kept_out_of_pictures(rig) -> None:
    one = rig(None, can=CAN)
    capture = SimulatedDesktop(FakeClock()).backend.capture
    shown = Interface(one.desk, one.texts, one.theme, may_quit=False, capture=capture)
    shown.open(Page.FACTORS)
    assert shown.window is not None
    assert any(w is shown.window and always for w, always in shown.veils._windows)
    shown.close()


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0, 3.0])
def test_the_picture_is_crisp_at_every_scale_and_says_what_the_text_says(qapp, ratio) -> None:
    """Each module is a square of whole pixels, so a camera finds the very matrix again."""
    image = qr.picture(content.APP.address, 208, ratio).toImage()
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    matrix = segno.make(content.APP.address, error="m", micro=False).matrix
    side = len(matrix) + 2 * qr.QUIET
    scale, rest = divmod(image.width(), side)
    assert rest == 0
    for y, line in enumerate(matrix):
        for x, dark in enumerate(line):
            left, top = (x + qr.QUIET) * scale, (y + qr.QUIET) * scale
            corners = {
                image.pixelColor(left + dx, top + dy).name()
                for dx in (0, scale - 1)
                for dy in (0, scale - 1)
            }
            assert corners == {"#000000" if dark else "#ffffff"}


def test_what_went_wrong_with_a_try_that_was_given_up_is_not_told(make, qtbot, monkeypatch) -> None:
    one, page, card = make()
    given_up = threading.Event()

    def fails(_code: str) -> None:
        assert given_up.wait(30)
        raise UsageError("Nobody answered.", "")

    monkeypatch.setattr(one.desk, "begin_app", fails)
    qtbot.keyClicks(card._leave, content.LEAVE)
    press(qtbot, card, "Show the picture")
    card.forget()
    given_up.set()
    after: list[str] = []
    one.bridge.later(lambda: "after", after.append, after.append)
    one.until(lambda: after == ["after"])
    assert "Nobody answered." not in one.said(page)
