"""The page of open findings, each with what to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFrame

from agentguard.base.translations import Texts
from agentguard.detect.recognition.masked_names import masked
from agentguard.ui.bridge import Bridge
from agentguard.ui.colours import of_state
from agentguard.ui.keyed_list import Keyed
from agentguard.ui.listeners import News
from agentguard.ui.pages.base import PageFrame, tell
from agentguard.ui.theme import Theme
from agentguard.ui.views import FindingView, Help, Page, TheirsView, View
from agentguard.ui.widgets import GAP, button, chip, column, draw, label, row


class FindingCard(QFrame):
    """A finding; `help_` is called with it when the button is pressed."""

    def __init__(self, texts: Texts, theme: Theme, help_: Callable[[FindingView], None]) -> None:
        super().__init__()
        self._texts, self._theme, self._help = texts, theme, help_
        self._item: FindingView | None = None
        self.setProperty("look", "card")
        self._icon, self._severity = label(wrap=False), label(wrap=False)
        self._wrong, self._title = label("", "heading"), label("", "muted")
        self._place, self._shown = label("", "small"), label("", "small")
        self._advice, self._since = label(), label("", "small")
        self._button = button("", self._pressed, main=True)
        inside = column(self, gap=GAP)
        inside.setContentsMargins(3 * GAP, 2 * GAP, 3 * GAP, 2 * GAP)
        head = row(gap=GAP)
        head.addWidget(self._icon)
        head.addWidget(self._title, 1)
        head.addWidget(self._severity)
        inside.addLayout(head)
        for part in (self._wrong, self._place, self._shown, self._advice):
            inside.addWidget(part)
        foot = row(gap=2 * GAP)
        foot.addWidget(self._button)
        foot.addWidget(self._since, 1)
        inside.addLayout(foot)

    def show_item(self, finding: FindingView) -> None:
        """Show a finding."""
        self._item = finding
        draw(self._icon, "state-fail", 20, of_state(self._theme.tones, finding.severity)[0])
        chip(self._severity, finding.severity_word, finding.severity)
        self._title.setText(finding.title)
        self._wrong.setText(finding.wrong)
        for part, text in ((self._place, finding.place), (self._shown, finding.shown)):
            part.setText(text)
            part.setVisible(bool(text))
        self._advice.setText(finding.advice)
        since = finding.since
        self._since.setText(self._texts.say("ui.todo.since", exact=since.exact, ago=since.ago))
        self._button.setText(finding.help_word)
        self._button.setAccessibleName(f"{finding.help_word}: {finding.title}")
        self.setAccessibleName(
            self._texts.say(
                "ui.todo.row",
                severity=finding.severity_word,
                title=finding.title,
                wrong=finding.wrong,
                advice=finding.advice,
            )
        )

    def _pressed(self) -> None:
        if self._item is not None:
            self._help(self._item)


class TheirsCard(QFrame):
    """What the desktop team takes care of: to be read, with nothing to press."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self._heading, self._lines = label("", "heading"), label("", "muted")
        inside = column(self, gap=GAP)
        inside.setContentsMargins(3 * GAP, 2 * GAP, 3 * GAP, 2 * GAP)
        inside.addWidget(self._heading)
        inside.addWidget(self._lines)

    def show_theirs(self, theirs: TheirsView) -> None:
        """Show it; without anything nothing is shown."""
        self._heading.setText(theirs.heading)
        self._lines.setText("\n".join(theirs.lines))
        self.setAccessibleName(" ".join((theirs.heading, *theirs.lines)))
        self.setVisible(bool(theirs.lines))


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
        self._theirs = TheirsCard()
        for part in (self._status, self._nothing, self._cards, self._theirs):
            self.body.addWidget(part)

    def show_view(self, view: View) -> None:
        """Show the findings of a view."""
        self._nothing.setVisible(not view.findings)
        self._cards.show_items(view.findings)
        self._theirs.show_theirs(view.theirs)

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
