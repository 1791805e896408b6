"""The page that keeps what a toast would lose."""

from __future__ import annotations

from PySide6.QtCore import Qt

from agentguard.ui.bridge import Bridge
from agentguard.ui.keyed_list import Keyed
from agentguard.ui.notice_row import NoticeRow
from agentguard.ui.pages.base import PageFrame
from agentguard.ui.theme import Theme
from agentguard.ui.views import NoticeView, Page, View
from agentguard.ui.widgets import button


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
