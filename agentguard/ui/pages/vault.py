"""The page of the vault: what was moved there, bringing it back, and removing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agentguard.model.messages import Message
from agentguard.model.vault import Taking, VaultItem
from agentguard.ui.bridge import Bridge
from agentguard.ui.pages.base import PageFrame, tell
from agentguard.ui.theme import Theme
from agentguard.ui.vault_row import VaultRow
from agentguard.ui.views import Page
from agentguard.ui.widgets import GAP, column, empty
from agentguard.ui.wording import Wording

REFUSED = frozenset({"prompt.not-restored", "prompt.not-removed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What was read: the files, whether a code is asked for, and how many wait for new keys."""

    items: tuple[VaultItem, ...]
    asks: bool
    behind: int


class VaultPage(PageFrame):
    """The files of the vault; what is done with them runs beside the window."""

    page = Page.VAULT

    def __init__(self, bridge: Bridge, theme: Theme) -> None:
        super().__init__(bridge, theme)
        self._status = self.status()
        self._nothing = self.nothing()
        self._nothing.hide()
        self._behind = self.status()
        self._rows = column(gap=2 * GAP)
        self.body.addWidget(self._status)
        self.body.addWidget(self._behind)
        self.body.addWidget(self._nothing)
        self.body.addLayout(self._rows)

    def opened(self) -> None:
        """List the vault."""
        tell(self._status, self.texts.say("ui.vault.loading"), "muted")
        self._list("", "")

    def _list(self, said: str, look: str) -> None:
        self.bridge.later(
            self._read,
            lambda found: self._show(found, said, look),
            lambda problem: self._could_not(problem, "ui.vault.failed"),
        )

    def _read(self) -> _Found:
        desk = self.bridge.desk
        return _Found(items=desk.vault_items(), asks=desk.vault_asks(), behind=desk.vault_behind())

    def _show(self, found: _Found, said: str, look: str) -> None:
        tell(self._status, said, look)
        waits = {"count": found.behind, "all": len(found.items)}
        tell(
            self._behind,
            self.texts.say("ui.vault.behind", **waits) if found.behind else "",
            "muted",
        )
        empty(self._rows)
        words = Wording(self.texts, self.bridge.snapshot.at)
        self._nothing.setVisible(not found.items)
        for item in found.items:
            made = VaultRow(item, words, self._restore, self._remove, asks=found.asks)
            self._rows.addWidget(made)

    def _restore(self, item: str, taking: Taking) -> None:
        tell(self._status, self.texts.say("ui.vault.restoring"), "muted")
        self._do(lambda: self.bridge.desk.restore(item, taking))

    def _remove(self, item: str, taking: Taking) -> None:
        tell(self._status, self.texts.say("ui.vault.removing"), "muted")
        self._do(lambda: self.bridge.desk.remove(item, taking))

    def _do(self, take: Callable[[], Message]) -> None:
        self.bridge.later(
            take,
            self._taken,
            lambda problem: self._list(
                self.texts.say("ui.vault.unreadable", problem=problem), "wrong"
            ),
        )

    def _taken(self, message: Message) -> None:
        fine = message.id not in REFUSED
        self._list(self.texts.render(message), "right" if fine else "wrong")

    def _could_not(self, problem: str, id_: str) -> None:
        empty(self._rows)
        self._nothing.hide()
        tell(self._behind, "")
        tell(self._status, self.texts.say(id_, problem=problem), "wrong")
