"""Which of our windows pictures of the screen show, by what the simulated desktop was asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from agentguard.model.payment import PaymentMode, Recorder
from agentguard.model.shield import Shield, Why
from agentguard.platforms.simulated import FakeClock, SimulatedDesktop
from agentguard.ports.desktop import Pictured
from agentguard.ui import run
from agentguard.ui.views import Page
from tools.gallery import data
from tools.gallery.desk import SimulatedDesk

NOTHING = data.snapshot()


class Seat:
    def __init__(self, qtbot, said, theme) -> None:
        self.qtbot = qtbot
        self.desktop = SimulatedDesktop(FakeClock())
        self.desk = SimulatedDesk(NOTHING)
        self.interface = run.Interface(
            self.desk, said, theme, may_quit=False, capture=self.desktop.backend.capture
        )

    def show(self, **parts: object) -> None:
        snapshot = replace(NOTHING, **parts)
        self.desk.show(snapshot)
        bridge = self.interface.bridge
        self.qtbot.waitUntil(lambda: bridge.snapshot is snapshot, timeout=5000)

    def of(self, window: QWidget) -> Pictured | None:
        return self.desktop.pictured.get(int(window.winId()))


@pytest.fixture
def seat(qtbot, said, theme) -> Iterator[Seat]:
    made = Seat(qtbot, said, theme)
    yield made
    made.interface.close()


def test_the_window_with_findings_is_left_out_of_pictures(seat: Seat) -> None:
    seat.interface.open(Page.TODO)
    assert seat.of(seat.interface.window) is Pictured.BENEATH


def test_a_shield_is_black_so_that_nothing_beneath_it_is_shown(seat: Seat) -> None:
    seat.show(shield=Shield(why=Why.CALL, since=NOTHING.at))
    (cover,) = seat.interface.shields.covers
    assert seat.of(cover) is Pictured.BLACK


def test_the_cards_that_ask_and_tell_are_kept_out(seat: Seat) -> None:
    seat.show(prompts=(data.PROOF, data.NOTICE))
    (cover,) = seat.interface.prompts.covers
    assert seat.of(cover) is Pictured.BLACK
    assert seat.of(seat.interface.prompts.corner) is Pictured.BENEATH


def test_the_menu_is_kept_out_only_while_a_payment_is_taken(seat: Seat) -> None:
    menu = seat.interface.tray.menu
    menu.popup(QPoint(0, 0))
    assert seat.of(menu) is Pictured.WINDOW
    seat.show(payment=PaymentMode(since=NOTHING.at, image="till", recorder=Recorder.NONE))
    assert seat.of(menu) is Pictured.BENEATH
    seat.show(payment=None)
    assert seat.of(menu) is Pictured.WINDOW
    menu.hide()


def test_a_refusal_is_told_once_and_stops_nothing(seat: Seat, caplog) -> None:
    seat.desktop.refuse("capture")
    seat.show(shield=Shield(why=Why.CALL, since=NOTHING.at))
    seat.interface.open(Page.TODO)
    assert seat.interface.window.isVisible()
    assert seat.interface.shields.covers
    assert len([r for r in caplog.records if "pictures" in r.message]) == 1
    caplog.clear()
