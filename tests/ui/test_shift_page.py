"""The page of the shift, by what a person sees: each line is true, and nothing is left behind."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPlainTextEdit, QPushButton, QWidget

from agentguard.base import translations
from agentguard.base.languages import SPOKEN
from agentguard.checks.clipboard import Settings
from agentguard.model.events import NOT_ENROLLED, UplinkState
from agentguard.model.exceptions import Excepted
from agentguard.model.handover import CleanDesk, Shift, Tick
from agentguard.model.policy import Control
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import Owner, Severity, State
from agentguard.ui.pages.shift import ReadyRow
from agentguard.ui.present_shift import ReadyLine
from agentguard.ui.run import Interface
from agentguard.ui.views import Page
from agentguard.ui.widgets import GAP, column
from tests.ui.test_incident_page import fill
from tests.ui.test_window import opened, press
from tools.gallery import data


def room(chip: QLabel) -> int:
    """Give the pixels that a chip has beside its word."""
    return chip.width() - chip.fontMetrics().horizontalAdvance(chip.text())


def opened_page(interface: Interface, page: Page) -> QWidget:
    interface.open(page)
    return interface.window.current


def boxes(page: QWidget) -> list[QCheckBox]:
    return [b for b in page.findChildren(QCheckBox) if b.isVisibleTo(page)]


def whole() -> Snapshot:
    """Give a desk at which everything was looked at and is in order."""
    seen = data.good()
    controls = tuple(replace(c, state=State.PASS) for c in seen.controls)
    uplink = UplinkState(at=seen.at, problem="", waiting=0, receipted=1)
    return replace(seen, controls=controls, findings=(), uplink=uplink)


def excepted(control: str) -> Excepted:
    return Excepted(id="x", control=control, worst=Severity.HIGH, since=0.0, until=9e9)


def failing(state: State, owner: Owner = Owner.PERSON) -> Snapshot:
    seen = whole()
    first, *rest = seen.controls
    return replace(seen, controls=(replace(first, state=state, owner=owner), *rest))


def test_a_desk_of_which_all_is_known_and_in_order_is_ready(rig, qtbot) -> None:
    one = rig(whole())
    page = opened(one, Page.SHIFT)
    assert "Ready for your shift" in one.said(page)
    assert f"{len(whole().controls)} other controls are in order." in one.said(page)
    press(qtbot, page, "Start my shift")
    assert one.desk.shifts.begun == [(0, 0)]
    one.until(lambda: "Your shift began at" in one.said(page))


def test_the_word_of_the_whole_has_as_much_room_in_its_chip_as_the_others(rig) -> None:
    one = rig(failing(State.FAIL))
    page = opened(one, Page.SHIFT)
    chips = [a for a in page.findChildren(QLabel) if a.property("look") == "chip"]
    words = {chip.text(): room(chip) for chip in chips if chip.isVisibleTo(page)}
    assert {"One thing is not ready", "Not ready"} <= words.keys()
    assert min(words.values()) >= 2 * GAP
    assert max(words.values()) - min(words.values()) <= 2


@pytest.mark.parametrize(
    ("owner", "who"),
    [
        (Owner.PERSON, "You can do this yourself, on the page To do."),
        (Owner.TEAM, "Your desktop team mends this."),
        (Owner.SUPERVISOR, "Your supervisor looks after this."),
    ],
)
def test_what_is_not_ready_says_who_helps(rig, qtbot, owner, who) -> None:
    one = rig(failing(State.FAIL, owner))
    page = opened(one, Page.SHIFT)
    assert "One thing is not ready" in one.said(page)
    assert who in one.said(page)
    press(qtbot, page, "Start my shift")
    assert one.desk.shifts.begun == [(1, 0)]


@pytest.mark.parametrize("state", [State.UNKNOWN, State.PARTIAL])
def test_what_is_not_known_is_never_called_ready(rig, state) -> None:
    one = rig(failing(state))
    page = opened(one, Page.SHIFT)
    assert "Ready, as far as AgentGuard knows" in one.said(page)
    assert "Ready for your shift" not in one.said(page)
    assert "If it stays so, tell: " in one.said(page)


@pytest.mark.parametrize("how", ["paused", "excepted", "excepted and failing"])
def test_row_444_what_is_paused_or_excepted_is_neither_ready_nor_to_do(rig, qtbot, how) -> None:
    seen = whole()
    first, *rest = seen.controls
    state = {"paused": State.PAUSED, "excepted": State.PASS}.get(how, State.FAIL)
    except_ = None if how == "paused" else excepted(first.check)
    less = replace(first, state=state, excepted=except_)
    one = rig(replace(seen, controls=(less, *rest)))
    page = opened(one, Page.SHIFT)
    said = one.said(page)
    assert "Ready, but not guarded in full" in said
    assert "1 control is paused or excepted" in said
    assert f"{len(rest)} other controls are in order." in said, "it is none of them"
    assert "on the page To do" not in said, "where nobody is asked about it"
    press(qtbot, page, "Start my shift")
    assert one.desk.shifts.begun == [(0, 0)]


def test_row_444_a_clipboard_that_the_policy_leaves_is_not_said_to_be_cleared(rig) -> None:
    seen = whole()
    controls = tuple(
        replace(c, state=State.FAIL) if c.check == "clipboard" else c for c in seen.controls
    )
    for leaving, cleared in (("personal-data", True), ("nothing", False)):
        rules = Control(
            check="clipboard",
            paused=False,
            severity=Severity.MEDIUM,
            respond=(),
            settings=Settings(leaving=leaving),
        )
        policy = replace(seen.policy, controls={**seen.policy.controls, "clipboard": rules})
        one = rig(replace(seen, controls=controls, policy=policy))
        said = one.said(opened(one, Page.SHIFT))
        assert ("It is cleared when you hand over." in said) is cleared
        assert ("It stays there: copy something else" in said) is not cleared


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (None, "Nothing was reported to the endpoint yet."),
        ("dns", "The endpoint cannot be reached now."),
        (NOT_ENROLLED, "This PC is not enrolled: nothing is reported."),
    ],
)
def test_an_endpoint_that_is_away_is_a_line_of_its_own(rig, problem, words) -> None:
    seen = whole()
    uplink = problem and UplinkState(at=seen.at, problem=problem, waiting=0, receipted=0)
    one = rig(replace(seen, uplink=uplink))
    page = opened(one, Page.SHIFT)
    assert words in one.said(page)
    assert "Ready for your shift" not in one.said(page)


def test_of_many_lines_the_first_five_are_shown_and_the_rest_counted(rig) -> None:
    seen = whole()
    one = rig(replace(seen, controls=tuple(replace(c, state=State.FAIL) for c in seen.controls)))
    page = opened(one, Page.SHIFT)
    count = len(seen.controls)
    assert f"{count} things are not ready" in one.said(page)
    assert f"And {count - 5} more, on the page Overview." in one.said(page)
    assert "Nothing else could be looked at." in one.said(page)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.PASS, "Nothing sensitive is on the clipboard."),
        (State.FAIL, "Something sensitive is on the clipboard."),
        (State.UNKNOWN, "Whether the clipboard is empty is not known."),
    ],
)
def test_the_end_says_what_is_seen_and_asks_for_the_rest(rig, qtbot, state, words) -> None:
    seen = whole()
    controls = tuple(
        replace(c, state=state) if c.check == "clipboard" else c for c in seen.controls
    )
    one = rig(replace(seen, controls=controls, findings=data.act().findings))
    page = opened(one, Page.SHIFT)
    one.until(lambda: "3 files are in the Downloads folder." in one.said(page))
    assert words in one.said(page)
    assert "open, and" in one.said(page)
    boxes(page)[0].click()
    press(qtbot, page, "Hand over and lock")
    assert one.desk.shifts.handed == [(frozenset({Tick.PAPER}), 3)]
    one.until(lambda: "Handed over at" in one.said(page))


@pytest.mark.parametrize(
    ("files", "words"),
    [(0, "The Downloads folder is empty."), (None, "The Downloads folder could not be looked at.")],
)
def test_downloads_are_counted_or_said_not_to_be(rig, files, words) -> None:
    one = rig(whole())
    one.desk.shifts.files = files
    page = opened(one, Page.SHIFT)
    one.until(lambda: words in one.said(page))


def test_a_clean_desk_is_asked_about_when_drawn_and_answered_by_ticks(rig, qtbot) -> None:
    seen = whole()
    one = rig(seen)
    page = opened(one, Page.SHIFT)
    assert "Clean-desk check" not in one.said(page)
    drawn = Shift(clean=CleanDesk(day="2026-07-14", offered=seen.at))
    one.show(replace(seen, shift=drawn))
    assert "Today was drawn at random for you." in one.said(page)
    boxes(page)[1].click()
    press(qtbot, page, "That is how my desk is")
    assert one.desk.shifts.looks == [frozenset({Tick.PHONE})]
    one.until(lambda: "Thank you. Noted at" in one.said(page))


@pytest.mark.parametrize("shared", [True, False])
def test_whether_the_inbox_stays_is_said_before(rig, shared) -> None:
    seen = whole()
    policy = replace(seen.policy, shift=replace(seen.policy.shift, shared=shared))
    one = rig(replace(seen, policy=policy))
    said = one.said(opened(one, Page.SHIFT))
    assert ("are not shown to the next person" in said) is shared
    assert ("Your inbox stays for you" in said) is not shared


def test_the_next_person_gets_a_window_that_knows_nothing_of_the_last(rig, theme, qtbot) -> None:
    one = rig(data.act())
    interface = Interface(one.desk, one.texts, theme, may_quit=False)
    try:
        interface.open(Page.INCIDENT)
        old = interface.window
        fill(old.current, "what I typed")
        interface.open(Page.SHIFT)
        press(qtbot, old.current, "Hand over and lock")
        one.until(lambda: interface.window is not old)
        assert interface.window.isVisible()
        assert not old.isVisible()
        typed = interface.window.findChildren(QPlainTextEdit)
        assert {text.toPlainText() for text in typed} == {""}
        assert "so it is not shown" in one.said(opened_page(interface, Page.LEAVING))
        interface.open(Page.SHIFT)
        assert "Handed over at" in one.said(interface.window.current)
        assert interface.bridge.snapshot.inbox == ()
        held = [b for b in interface.window.findChildren(QPushButton) if b.isChecked()]
        assert [b.text() for b in held] == ["Shift"]
    finally:
        interface.close()


@pytest.mark.parametrize("points", [10, 20])
@pytest.mark.parametrize("language", sorted(SPOKEN))
def test_row_524_what_the_lines_say_stands_in_one_column(qtbot, language: str, points: int) -> None:
    """Whatever their word; also where letters are twice as large."""
    page = QWidget()
    qtbot.addWidget(page)
    inside = column(page)
    rows = [ReadyRow(SimpleNamespace(texts=translations.load(language))) for _ in range(2)]
    for one, look in zip(rows, ("fail", "unknown"), strict=True):
        one.show_item(ReadyLine(look=look, title="A title", detail="Why.", who="Who."))
        inside.addWidget(one)
    page.show()
    for one in rows:
        one.setStyleSheet(f"QLabel {{ font-size: {points}pt; padding: 2px 9px }}")
    QApplication.processEvents()
    places = {one._title.mapTo(page, QPoint(0, 0)).x() for one in rows}
    assert len(places) == 1
    assert all(one._word.width() >= one._word.sizeHint().width() for one in rows), "none is cut"
