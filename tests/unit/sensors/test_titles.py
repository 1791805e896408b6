"""Titles become the names of groups, and are not read where nobody asks."""

from __future__ import annotations

import time

import pytest

from agentguard.model.events import AppFocused
from agentguard.model.gate import AppGroup
from agentguard.sensors.foreground import ForegroundSensor, FrontSensor, Heard
from agentguard.sensors.window_titles import Titles
from tests.desktop.harness import eventually
from tests.unit.sensors.desk import clock, desktop
from tests.unit.sensors.running import Running

__all__ = ["clock", "desktop"]

GROUPS = (
    AppGroup(name="Web records", images=("chrome", "msedge"), titles=(r"^Records\b", "Kund(e|in)")),
    AppGroup(name="Mail", images=("chrome",), titles=("inbox",)),
    AppGroup(name="Till", images=("pos",)),
)


def sort(image: str, title: str, groups: tuple[AppGroup, ...] = GROUPS) -> tuple[str, ...]:
    return Titles(lambda: groups).sort(image, lambda: title)


@pytest.mark.parametrize(
    ("image", "title", "fits"),
    [
        ("chrome", "Records - 4711 - Chrome", ("Web records",)),
        ("CHROME", "records of today", ("Web records",)),
        ("chrome", "My Records", ()),
        ("msedge", "Kundin Müller", ("Web records",)),
        ("chrome", "Records in the INBOX", ("Web records", "Mail")),
        ("firefox", "Records", ()),
        ("pos", "Records", ()),
        ("chrome", "", ()),
        ("chrome", "\ud800 Kunde", ("Web records",)),
    ],
)
def test_a_title_fits_by_its_words(image, title, fits) -> None:
    assert sort(image, title) == fits


def test_a_title_that_nobody_asks_for_is_not_read() -> None:
    read: list[str] = []
    sorts = Titles(lambda: GROUPS).sort
    assert sorts("notepad", lambda: read.append("read") or "") == ()
    assert sorts("pos", lambda: read.append("read") or "") == ()
    assert read == []


def test_a_pattern_that_is_none_fits_nothing() -> None:
    broken = (AppGroup(name="X", images=("*",), titles=("(?<=a)b", "[")),)
    assert sort("chrome", "ab[", broken) == ()


def test_a_hostile_pattern_takes_no_time() -> None:
    slow = (AppGroup(name="X", images=("*",), titles=("(a*)*(a*)*b",)),)
    before = time.process_time()
    assert sort("chrome", "a" * 100_000, slow) == ()
    assert time.process_time() - before < 1.0


def test_a_tab_that_changes_is_told_and_its_title_goes_nowhere(clock, desktop) -> None:
    titles = Titles(lambda: GROUPS)
    heard = Heard()
    hearing = ForegroundSensor(desktop.backend.foreground, heard, clock, sort=titles.sort)

    def told(running: Running) -> list[tuple[str, ...]]:
        return [e.titled for e in running.events if isinstance(e, AppFocused)]

    desktop.focus("chrome", "Chrome", 5, title="News of Ada Example")
    with Running(hearing, clock), Running(FrontSensor(heard, clock), clock) as running:
        eventually(lambda: desktop.watchers)
        eventually(lambda: (clock.advance(0.1), told(running) == [()])[1])
        for number in range(50):  # a title that churns is one window all the time
            desktop.focus("chrome", "Chrome", 5, title=f"({number}) News")
            clock.advance(0.05)
        desktop.focus("chrome", "Chrome", 5, title="Records of Ada Example")
        eventually(lambda: (clock.advance(0.1), told(running) == [(), ("Web records",)])[1])
        assert "Ada" not in repr(running.events)
