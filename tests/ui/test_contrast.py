"""Every colour can be read on its ground, in every theme and in those that a system prescribes."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from agentguard.base import paths
from agentguard.ui.colours import (
    DARK,
    LIGHT,
    READABLE,
    STATE_TONES,
    Tones,
    contrast,
    of_state,
    prescribed,
)
from agentguard.ui.theme import Theme

PRESCRIBED = {
    "aquatic": ("#202020", "#ffffff", "#8ee3f0", "#263b50"),
    "desert": ("#fffaef", "#3d3d3d", "#903909", "#fff5e3"),
    "dusk": ("#2d3236", "#ffffff", "#a1bfde", "#212d3b"),
    "night sky": ("#000000", "#ffffff", "#d6b4fd", "#2b2b2b"),
    "number 1": ("#000000", "#ffff00", "#008000", "#ffffff"),
    "number 2": ("#000000", "#00ff00", "#0000ff", "#ffffff"),
    "black": ("#000000", "#ffffff", "#1aebff", "#000000"),
    "white": ("#ffffff", "#000000", "#37006e", "#ffffff"),
}
"""Contrast themes of Windows: window, its text, a chosen item, its text."""
GROUNDS = ("ground", "side", "card", "hover")
RULE = re.compile(r"\{([^}]*)\}")
PART = re.compile(r"(?:^|[;\s])(color|background|background-color):\s*\$(\w+)")


def palette(window: str, text: str, chosen: str, on_chosen: str) -> QPalette:
    """Return the palette of a system with these colours."""
    made = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, window), (role.WindowText, text), (role.Base, window), (role.Text, text),
        (role.Highlight, chosen), (role.HighlightedText, on_chosen),
    ):  # fmt: skip
        made.setColor(which, QColor(colour))
    return made


def pairs() -> Iterator[tuple[str, str]]:
    """Yield the names of every text's colour and of each ground on which the style puts it."""
    sheet = (paths.resources() / "qss" / "agentguard.qss").read_text(encoding="utf-8")
    for rule in RULE.findall(sheet):
        parts = dict(PART.findall(rule))
        ground = parts.get("background") or parts.get("background-color")
        if "color" not in parts:
            continue
        if ground:
            yield parts["color"], ground
        else:
            yield from ((parts["color"], one) for one in ("ground", "card"))
    yield from (("text", one) for one in GROUNDS)
    yield from ((one, "card") for one in ("accent", "act", "good", "attention", "blind"))


def unreadable(tones: Tones) -> list[tuple[str, str, float]]:
    """Return every pair that cannot be read, by name or by colour."""
    found = [(a, b, contrast(getattr(tones, a), getattr(tones, b))) for a, b in set(pairs())]
    states = [of_state(tones, state) for state in STATE_TONES]
    states += [(tones.text, ground) for _text, ground in states]
    found += [(a, b, contrast(a, b)) for a, b in states]
    return [one for one in found if one[2] < READABLE]


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#1d5fae", "#1d5fae") == 1


def test_the_style_is_read_for_its_pairs() -> None:
    found = set(pairs())
    assert {("on_accent", "accent"), ("accent", "card"), ("muted", "ground")} <= found
    assert len(found) > 12


@pytest.mark.parametrize("tones", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_of_ours_is_readable_on_its_ground(tones: Tones) -> None:
    assert unreadable(tones) == []


@pytest.mark.parametrize("name", PRESCRIBED)
def test_row_361_every_text_is_readable_in_each_contrast_theme_of_windows(name: str) -> None:
    tones = prescribed(palette(*PRESCRIBED[name]))
    assert (tones.ground, tones.text) == PRESCRIBED[name][:2]
    assert unreadable(tones) == []


def test_row_361_whatever_a_system_marks_a_choice_with_ours_can_be_read() -> None:
    chance = random.Random(26)
    for _ in range(500):
        colours = [f"#{chance.randrange(1 << 24):06x}" for _ in range(4)]
        if contrast(*colours[:2]) >= READABLE:
            assert unreadable(prescribed(palette(*colours))) == []


def test_row_361_what_is_prescribed_is_read_when_it_is_wanted_and_not_before(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours lies over the system's colours, and these may be others than when the program began."""
    qapp.setPalette(QPalette())
    system = prescribed(QPalette(qapp.palette()))
    qapp.setPalette(palette(*PRESCRIBED["number 2"]))
    wanted = False
    monkeypatch.setattr(Theme, "_wants_contrast", lambda _self: wanted)
    theme = Theme(qapp)
    told = []
    theme.changed.connect(lambda: told.append(theme.tones))
    for scheme, ours in ((Qt.ColorScheme.Dark, DARK), (Qt.ColorScheme.Light, LIGHT)):
        wanted = False
        theme.force(scheme)
        assert qapp.palette().window().color().name() == ours.ground
        wanted = True
        theme.force(scheme)
        assert theme.tones == system
        assert theme.tones.border == 2
        assert qapp.palette().window().color().name() == system.ground
    assert told == [DARK, system, LIGHT, system]


def test_row_438_another_contrast_theme_is_followed_though_the_wish_is_the_same(
    qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = palette(*PRESCRIBED["aquatic"])
    monkeypatch.setattr(Theme, "_wants_contrast", lambda _self: True)
    monkeypatch.setattr(Theme, "_of_the_system", lambda _self: system)
    theme, told = Theme(qapp), []
    theme.changed.connect(lambda: told.append(theme.tones.ground))
    for name in ("desert", "desert", "number 1"):
        system = palette(*PRESCRIBED[name])
        QApplication.sendEvent(qapp.styleHints(), QEvent(QEvent.Type.ThemeChange))
        qtbot.wait_until(lambda name=name: theme.tones.ground == PRESCRIBED[name][0])
        assert qapp.palette().window().color().name() == theme.tones.ground
    assert told == ["#fffaef", "#000000"], "what is the same is not painted anew"
