"""Text at twice its size: nothing is cut and nothing lies over another, in every language."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontInfo
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QLabel,
    QScrollArea,
    QWidget,
)

from agentguard.base import translations
from agentguard.base.languages import SPOKEN
from agentguard.ui.bridge import Bridge
from agentguard.ui.elided import Elided
from agentguard.ui.prompts import Prompts
from agentguard.ui.shields import Shields
from agentguard.ui.speech import dress
from agentguard.ui.theme import Theme
from agentguard.ui.views import Page
from agentguard.ui.window import StatusWindow
from tools.gallery import data, todo
from tools.gallery.desk import SimulatedDesk

TWICE = 2
ROUNDS, MOMENT = 12, 25  # looks, and milliseconds between them
SPARE = 2  # pixels that a rounding may take


@pytest.fixture
def large(qapp) -> Iterator[Theme]:
    before = qapp.font()
    font = qapp.font()
    font.setPointSizeF(QFontInfo(before).pointSizeF() * TWICE)
    qapp.setFont(font)
    made = Theme(qapp)
    yield made
    made.deleteLater()
    qapp.setFont(before)
    Theme(qapp).deleteLater()
    dress(translations.load())


def seen(window: QWidget, widget: QWidget) -> QRect:
    """Give what is seen of it; empty where it is scrolled away."""
    return widget.visibleRegion().boundingRect().translated(widget.mapTo(window, QPoint(0, 0)))


def parts(window: QWidget) -> list[QWidget]:
    """Give what is read on a window: labels and buttons that are there."""
    return [
        one
        for kind in (QLabel, QAbstractButton)
        for one in window.findChildren(kind)
        if one.isVisibleTo(window) and one.text()
    ]


def cut(widget: QWidget) -> bool:
    """Tell whether words have no room; a name that is elided has the whole in a hint."""
    if isinstance(widget, Elided):
        return widget.height() + SPARE < widget.fontMetrics().height()
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.height() + SPARE < widget.heightForWidth(widget.width())
    hint = widget.minimumSizeHint()
    return widget.width() + SPARE < hint.width() or widget.height() + SPARE < hint.height()


def beyond(widget: QWidget) -> bool:
    """Tell whether it stands out of what holds it, where nothing scrolls to it."""
    over = widget.parentWidget()
    while over is not None and not over.isWindow():
        inside = QRect(widget.mapTo(over, QPoint(0, 0)), widget.size())
        if not over.rect().adjusted(-SPARE, -SPARE, SPARE, SPARE).contains(inside):
            area = over.parentWidget()
            fits = scrolls_aside(area) or (
                inside.left() >= -SPARE and inside.right() <= over.width() + SPARE
            )
            if not (isinstance(area, QAbstractScrollArea) and fits):
                return True
        if isinstance(over.parentWidget(), QScrollArea):
            return False
        over = over.parentWidget()
    return False


def scrolls_aside(area: QWidget) -> bool:
    """Tell whether one can go on to the side, as on a page that letters make wider."""
    off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    return isinstance(area, QScrollArea) and area.horizontalScrollBarPolicy() is not off


def faults(window: QWidget) -> list[str]:
    """Give what cannot be read on a window once it has come to rest; rows of a worker come late."""
    found: list[str] = []
    for _ in range(ROUNDS):
        QTest.qWait(MOMENT)
        if not (found := measured(window)):
            break
    return found


def measured(window: QWidget) -> list[str]:
    """Give what cannot be read on it at this moment."""
    there = parts(window)
    found = [f"cut: {one.text()!r}" for one in there if cut(one)]
    found += [f"beyond: {one.text()!r}" for one in there if beyond(one)]
    placed = [(one, seen(window, one)) for one in there]
    for (one, a), (other, b) in combinations(placed, 2):
        both = a.intersected(b)
        if both.width() > SPARE and both.height() > SPARE and not one.isAncestorOf(other):
            found.append(f"over each other: {one.text()!r} and {other.text()!r}")
    return found


@pytest.mark.parametrize("language", SPOKEN)
def test_row_366_every_page_can_be_read_at_twice_the_size(large, language: str) -> None:
    texts = translations.load(language)
    dress(texts)
    found = {}
    for name, make in (("act", data.act), ("modes", data.all_modes), ("six", todo.six)):
        bridge = Bridge(SimulatedDesk(make()), texts)
        window = StatusWindow(bridge, large)
        for page in Page if name == "act" else (Page.TODO, Page.OVERVIEW):
            window.open(page)
            QApplication.processEvents()
            if wrong := faults(window):
                found[f"{name} {page}"] = wrong
        bridge.close()
        window.hide()
        window.deleteLater()
    assert found == {}


@pytest.mark.parametrize("language", ["de", "ar", "hi", "fil"])
@pytest.mark.parametrize("prompt", ["NOTICE", "COACHING", "LESSON", "PROOF"])
def test_row_366_every_card_can_be_read_at_twice_the_size(
    qtbot, large, language: str, prompt: str
) -> None:
    texts = translations.load(language)
    dress(texts)
    bridge = Bridge(SimulatedDesk(data.prompting(data.act(), getattr(data, prompt))), texts)
    prompts = Prompts(bridge, large)
    card = prompts.corner or prompts.covers[0]
    qtbot.waitExposed(card)
    QApplication.processEvents()
    assert faults(card) == []
    prompts.close()
    bridge.close()


@pytest.mark.parametrize("language", ["de", "ar"])
def test_row_366_the_shield_can_be_read_at_twice_the_size(qtbot, large, language: str) -> None:
    texts = translations.load(language)
    dress(texts)
    bridge = Bridge(SimulatedDesk(data.covered(data.good(), data.SHIELD)), texts)
    shields = Shields(bridge, large)
    qtbot.waitExposed(shields.covers[0])
    assert faults(shields.covers[0]) == []
    shields.card.ask()
    assert faults(shields.covers[0]) == []
    shields.close()
    bridge.close()


def test_row_366_what_is_cut_is_found(large) -> None:
    """The measure itself: a word without room, and two that lie over each other."""
    window = QWidget()
    for at, width in ((0, 20), (10, 300)):
        made = QLabel("Something that has to be read", window)
        made.setGeometry(at, 0, width, 80)
    window.resize(400, 100)
    window.show()
    found = faults(window)
    assert any(one.startswith("cut") for one in found)
    assert any(one.startswith("over") for one in found)

    window.hide()
