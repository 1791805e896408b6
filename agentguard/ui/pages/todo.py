"""The page of open findings: each with the one thing that mends it, and what was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QResizeEvent

from agentguard.detect.recognition.masked_names import masked
from agentguard.model.actions import Deed
from agentguard.model.vault import Taking
from agentguard.ui.bridge import Bridge
from agentguard.ui.guided_cards import respond
from agentguard.ui.keyed_list import Keyed
from agentguard.ui.listeners import News
from agentguard.ui.pages.base import PageFrame, tell
from agentguard.ui.theirs_card import TheirsCard
from agentguard.ui.theme import Theme
from agentguard.ui.todo_card import Acts, FindingCard
from agentguard.ui.todo_history import History
from agentguard.ui.views import DoneView, FindingView, Help, Page, View
from agentguard.ui.widgets import GAP

EDGES = 10 * GAP  # pixels left and right of a card
NOT_BACK = "prompt.not-restored"
BY_MISTAKE = Taking(reason="mistake")
"""What an Undo says of why a file leaves the vault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Openers:
    """Open a folder, or an address of the system's settings; tell whether the desktop took it."""

    folder: Callable[[str], bool]
    address: Callable[[str], bool]


def open_folder(folder: str) -> bool:
    """Open a folder in the file manager; tell whether the desktop took it."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(folder))


def open_address(address: str) -> bool:
    """Open a page of the system's settings; tell whether the desktop took it."""
    return QDesktopServices.openUrl(QUrl(address))


BY_DESKTOP = Openers(folder=open_folder, address=open_address)


class TodoPage(PageFrame):
    """The findings; `wanted` asks the window for another page."""

    page = Page.TODO

    def __init__(self, bridge: Bridge, theme: Theme, openers: Openers = BY_DESKTOP) -> None:
        super().__init__(bridge, theme)
        self.wanted: News[Page] = News()
        self._openers = openers
        self._status = self.status()
        self._nothing = self.nothing()
        acts = Acts(
            do=self._do,
            stop=self.bridge.desk.stop_deeds,
            help=self._help,
            folder=lambda folder: tell(self._status, self._folder(folder)),
            respond=self._respond,
            ask_exception=bridge.excepting.tell,
        )
        self._cards: Keyed[FindingView] = Keyed(
            lambda _: FindingCard(self.texts, theme, acts), lambda f: f.key
        )
        self._history = History(self.texts, theme, self._undo)
        self._theirs = TheirsCard(self.texts, theme)
        for part in (self._status, self._nothing, self._cards, self._history, self._theirs):
            self.body.addWidget(part)

    def show_view(self, view: View) -> None:
        """Show the findings of a view, the first of them open."""
        # What others mend says so itself, and what this person can do meanwhile.
        self._nothing.setVisible(not view.findings and not view.theirs.groups)
        self._cards.show_items(view.findings)
        for place, card in enumerate(self._cards.rows):
            assert isinstance(card, FindingCard)  # noqa: S101 - the page makes no other
            card.be_first(first=place == 0)
            card.fit(self._room())
        self._history.show_history(view.history)
        self._theirs.show_theirs(view.theirs)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Have the cards fit into the new width."""
        super().resizeEvent(event)
        for card in self.findChildren(FindingCard):
            card.fit(self._room())

    def _room(self) -> int:
        return self.width() - EDGES

    def repaint_icons(self) -> None:
        """Draw every card again."""
        self._cards.forget()
        self._history.forget()
        self._theirs.forget()

    def opened(self) -> None:
        """Forget what was said the last time."""
        tell(self._status, "")

    def _do(self, finding: FindingView, deed: Deed, subjects: tuple[str, ...]) -> None:
        tell(self._status, "")
        self.bridge.desk.do(deed, finding.check, subjects)

    def _respond(self, path: str) -> None:
        """Begin the five steps for a file with card data, and show them."""
        respond(self.bridge, path, lambda: self.wanted.tell(Page.INCIDENT))

    def _help(self, finding: FindingView) -> None:
        helps: dict[Help, Callable[[], str]] = {
            Help.OPEN_FOLDER: lambda: self._folder(finding.folder),
            Help.OPEN_PAGE: lambda: self._page(finding.page),
            Help.OPEN_LESSONS: self._lessons,
            Help.LOCK: self._lock,
            Help.LOOK_AGAIN: self._look,
        }
        tell(self._status, helps[finding.help]())

    def _folder(self, folder: str) -> str:
        opened = self._openers.folder(folder)
        return "" if opened else self.texts.say("ui.todo.no-folder", folder=masked(folder))

    def _page(self, address: str) -> str:
        return "" if self._openers.address(address) else self.texts.say("todo.card.page-failed")

    def _lessons(self) -> str:
        self.wanted.tell(Page.LESSONS)
        return ""

    def _lock(self) -> str:
        self.bridge.desk.lock_now()
        return ""

    def _look(self) -> str:
        self.bridge.desk.check_now()
        return self.texts.say("todo.card.looking")

    def _undo(self, done: DoneView) -> None:
        """Bring files back, as far as no code is asked for; the page Vault asks for it."""
        tell(self._status, self.texts.say("todo.done.undoing"), "muted")
        self.bridge.later(
            lambda: self._bring_back(done.sealed),
            self._undone,
            lambda problem: tell(
                self._status, self.texts.say("ui.vault.unreadable", problem=problem), "wrong"
            ),
        )

    def _bring_back(self, items: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return why files did not come back, empty for each that did; None where a code is due."""
        desk = self.bridge.desk
        if desk.vault_asks():
            return None
        told = [desk.restore(item, BY_MISTAKE) for item in items]
        return tuple(self.texts.render(one) if one.id == NOT_BACK else "" for one in told)

    def _undone(self, why: tuple[str, ...] | None) -> None:
        if why is None:
            self.wanted.tell(Page.VAULT)
            return
        failed = [one for one in why if one]
        if not failed:
            tell(self._status, self.texts.say("todo.done.undone"), "right")
        elif len(why) == 1:
            tell(self._status, failed[0], "wrong")
        else:
            back = len(why) - len(failed)
            tell(self._status, self.texts.say("todo.done.undone-some", count=back), "wrong")
