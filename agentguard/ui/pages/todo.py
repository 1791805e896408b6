"""The page of open findings, each with what to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from agentguard.detect.recognition.masked_names import masked
from agentguard.ui.bridge import Bridge
from agentguard.ui.finding_card import FindingCard
from agentguard.ui.keyed_list import Keyed
from agentguard.ui.listeners import News
from agentguard.ui.pages.base import PageFrame, tell
from agentguard.ui.theme import Theme
from agentguard.ui.views import FindingView, Help, Page, View

OpenFolder = Callable[[str], bool]


def open_folder(folder: str) -> bool:
    """Open a folder in the file manager; tell whether the desktop took it."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(folder))


class TodoPage(PageFrame):
    """The findings; `lessons_wanted` asks the window for the lessons."""

    page = Page.TODO

    def __init__(self, bridge: Bridge, theme: Theme, open_folder: OpenFolder = open_folder) -> None:
        super().__init__(bridge, theme)
        self.lessons_wanted: News[()] = News()
        self._open_folder = open_folder
        self._status = self.status()
        self._nothing = self.nothing()
        self._cards: Keyed[FindingView] = Keyed(
            lambda _: FindingCard(self.texts, theme, self._help), lambda f: f.key
        )
        for part in (self._status, self._nothing, self._cards):
            self.body.addWidget(part)

    def show_view(self, view: View) -> None:
        """Show the findings of a view."""
        self._nothing.setVisible(not view.findings)
        self._cards.show_items(view.findings)

    def repaint_icons(self) -> None:
        """Draw every card again."""
        self._cards.forget()

    def opened(self) -> None:
        """Forget what was said the last time."""
        tell(self._status, "")

    def _help(self, finding: FindingView) -> None:
        acts: dict[Help, Callable[[], str]] = {
            Help.OPEN_FOLDER: lambda: self._folder(finding.folder),
            Help.CLEAR_CLIPBOARD: self._clear,
            Help.OPEN_LESSONS: self._lessons,
            Help.LOCK: self._lock,
            Help.LOOK_AGAIN: self._look,
        }
        tell(self._status, acts[finding.help]())

    def _folder(self, folder: str) -> str:
        opened = self._open_folder(folder)
        return "" if opened else self.texts.say("ui.todo.no-folder", folder=masked(folder))

    def _clear(self) -> str:
        QGuiApplication.clipboard().clear()
        return self.texts.say("ui.todo.clipboard-cleared")

    def _lessons(self) -> str:
        self.lessons_wanted.tell()
        return ""

    def _lock(self) -> str:
        self.bridge.desk.lock_now()
        return ""

    def _look(self) -> str:
        self.bridge.desk.check_now()
        return self.texts.say("ui.window.looking")
