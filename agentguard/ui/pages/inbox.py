"""The page that keeps what a toast would lose."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame

from agentguard.base.translations import Texts
from agentguard.ui.bridge import Bridge
from agentguard.ui.keyed_list import Keyed
from agentguard.ui.pages.base import PageFrame
from agentguard.ui.theme import Theme
from agentguard.ui.views import NoticeView, Page, View
from agentguard.ui.widgets import GAP, button, chip, column, label, restyle, row


class NoticeRow(QFrame):
    """A notice; `read` is called with its id when it is marked as read."""

    def __init__(self, texts: Texts, read: Callable[[str], None]) -> None:
        super().__init__()
        self._texts, self._read, self._id = texts, read, ""
        self.setProperty("look", "card")
        self._title, self._body = label("", "strong"), label()
        self._place = label("", "small")
        self._at, self._new = label("", "small"), label(wrap=False)
        self._button = button(texts.say("ui.inbox.read-one"), lambda: self._read(self._id))
        line = row(self, gap=2 * GAP)
        line.setContentsMargins(3 * GAP, 2 * GAP, 3 * GAP, 2 * GAP)
        words = column(gap=4)
        head = row(gap=GAP)
        head.addWidget(self._new)
        head.addWidget(self._title, 1)
        words.addLayout(head)
        words.addWidget(self._place)
        words.addWidget(self._body)
        words.addWidget(self._at)
        line.addLayout(words, 1)
        line.addWidget(self._button, 0, Qt.AlignmentFlag.AlignTop)

    def show_item(self, notice: NoticeView) -> None:
        """Show a notice."""
        self._id = notice.id
        self._title.setText(notice.title)
        self._body.setText(notice.body)
        self._place.setText(notice.place)
        self._place.setVisible(bool(notice.place))
        self._at.setText(self._texts.say("ui.inbox.at", exact=notice.at.exact, ago=notice.at.ago))
        chip(self._new, self._texts.say("ui.inbox.new"), "attention")
        self._new.setVisible(not notice.read)
        self._button.setVisible(not notice.read)
        self._button.setAccessibleName(f"{self._button.text()}: {notice.body}")
        restyle(self, fresh="false" if notice.read else "true")
        form = "read" if notice.read else "new"
        self.setAccessibleName(
            self._texts.say(
                f"ui.inbox.row-{form}",
                title=notice.title,
                body=notice.body,
                exact=notice.at.exact,
            )
        )


class InboxPage(PageFrame):
    """The notices, newest first, with what was not read marked by a word."""

    page = Page.INBOX

    def __init__(self, bridge: Bridge, theme: Theme) -> None:
        super().__init__(bridge, theme)
        self._nothing = self.nothing()
        self._all = button(self.texts.say("ui.inbox.read-all"), lambda: bridge.desk.mark_read(""))
        self._rows: Keyed[NoticeView] = Keyed(
            lambda _: NoticeRow(self.texts, bridge.desk.mark_read), lambda n: n.id
        )
        self.body.addWidget(self._all, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self._nothing)
        self.body.addWidget(self._rows)

    def show_view(self, view: View) -> None:
        """Show the inbox of a view."""
        self._nothing.setVisible(not view.inbox)
        self._all.setVisible(view.unread > 0)
        self._rows.show_items(view.inbox)
