"""The page of the vault: what was moved there, and bringing it back."""

from __future__ import annotations

from agentguard.model.messages import Message
from agentguard.model.vault import VaultItem
from agentguard.ui.bridge import Bridge
from agentguard.ui.pages.base import PageFrame, tell
from agentguard.ui.parts import GAP, column, empty
from agentguard.ui.theme import Theme
from agentguard.ui.vault_row import VaultRow
from agentguard.ui.views import Page
from agentguard.ui.wording import Wording


class VaultPage(PageFrame):
    """The files of the vault; listing and bringing back run beside the window."""

    page = Page.VAULT

    def __init__(self, bridge: Bridge, theme: Theme) -> None:
        super().__init__(bridge, theme)
        self._status = self.status()
        self._nothing = self.nothing()
        self._nothing.hide()
        self._rows = column(gap=2 * GAP)
        self.body.addWidget(self._status)
        self.body.addWidget(self._nothing)
        self.body.addLayout(self._rows)

    def opened(self) -> None:
        """List the vault."""
        tell(self._status, self.texts.say("ui.vault.loading"), "muted")
        self._list("", "")

    def _list(self, said: str, look: str) -> None:
        self.bridge.later(
            self.bridge.desk.vault_items,
            lambda items: self._show(items, said, look),
            lambda problem: self._could_not(problem, "ui.vault.failed"),
        )

    def _show(self, items: tuple[VaultItem, ...], said: str, look: str) -> None:
        tell(self._status, said, look)
        empty(self._rows)
        words = Wording(self.texts, self.bridge.snapshot.at)
        self._nothing.setVisible(not items)
        for item in items:
            self._rows.addWidget(VaultRow(item, words, self._restore))

    def _restore(self, item: str) -> None:
        tell(self._status, self.texts.say("ui.vault.restoring"), "muted")
        self.bridge.later(
            lambda: self.bridge.desk.restore(item),
            self._restored,
            lambda problem: self._list(
                self.texts.say("ui.vault.unreadable", problem=problem), "wrong"
            ),
        )

    def _restored(self, message: Message) -> None:
        self._list(self.texts.render(message), "right")

    def _could_not(self, problem: str, id_: str) -> None:
        empty(self._rows)
        self._nothing.hide()
        tell(self._status, self.texts.say(id_, problem=problem), "wrong")
