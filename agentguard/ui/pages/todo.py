"""The page of open findings: each with the one thing that mends it, and what was done.

What was found and done stands line by line, with the way back out of the vault. What the person
cannot mend is to be read, with nothing to press and nothing in red.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QFrame, QWidget

from agentguard.base.translations import Texts
from agentguard.detect.recognition.masked_names import masked
from agentguard.model.actions import Deed
from agentguard.model.vault import Taking
from agentguard.ui.bridge import Bridge
from agentguard.ui.colours import of_state
from agentguard.ui.guided_cards import respond
from agentguard.ui.keyed_list import Keyed
from agentguard.ui.listeners import News
from agentguard.ui.pages.base import PageFrame, tell
from agentguard.ui.theme import Theme
from agentguard.ui.todo_card import Acts, FindingCard
from agentguard.ui.views import (
    DoneView,
    FindingView,
    Help,
    Page,
    TheirGroup,
    TheirsView,
    TheirView,
    View,
)
from agentguard.ui.widgets import GAP, button, column, draw, label, row

EDGES = 10 * GAP  # pixels left and right of a card
NOT_BACK = "prompt.not-restored"
BY_MISTAKE = Taking(reason="mistake")
"""What an Undo says of why a file leaves the vault."""
Undo = Callable[[DoneView], None]
FRESH = 3
"""So many lines of today stand below the cards; the history holds them all."""


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


class DoneLine(QFrame):
    """One thing that was done; `undo` is called with it. In the history it tells what was found."""

    def __init__(self, texts: Texts, theme: Theme, undo: Undo, *, whole: bool) -> None:
        super().__init__()
        self._texts, self._theme, self._whole = texts, theme, whole
        self._undo_it = undo
        self._item: DoneView | None = None
        self.setProperty("look", "card")
        self._icon, self._told, self._found = label(wrap=False), label(), label("", "small")
        self._undo = button(texts.say("todo.done.undo"), self._press)
        self._undo.setProperty("look", "link")
        inside = row(self, gap=GAP + GAP // 2)
        inside.setContentsMargins(2 * GAP, GAP, 2 * GAP, GAP)
        inside.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        words = column(gap=GAP // 4)
        words.addWidget(self._told)
        words.addWidget(self._found)
        inside.addLayout(words, 1)
        inside.addWidget(self._undo)

    def show_item(self, done: DoneView) -> None:
        """Show what was done."""
        self._item = done
        state = "pass" if done.mended else "unknown"
        draw(self._icon, f"state-{state}", 20, of_state(self._theme.tones, state)[0])
        self._told.setText(done.told)
        self._found.setText(done.found)
        self._found.setVisible(self._whole)
        self._undo.setVisible(bool(done.sealed))
        self._undo.setAccessibleName(self._texts.say("todo.done.undo-named", told=done.told))
        self.setAccessibleName(f"{done.told} {done.found}" if self._whole else done.told)

    def _press(self) -> None:
        if self._item is not None:
            self._undo_it(self._item)


class History(QWidget):
    """What was done today, and behind a button everything that was found and done."""

    def __init__(self, texts: Texts, theme: Theme, undo: Undo) -> None:
        super().__init__()
        self._texts = texts
        self._every: tuple[DoneView, ...] = ()
        self._fresh: Keyed[DoneView] = Keyed(
            lambda _: DoneLine(texts, theme, undo, whole=False), lambda d: d.key, gap=GAP
        )
        self._whole: Keyed[DoneView] = Keyed(
            lambda _: DoneLine(texts, theme, undo, whole=True), lambda d: d.key, gap=GAP
        )
        self._turn = button("", self._turn_over)
        self._turn.setProperty("look", "link")
        inside = column(self, gap=GAP)
        foot = row(gap=GAP)
        foot.addWidget(self._turn)
        foot.addStretch(1)
        inside.addWidget(self._fresh)
        inside.addLayout(foot)
        inside.addWidget(self._whole)
        self._whole.setAccessibleName(texts.say("todo.history.title"))
        self._whole.hide()

    def show_history(self, every: tuple[DoneView, ...]) -> None:
        """Show it, the newest first; nothing is shown while there is none."""
        self._every = every
        self.setVisible(bool(every))
        self._dress()

    def forget(self) -> None:
        """Draw every line again."""
        self._fresh.forget()
        self._whole.forget()

    def _turn_over(self) -> None:
        self._whole.setVisible(self._whole.isHidden())
        self._dress()

    def _dress(self) -> None:
        opened = not self._whole.isHidden()
        fresh = [one for one in self._every if one.today][:FRESH]
        self._fresh.show_items(() if opened else fresh)
        self._fresh.setVisible(bool(fresh) and not opened)
        self._whole.show_items(self._every if opened else ())
        form = "hide" if opened else "show"
        word = self._texts.say(f"todo.history.{form}", count=len(self._every))
        self._turn.setText(word)
        self._turn.setAccessibleName(word)


class TheirRow(QWidget):
    """One of them: what is wrong, since when, and what can be done meanwhile."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._texts = texts
        self._title, self._wrong = label("", "strong"), label("", "muted")
        self._meanwhile, self._since = label(), label("", "small", wrap=False)
        inside = column(self, gap=2)
        head = row(gap=2 * GAP)
        head.addWidget(self._title, 1)
        head.addWidget(self._since)
        inside.addLayout(head)
        inside.addWidget(self._wrong)
        inside.addWidget(self._meanwhile)

    def show_item(self, one: TheirView) -> None:
        """Show it."""
        self._title.setText(one.title)
        self._wrong.setText(one.wrong)
        self._wrong.setVisible(bool(one.wrong))
        self._meanwhile.setText(one.meanwhile)
        self._meanwhile.setVisible(bool(one.meanwhile))
        self._since.setText(one.since)
        self.setAccessibleName(
            self._texts.say(
                "theirs.row",
                title=one.title,
                wrong=one.wrong,
                meanwhile=one.meanwhile,
                since=one.since,
            )
        )


class TheirGroupCard(QFrame):
    """All that one of the others has."""

    def __init__(self, texts: Texts, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("look", "card")
        self._icon, self._heading = label(wrap=False), label("", "heading")
        self._rows: Keyed[TheirView] = Keyed(lambda _: TheirRow(texts), lambda one: one.key)
        inside = column(self, gap=2 * GAP)
        inside.setContentsMargins(3 * GAP, 2 * GAP, 3 * GAP, 2 * GAP)
        head = row(gap=2 * GAP)
        head.addWidget(self._icon)
        head.addWidget(self._heading, 1)
        inside.addLayout(head)
        inside.addWidget(self._rows)

    def show_item(self, group: TheirGroup) -> None:
        """Show a group."""
        draw(self._icon, "state-theirs", 20, of_state(self._theme.tones, "theirs")[0])
        self._heading.setText(group.heading)
        self._rows.show_items(group.rows)
        self.setAccessibleName(group.heading)


class TheirsCard(QWidget):
    """A card for each who has something, and whether they know of it."""

    def __init__(self, texts: Texts, theme: Theme) -> None:
        super().__init__()
        self._told = label("", "small")
        self._groups: Keyed[TheirGroup] = Keyed(
            lambda _: TheirGroupCard(texts, theme), lambda one: one.owner
        )
        inside = column(self, gap=GAP)
        inside.addWidget(self._groups)
        inside.addWidget(self._told)

    def show_theirs(self, theirs: TheirsView) -> None:
        """Show it; without anything nothing is shown."""
        self._groups.show_items(theirs.groups)
        self._told.setText(theirs.told)
        self._told.setVisible(bool(theirs.told))
        self.setVisible(bool(theirs.groups))

    def forget(self) -> None:
        """Draw every card again, as after a change of colours."""
        self._groups.forget()
