"""To do, by what a person sees and presses: one thing to do, done here, and told when it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QFontMetrics
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QListWidget,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QWidget,
)

from agentguard.base import translations
from agentguard.model.actions import ActionKind, Deed
from agentguard.model.messages import say
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import Severity
from agentguard.ui.bridge import Bridge
from agentguard.ui.pages.todo import BY_DESKTOP, DoneLine, Openers, TodoPage
from agentguard.ui.present import present
from agentguard.ui.present_findings import Can
from agentguard.ui.todo_card import FindingCard
from agentguard.ui.views import FindingView, Help, Page
from tests.flow.conftest import POLICY, Floor
from tests.flow.conftest import start as start  # noqa: PLC0414 - a fixture
from tools.gallery import data, todo
from tools.gallery.desk import RIGHT_CODE

WORDS = translations.load()


def shown(snapshot: Snapshot, **can: object) -> tuple[FindingView, ...]:
    return present(snapshot, WORDS, can=Can(**can)).findings  # type: ignore[arg-type] - Can's own


def opened(one: object) -> TodoPage:
    one.window.open(Page.TODO)  # type: ignore[attr-defined] - the rig of conftest
    page = one.window.current  # type: ignore[attr-defined]
    assert isinstance(page, TodoPage)
    QApplication.processEvents()  # a layout shows what is new when the loop comes round
    return page


def buttons(page: QWidget) -> list[QPushButton]:
    return [b for b in page.findChildren(QPushButton) if b.isVisibleTo(page) and b.text()]


def press(qtbot, page: QWidget, text: str) -> None:
    button = next(b for b in buttons(page) if b.text() == text)
    assert button.isEnabled(), text
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def cards(page: QWidget) -> list[FindingCard]:
    return [c for c in page.findChildren(FindingCard) if c.isVisibleTo(page)]


def words_of(page: QWidget) -> list[str]:
    return [b.text() for b in buttons(page)]


def test_row_214_each_card_has_one_main_button_that_does_what_it_says(rig) -> None:
    one = rig(todo.six())
    page = opened(one)
    first, *others = cards(page)
    assert first.opened
    assert words_of(first) == ["Delete it for good", "Open the folder", "Respond step by step"]
    assert not any(card.opened for card in others)
    assert [words_of(card) for card in others] == [
        ["I've done it: look again", "Details"],
        ["Move to the vault", "Details"],
        ["Take the old files away", "Details"],
        ["I've done it: look again", "Details"],
        ["I've done it: look again", "Details"],
        ["Go to the lessons", "Details"],
    ]


def test_a_page_of_the_systems_settings_is_opened_where_there_is_one(qtbot, rig, theme) -> None:
    one = rig(todo.six())
    pages = {"patches": "ms-settings:windowsupdate"}
    view = present(todo.six(), WORDS, can=Can(pages=pages))
    went: list[str] = []
    opens = Openers(folder=lambda _: True, address=lambda a: bool(went.append(a)))
    page = TodoPage(one.bridge, theme, opens)
    qtbot.addWidget(page)
    page.show_view(view)
    page.show()
    press(qtbot, page, "Open Windows Update")
    assert went == ["ms-settings:windowsupdate"]
    assert "Open the settings of this PC yourself" in one.said(page)


def test_row_212_fifty_files_are_one_card_of_which_three_are_named(rig, qtbot) -> None:
    one = rig(todo.fifty())
    page = opened(one)
    assert len(cards(page)) == 2
    said = one.said(cards(page)[0])
    assert "50 files with card numbers, all in Callbacks and complaints, week 48" in said
    assert [f"callbacks_{n:02}.csv" in said for n in (2, 3, 4)] == [True, True, False]
    assert "To do (2)" in [b.text() for b in one.window.findChildren(QPushButton)]
    press(qtbot, page, "Move all 50 to the vault")
    ((deed, check, subjects),) = one.desk.asked
    assert (deed, check, len(set(subjects))) == (Deed.VAULT, "pii-files", 50)


def test_row_212_some_of_fifty_can_be_chosen_with_the_keyboard(rig, qtbot) -> None:
    one = rig(todo.fifty())
    page = opened(one)
    press(qtbot, page, "Show all 50")
    files = page.findChild(QListWidget)
    assert files.hasFocus() or not one.window.isActiveWindow()
    assert files.count() == 50
    assert "export_2026-11-24" in files.item(0).text()
    name = files.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert name.startswith("export_2026-11-24_callbacks_with_every_field")
    files.setCurrentRow(0)
    qtbot.keyClick(files, Qt.Key.Key_Space)
    press(qtbot, page, "Move 49 to the vault")
    assert todo.LONG not in one.desk.asked[0][2]
    one.show(replace(todo.fifty(), at=data.ago(-30)))
    assert "Move 49 to the vault" in words_of(page), "news forgets no choice"
    qtbot.keyClick(files, Qt.Key.Key_Space)
    assert "Move all 50 to the vault" in words_of(page)
    press(qtbot, page, "Show fewer")
    assert not files.isVisibleTo(page)


def test_with_none_chosen_there_is_nothing_to_press(rig, qtbot) -> None:
    one = rig(todo.fifty())
    page = opened(one)
    press(qtbot, page, "Show all 50")
    files = page.findChild(QListWidget)
    for number in range(50):
        files.item(number).setCheckState(Qt.CheckState.Unchecked)
    main = next(b for b in buttons(page) if b.text() == "Move 0 to the vault")
    assert not main.isEnabled()


def test_row_210_before_deleting_it_asks_once_more_and_no_is_the_safe_answer(rig, qtbot) -> None:
    one = rig(todo.six())
    page = opened(one)
    press(qtbot, page, "Delete it for good")
    assert "It cannot be brought back." in one.said(page)
    press(qtbot, page, "No, keep it")
    assert one.desk.asked == []
    assert "cannot be brought back" not in one.said(page)
    press(qtbot, page, "Delete it for good")
    press(qtbot, page, "Yes, delete")
    assert one.desk.asked == [(Deed.DELETE, "pii-files", (todo.CODE.subject,))]


def test_a_closed_card_opens_with_its_button_and_asks_there(rig, qtbot) -> None:
    one = rig(todo.six())
    page = opened(one)
    retention = cards(page)[3]
    press(qtbot, retention, "Take the old files away")
    assert retention.opened
    press(qtbot, retention, "Yes, take them away")
    assert one.desk.asked == [(Deed.PURGE, "retention", ("",))]
    press(qtbot, retention, "Close details")
    assert not retention.opened
    press(qtbot, cards(page)[2], "Details")
    assert "callbacks_november.csv" in one.said(page)
    press(qtbot, cards(page)[2], "Delete it for good")
    press(qtbot, cards(page)[2], "Yes, delete")
    assert one.desk.asked[1] == (Deed.DELETE, "pii-files", (todo.CALLBACKS.subject,))


def test_row_214_nothing_is_called_done_while_it_is_being_done(rig, qtbot) -> None:
    one = rig(todo.working())
    page = opened(one)
    said = one.said(page)
    assert "Moving to the vault…" in said
    assert "13 of 50" in said
    assert "Not done: 1. A program has it open. Close it there, then try again." in said
    assert "12 files were moved to the vault" in said
    assert not any(word.startswith("Move") for word in words_of(page))
    assert page.findChild(QProgressBar).value() == 13
    press(qtbot, page, "Stop")
    assert one.desk.stopped == [todo.BATCH]


def test_what_failed_says_why_and_can_be_tried_again(rig) -> None:
    one = rig(todo.failed())
    page = opened(one)
    assert "A program has it open. Close it there, then try again." in one.said(page)
    assert "Delete it for good" in words_of(page)


def lines(page: QWidget) -> list[str]:
    every = page.findChildren(DoneLine)
    return [line.accessibleName() for line in every if line.isVisibleTo(page)]


def test_row_215_what_was_done_stands_below_and_all_of_it_in_the_history(rig, qtbot) -> None:
    one = rig(todo.one())
    page = opened(one)
    assert len(lines(page)) == 3
    assert lines(page)[0].startswith("AgentGuard emptied the clipboard at")
    press(qtbot, page, "History (5)")
    every = lines(page)
    assert len(every) == 5
    assert every[1].startswith("“refunds.xlsx” was moved to the vault at")
    assert "Found: Card numbers in a file that is not protected" in every[1]
    assert every[2].startswith("AgentGuard moved 4 files to the vault")
    assert every[4].startswith("“leads.csv” is gone, or no longer holds customer data")
    press(qtbot, page, "Hide the history")
    assert len(lines(page)) == 3


@pytest.mark.parametrize("asks", [False, True])
def test_undo_brings_a_file_back_or_shows_where_a_code_is_asked_for(rig, qtbot, *, asks) -> None:
    one = rig(todo.one())
    one.desk.vault_code = asks
    item = one.desk.vault_items()[0].id
    snapshot = todo.one()
    history = tuple(replace(d, item=item) if d.item == "one" else d for d in snapshot.history)
    one.show(replace(snapshot, history=history))
    page = opened(one)
    press(qtbot, page, "Undo")
    if asks:
        one.until(lambda: one.window.current.page is Page.VAULT)
        assert one.desk.takings == []
        return
    one.until(lambda: "It is back where it was." in one.said(page))
    assert one.desk.takings[0][1].reason == "mistake"
    press(qtbot, page, "Undo")
    one.until(lambda: "no longer in the vault" in one.said(page))


def test_row_215_an_undo_that_did_not_work_is_told(rig, qtbot) -> None:
    one = rig(todo.one())
    page = opened(one)
    for told, said in (
        ([say("prompt.not-restored", why="It is damaged.")], "It is damaged."),
        ([say("prompt.restored", path="x"), say("prompt.not-restored", why="")], "were: 1."),
    ):
        ends = iter(told)
        one.desk.restore = lambda _item, _taking, ends=ends: next(ends)
        line = data_line(page, len(told))
        page._undo(line)
        one.until(lambda said=said: said in one.said(page))
    assert RIGHT_CODE


def data_line(page: TodoPage, count: int) -> object:
    """Give a line of the history with so many files to bring back."""
    return replace(page.bridge.view.history[1], sealed=tuple(str(n) for n in range(count)))


def test_what_was_brought_back_is_told_so_and_has_no_undo() -> None:
    snapshot = todo.one()
    back = tuple(replace(d, back=data.NOON) if d.item == "one" else d for d in snapshot.history)
    line = present(replace(snapshot, history=back), WORDS).history[1]
    assert line.told == "“refunds.xlsx” was brought back at 12:03."
    assert (line.sealed, line.mended) == ((), False)


@pytest.mark.parametrize(
    ("respond", "wanted"),
    [
        ((ActionKind.NOTIFY,), "If not, it stays on this list and in what this PC reports."),
        ((ActionKind.VAULT,), "If not, AgentGuard moves it to the vault by itself."),
        ((), "If not, it stays on this list and in what this PC reports."),
    ],
)
def test_row_216_what_happens_if_not_is_what_the_policy_does(respond, wanted) -> None:
    snapshot = todo._ruled(data.snapshot(data.CONTROLS, todo.CALLBACKS), "pii-files", *respond)
    assert shown(snapshot)[0].if_not == wanted


def test_row_216_if_not_is_true_for_codes_for_many_and_for_what_was_left_alone() -> None:
    assert shown(todo.six())[0].if_not == (
        "If not, AgentGuard moves it to the vault by itself and deletes it there within 72 h."
    )
    many = todo._ruled(todo.fifty(), "pii-files", ActionKind.VAULT)
    assert shown(many)[0].if_not == "If not, AgentGuard moves them to the vault by itself."
    alone = replace(many, uplink=None)
    assert shown(alone)[1].if_not == "If not, it stays on this list."
    left = replace(todo.CALLBACKS, left=say("vault.left.network"))
    told = shown(todo._ruled(data.snapshot(data.CONTROLS, left), "pii-files", ActionKind.VAULT))
    assert "AgentGuard leaves it there" in told[0].if_not


def test_row_216_each_says_by_when_and_what_is_over_is_due_now() -> None:
    by = {view.check: (view.due, view.urgent) for view in shown(todo.six())}
    assert by["usb-storage"] == ("Before your next call", True)
    assert by["patches"] == ("Today", False)
    assert by["retention"] == ("By 30 Nov", False)
    old = replace(todo.CALLBACKS, since=data.ago(2 * data.DAY))
    assert shown(data.snapshot(data.CONTROLS, old))[0].due == "Now"
    older = replace(todo.FIVE[4], since=data.ago(8 * data.DAY))
    assert shown(data.snapshot(data.CONTROLS, older))[0].due == "Now"
    unknown = replace(todo.FIVE[4], check="listeners", severity=Severity.HIGH)
    assert shown(data.snapshot(data.CONTROLS, unknown))[0].due == "Now"


def test_a_legal_hold_offers_no_deleting_and_says_why() -> None:
    snapshot = data.snapshot(data.CONTROLS, todo.CODE)
    held = replace(snapshot, policy=replace(snapshot.policy, legal_hold=True))
    (view,) = shown(held)
    assert (view.deeds, view.help) == ((), Help.OPEN_FOLDER)
    assert view.advice.startswith("A legal hold is in force")


def test_what_this_computer_cannot_do_is_told_what_to_do_instead() -> None:
    snapshot = data.snapshot(data.CONTROLS, data.COPIED)
    (view,) = shown(snapshot, deeds=frozenset())
    assert (view.deeds, view.help) == ((), Help.LOOK_AGAIN)
    assert view.advice == WORDS.advice("clipboard", data.COPIED.message.id)
    (folders,) = shown(
        data.snapshot(
            data.CONTROLS,
            replace(todo.FIVE[0], check="folder-access", message=say("folder-access.read")),
        )
    )
    assert folders.deeds == (Deed.PRIVATE,)


def test_files_of_other_folders_and_causes_are_cards_of_their_own() -> None:
    other = replace(todo.CALLBACKS, subject="/home/amara/Desktop/x.csv")
    found = replace(todo.CALLBACKS, subject="/home/amara/Documents/y.csv", message=say("m.odd"))
    twin = replace(found, subject="/home/amara/Documents/z.csv")
    views = shown(data.snapshot(data.CONTROLS, todo.CALLBACKS, other, found, twin))
    assert sorted(len(view.items) for view in views) == [1, 1, 2]
    titles = {view.title for view in views}
    assert "2 files with customer data, all in Documents" in titles


CASES = {"one": todo.one, "six": todo.six, "fifty": todo.fifty, "working": todo.working}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("width", [640, 760, 1000, 1400])
@pytest.mark.parametrize("points", [10, 20])
def test_row_217_nothing_is_cut_off_at_any_width_or_size_of_text(
    rig, theme, qapp, name: str, width: int, points: int
) -> None:
    font, before = qapp.font(), qapp.font()
    font.setPointSize(points)
    qapp.setFont(font)
    theme.force(Qt.ColorScheme.Light)
    try:
        one = rig(CASES[name]())
        page = opened(one)
        one.window.resize(width, 800)
        for card in cards(page):
            for button in buttons(card):
                if button.text() in {"Details", "History"} or button.text().startswith("Show all"):
                    button.click()
        for _ in range(5):
            QApplication.processEvents()
        assert cut_off(page) == []
    finally:
        qapp.setFont(before)
        theme.force(Qt.ColorScheme.Light)


def cut_off(page: QWidget) -> list[str]:
    """Give what stands beyond the edge of the page, or has less room than it needs."""
    (area,) = page.findChildren(QScrollArea)
    kinds = QLabel | QPushButton | FindingCard | DoneLine
    seen = [w for w in page.findChildren(QWidget) if isinstance(w, kinds) and area.isAncestorOf(w)]
    return [said for w in seen if w.isVisibleTo(page) and (said := trouble(w, area))]


def trouble(widget: QWidget, area: QScrollArea) -> str:
    right = widget.mapTo(area.viewport(), widget.rect().topRight()).x()
    if right >= area.viewport().width():
        return f"beyond {area.viewport().width()}: {right} {widget.accessibleName()}"
    if isinstance(widget, QPushButton):
        needs = QFontMetrics(widget.font()).horizontalAdvance(widget.text())
        return f"narrow: {widget.text()}" if needs > widget.width() else ""
    low = isinstance(widget, QLabel) and widget.wordWrap()
    if low and widget.heightForWidth(widget.width()) > widget.height() + 1:
        return f"low: {widget.height()} {widget.text()}"
    return ""


def test_row_217_a_long_name_gives_way_in_the_middle_and_is_told_in_full(rig) -> None:
    long = replace(todo.CALLBACKS, subject=todo.LONG)
    one = rig(data.snapshot(data.CONTROLS, long))
    page = opened(one)
    one.window.resize(640, 700)
    QApplication.processEvents()
    (label,) = [w for w in page.findChildren(QLabel) if w.accessibleName() == todo.LONG]
    seen = label.text().strip("\u2066\u2069")
    assert "…" in seen
    assert seen.startswith("export")
    assert seen.endswith(".csv")
    assert label.toolTip() == todo.LONG


def test_every_button_says_by_name_what_it_is_about(rig) -> None:
    one = rig(todo.six())
    page = opened(one)
    names = [QAccessible.queryAccessibleInterface(b).text(QAccessible.Text.Name)
             for b in buttons(page)]  # fmt: skip
    assert len(names) == len(set(names)), "no two are told alike"
    assert "Move to the vault: Card numbers in a file that is not protected" in names
    for button in buttons(page):
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_the_page_is_done_with_the_keyboard_alone(rig, qtbot) -> None:
    one = rig(todo.six())
    page = opened(one)
    main = buttons(cards(page)[0])[0]
    main.setFocus()
    qtbot.keyClick(main, Qt.Key.Key_Space)
    yes = next(b for b in buttons(page) if b.text() == "Yes, delete")
    qtbot.keyClick(yes, Qt.Key.Key_Space)
    assert one.desk.asked[0][0] is Deed.DELETE


TOLD = POLICY.replace("[notify, vault]", "[notify]")


@pytest.fixture
def floor(start: Callable[..., Floor]) -> Floor:
    return start(words=TOLD)


def test_row_214_a_real_file_is_moved_by_the_button_told_done_and_undone(
    floor: Floor, qtbot, theme
) -> None:
    """The whole way: a real agent, a real file, and the page that a person sees."""
    bridge = Bridge(floor.agent.desk, WORDS)
    page = TodoPage(bridge, theme, BY_DESKTOP)
    qtbot.addWidget(page)
    bridge.viewed.connect(lambda _snapshot, view: page.show_view(view))
    page.show()
    file: Path = floor.folder / "export.txt"
    words = "Dear customer, your card number 4556 7375 8689 9855 was charged.\n"
    file.write_text(words)
    qtbot.waitUntil(lambda: "Move to the vault" in words_of(page), timeout=60_000)
    press(qtbot, page, "Move to the vault")
    qtbot.waitUntil(lambda: bool(lines(page)), timeout=60_000)
    qtbot.waitUntil(lambda: "moved to the vault at" in lines(page)[0], timeout=60_000)
    assert not file.exists()
    assert cards(page) == []
    press(qtbot, page, "Undo")
    qtbot.waitUntil(file.exists, timeout=60_000)
    qtbot.waitUntil(lambda: "brought back" in " ".join(lines(page)), timeout=60_000)
    assert file.read_text() == words
    qtbot.waitUntil(lambda: len(cards(page)) == 1, timeout=60_000)
    press(qtbot, page, "Delete it for good")
    press(qtbot, page, "Yes, delete")
    qtbot.waitUntil(lambda: "deleted for good" in " ".join(lines(page)), timeout=60_000)
    assert not file.exists()
    bridge.close()
