import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)

from agentguard.base.errors import UsageError
from agentguard.model.actions import Deed
from agentguard.model.hits import Hit
from agentguard.model.vault import Taking
from agentguard.ui.pages.inbox import NoticeRow
from agentguard.ui.pages.overview import ControlRow
from agentguard.ui.pages.todo import Openers, TodoPage
from agentguard.ui.pages.vault import VaultRow
from agentguard.ui.todo_card import FindingCard
from agentguard.ui.views import Page
from tools.gallery import content, data
from tools.gallery.desk import RIGHT_CODE


def press(qtbot, widget: QWidget, text: str) -> None:
    button = next(
        b
        for b in widget.findChildren(QPushButton)
        if b.text() == text and b.isVisibleTo(widget) and b.isEnabled()
    )
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def opened(one, page: Page) -> QWidget:
    one.window.open(page)
    QApplication.processEvents()
    return one.window.current


def test_from_the_first_moment_the_shield_stands_beside_the_name(rig) -> None:
    window = rig(data.act()).window
    window.show()
    name = window.findChild(QLabel, "brand")
    shield = next(one for one in name.parent().findChildren(QLabel) if not one.pixmap().isNull())
    assert shield.geometry().right() < name.geometry().left()


def test_the_overview_shows_every_control_with_word_and_age(rig) -> None:
    one = rig(data.act())
    page = opened(one, Page.OVERVIEW)
    assert len(page.findChildren(ControlRow)) == len(data.CONTROLS)
    words = one.said(page)
    for expected in (
        "3 things need you, at least one now.",
        "Last report: ",
        "1. Encryption",
        "10. Data retention",
        "Could not be read",
        "Paused",
        "Not needed here",
        "6 minutes ago",
    ):
        assert expected in words


def test_news_changes_rows_in_place(rig) -> None:
    one = rig(data.good())
    page = opened(one, Page.OVERVIEW)
    before = page.findChildren(ControlRow)
    one.show(data.act())
    assert page.findChildren(ControlRow) == before
    assert "To do" in one.said(page)


def test_a_hidden_window_is_brought_up_to_date_when_it_opens(rig) -> None:
    one = rig(data.good())
    page = opened(one, Page.OVERVIEW)
    one.window.close()
    assert not one.window.isVisible()
    one.show(data.act())
    one.window.open(Page.OVERVIEW)
    assert "3 things need you" in one.said(page)


def test_without_a_tray_closing_keeps_the_way_back(rig) -> None:
    one = rig()
    one.window.has_tray = False
    one.window.open()
    one.window.close()
    assert one.window.isMinimized()


def test_buttons_lock_and_look_again(rig, qtbot) -> None:
    one = rig()
    page = opened(one, Page.OVERVIEW)
    press(qtbot, page, "Lock now")
    press(qtbot, page, "Look again")
    assert (one.desk.locks, one.desk.looks) == (1, 1)
    assert "Looking at everything again." in one.said(page)


def test_who_opens_to_do_has_seen_what_there_is(rig) -> None:
    one = rig(data.act())
    one.window.open(Page.OVERVIEW)
    assert one.desk.todo_looks == 0
    one.window.open(Page.TODO)
    assert one.desk.todo_looks == 1


def test_the_side_counts_in_words(rig) -> None:
    one = rig(data.act())
    one.window.open()
    texts = [b.text() for b in one.window.findChildren(QPushButton)]
    assert {"To do (3)", "Inbox (2)", "Lessons (1)"} <= set(texts)


def test_findings_say_what_is_wrong_and_help(rig, qtbot, said, theme) -> None:
    one = rig(data.act())
    asked = []
    opens = Openers(folder=lambda f: bool(asked.append(f)), address=lambda _: True)
    page = TodoPage(one.bridge, theme, opens)
    qtbot.addWidget(page)
    page.show_view(one.bridge.view)
    page.show()
    assert len(page.findChildren(FindingCard)) == 3
    press(qtbot, page, "Open the folder")
    assert asked == ["/home/amara/Documents/callbacks"]
    assert "could not be opened" in one.said(page)
    press(qtbot, page, "Empty the clipboard")
    assert one.desk.asked == [(Deed.CLEAR, "clipboard", (data.COPIED.subject,))]
    wanted = []
    page.wanted.connect(wanted.append)
    press(qtbot, page, "Go to the lessons")
    assert wanted == [Page.LESSONS]


def test_row_198_what_is_the_teams_stands_below_without_a_button(rig, qtbot) -> None:
    one = rig(data.updating())
    page = opened(one, Page.TODO)
    assert len(page.findChildren(FindingCard)) == 2
    press(qtbot, page, "Details")
    said = one.said(page)
    assert said.index("Close all its windows") < said.index("For your desktop team.")
    assert "WinRAR 7.11" in said
    press(qtbot, page, "I've done it: look again")
    assert one.desk.looks == 1
    one.show(data.with_the_team())
    said = one.said(page)
    assert "nothing for you to mend." in said
    assert "Nothing to do." not in said, "what can be done meanwhile stands there"
    assert "WinRAR 7.11" in said
    one.show(data.good())
    assert "desktop team" not in one.said(page)


def test_a_finding_about_the_lock_locks(rig, qtbot) -> None:
    finding = replace(data.COPIED, check="screen-lock")
    one = rig(data.snapshot(data.CONTROLS, finding))
    press(qtbot, opened(one, Page.TODO), "Lock now")
    assert one.desk.locks == 1


def test_nothing_to_do_is_said_kindly(rig) -> None:
    one = rig(data.good())
    page = opened(one, Page.TODO)
    assert "Nothing to do." in one.said(page)
    one.show(data.act())
    assert "Nothing to do." not in one.said(page)
    one.show(data.good())
    assert "Nothing to do." in one.said(page)


def test_the_inbox_marks_one_and_then_all_as_read(rig, qtbot) -> None:
    one = rig(data.good())
    page = opened(one, Page.INBOX)
    assert len(page.findChildren(NoticeRow)) == 3
    press(qtbot, page, "Mark as read")
    one.until(lambda: one.bridge.view.unread == 1)
    press(qtbot, page, "Mark all as read")
    one.until(lambda: one.bridge.view.unread == 0)
    assert "New" not in one.said(page).splitlines()


def test_an_empty_inbox_says_so(rig) -> None:
    one = rig(replace(data.good(), inbox=()))
    assert "Nothing here yet." in one.said(opened(one, Page.INBOX))


def test_a_click_on_the_words_chooses_an_answer(rig, qtbot) -> None:
    one = rig()
    page = opened(one, Page.INCIDENT)
    words = next(x for x in page.findChildren(QLabel) if x.text() == "Something else")
    qtbot.mouseClick(words, Qt.MouseButton.LeftButton)
    chosen = [r.accessibleName() for r in _radios(page) if r.isChecked()]
    assert chosen == ["Something else"]


def _choose(page: QWidget, words: str) -> None:
    next(r for r in page.findChildren(QRadioButton) if r.accessibleName() == words).setChecked(True)


def test_the_vault_asks_before_it_brings_back_and_reports(rig, qtbot) -> None:
    one = rig()
    page = opened(one, Page.VAULT)
    one.until(lambda: len(_rows(page)) == 2)
    first = _rows(page)[0]
    assert "12 \u00d7 card number (...1111); 9 \u00d7 e-mail address" in one.said(first)
    press(qtbot, first, "Bring back")
    assert "Bring refunds-october.xlsx back to /home/amara/Downloads?" in one.said(first)
    press(qtbot, first, "Leave it in the vault")
    assert len(one.desk.vault_items()) == 2
    press(qtbot, first, "Bring back")
    press(qtbot, first, "Yes, bring it back")
    assert "Choose a reason first." in one.said(first)
    _choose(first, "I need it for my work")
    press(qtbot, first, "Yes, bring it back")
    one.until(lambda: len(_rows(page)) == 1)
    assert "The file is back: v1" in one.said(page)
    assert [i.id for i in one.desk.vault_items()] == ["v2"]
    assert one.desk.takings == [("v1", Taking(reason="work"))]


def test_the_vault_asks_before_it_removes_for_good(rig, qtbot) -> None:
    one = rig()
    page = opened(one, Page.VAULT)
    one.until(lambda: len(_rows(page)) == 2)
    first = _rows(page)[0]
    press(qtbot, first, "Remove")
    assert "It cannot be brought back. Copies elsewhere, such as in a backup, stay." in one.said(
        first
    )
    assert "secure" not in one.said(first), "no disk can promise it"
    _choose(first, "Nobody needs it any more")
    press(qtbot, first, "Yes, remove it")
    one.until(lambda: len(_rows(page)) == 1)
    assert "The file is removed from the vault." in one.said(page)
    assert one.desk.takings == [("v1", Taking(reason="asked"))]


def test_what_may_not_be_kept_says_that_it_goes(rig) -> None:
    one = rig()
    code = replace(content.VAULT[1], id="v3", hits=(Hit(kind="CVV", count=1),))
    one.desk.vault_items = lambda: (*content.VAULT, code)
    page = opened(one, Page.VAULT)
    one.until(lambda: len(_rows(page)) == 3)
    said = [one.said(row) for row in _rows(page)]
    assert ["which nobody may keep" in words for words in said] == [False, False, True]


def test_a_file_leaves_the_vault_only_for_a_code_where_there_is_one(rig, qtbot) -> None:
    one = rig()
    one.desk.vault_code = True
    page = opened(one, Page.VAULT)
    one.until(lambda: len(_rows(page)) == 2)
    press(qtbot, _rows(page)[0], "Bring back")
    _choose(_rows(page)[0], "It holds no customer data")
    press(qtbot, _rows(page)[0], "Yes, bring it back")
    assert one.desk.takings == [], "nothing is tried without a code"
    _typed(_rows(page)[0], "000000")
    press(qtbot, _rows(page)[0], "Yes, bring it back")
    one.until(lambda: "The file stays in the vault." in one.said(page))
    assert "000000" not in one.said(page)
    press(qtbot, _rows(page)[0], "Bring back")
    _choose(_rows(page)[0], "It holds no customer data")
    _typed(_rows(page)[0], RIGHT_CODE)
    press(qtbot, _rows(page)[0], "Yes, bring it back")
    one.until(lambda: len(_rows(page)) == 1)


def _typed(row: QWidget, code: str) -> None:
    next(f for f in row.findChildren(QLineEdit) if f.isVisibleTo(row)).setText(code)


def test_what_cannot_be_brought_back_is_said(rig, qtbot) -> None:
    one = rig()
    page = opened(one, Page.VAULT)
    one.until(lambda: len(_rows(page)) == 2)
    one.desk.restore("v1", Taking())
    press(qtbot, _rows(page)[0], "Bring back")
    _choose(_rows(page)[0], "I need it for my work")
    press(qtbot, _rows(page)[0], "Yes, bring it back")
    one.until(lambda: "It stays in the vault." in one.said(page))
    assert "no longer in the vault" in one.said(page)


def test_the_vault_says_how_many_files_wait_for_new_recovery_keys(rig) -> None:
    one = rig()
    page = opened(one, Page.VAULT)
    one.until(lambda: len(_rows(page)) == 2)
    assert "recovery keys" not in one.said(page)
    one.desk.behind = 1
    page.opened()
    wanted = "1 of 2 files still have to be sealed for the organisation's new recovery keys"
    one.until(lambda: wanted in one.said(page))
    one.desk.behind = 0
    page.opened()
    one.until(lambda: "recovery keys" not in one.said(page))


def test_a_damaged_vault_is_said(rig) -> None:
    one = rig(broken_vault=True)
    page = opened(one, Page.VAULT)
    one.until(lambda: "could not be read" in one.said(page))
    assert "Tell your desktop team." in one.said(page)


def test_what_leaves_this_pc_is_shown_word_for_word(rig, qtbot) -> None:
    one = rig()
    page = opened(one, Page.LEAVING)
    assert "pictures of your screen or camera" in one.said(page)
    assert json.loads(page.findChild(QPlainTextEdit).toPlainText())["device"] == "d-7Q2M4X"
    press(qtbot, page, "Copy")
    assert QGuiApplication.clipboard().text() == one.desk.report
    one.desk.report = ""
    one.window.open(Page.LEAVING)
    assert "Nothing has left this PC yet." in one.said(page)


def test_a_report_that_is_older_than_today_has_its_day_beside_the_time(rig) -> None:
    one = rig(data.act())
    page = opened(one, Page.LEAVING)

    def sent() -> str:
        return one.said(page).partition("When the report was sent\n")[2].partition("\n")[0]

    assert sent()
    assert "Nov" not in sent()
    one.show(replace(data.act(), at=data.ago(-2 * data.DAY)))
    one.until(lambda: "Nov" in sent())


def test_about_names_policy_and_what_is_watched(rig) -> None:
    one = rig()
    words = one.said(opened(one, Page.ABOUT))
    assert "pci-contact-centre, version 14" in words
    assert "Clipboard: watched" in words
    assert "Calls: Not watched" in words


@pytest.mark.parametrize("page", list(Page))
def test_every_control_has_a_name_and_is_reached_by_keyboard(rig, page) -> None:
    one = rig(data.act())
    shown = opened(one, page)
    one.until(lambda: page is not Page.VAULT or len(_rows(shown)) == 2)
    for kind in (QAbstractButton, QPlainTextEdit):
        for widget in one.window.findChildren(kind):
            if not widget.isVisibleTo(one.window):
                continue
            interface = QAccessible.queryAccessibleInterface(widget)
            assert interface.text(QAccessible.Text.Name), widget
            assert any(w.focusPolicy() & Qt.FocusPolicy.TabFocus for w in _group(widget)), widget


def test_rows_read_as_one_sentence(rig) -> None:
    one = rig(data.act())
    card = opened(one, Page.TODO).findChildren(FindingCard)[0]
    name = QAccessible.queryAccessibleInterface(card).text(QAccessible.Text.Name)
    assert name.startswith("Card numbers in a file that is not protected. Today.")
    assert "In the vault it is encrypted" in name


def test_escape_closes_the_window(rig, qtbot) -> None:
    one = rig()
    one.window.open()
    qtbot.keyClick(one.window, Qt.Key.Key_Escape)
    assert not one.window.isVisible()


def _radios(page) -> list[QRadioButton]:
    return page.findChildren(QRadioButton)


def _group(widget: QWidget) -> list[QWidget]:
    """Of a group, Tab reaches one and the arrow keys the others."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return [widget] if group is None else list(group.buttons())


def _rows(page) -> list[VaultRow]:
    return [r for r in page.findChildren(VaultRow) if r.isVisibleTo(page)]


def test_what_is_held_at_the_centre_is_asked_for_and_shown_by_class(rig, qtbot) -> None:
    one = rig()
    page = opened(one, Page.LEAVING)
    assert "7310" not in one.said(page)
    press(qtbot, page, "Show it")
    one.until(lambda: "7310" in one.said(page))
    said = one.said(page)
    assert "What happened there" in said
    assert "2026-05-02 \N{EN DASH} 2026-11-25" in said
    assert "guard.example.org" in said
    press(qtbot, page, "Copy the records")
    assert QGuiApplication.clipboard().text() == content.HELD.whole
    one.desk.not_held = UsageError("This PC reports to no endpoint.")
    press(qtbot, page, "Ask again")
    one.until(lambda: "This PC reports to no endpoint." in one.said(page))
    assert "7310" in one.said(page), "what was shown stays"
