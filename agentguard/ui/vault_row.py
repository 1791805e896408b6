"""One file of the vault, which is brought back only after a question."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath, PureWindowsPath

from PySide6.QtWidgets import QFrame, QWidget

from agentguard.model.vault import VaultItem
from agentguard.texts import Texts
from agentguard.ui.parts import GAP, button, column, label, row
from agentguard.ui.wording import Wording


class VaultRow(QFrame):
    """A file; `restore` is called with its id once the person said yes."""

    def __init__(self, item: VaultItem, words: Wording, restore: Callable[[str], None]) -> None:
        super().__init__()
        texts = words.texts
        self._item, self._restore = item, restore
        self.setProperty("look", "card")
        name, folder = _split(item.path)
        inside = column(self, gap=GAP)
        inside.setContentsMargins(3 * GAP, 2 * GAP, 3 * GAP, 2 * GAP)
        when = words.when(item.put)
        put = texts.say("ui.vault.put", size=words.size(item.size), exact=when.exact, ago=when.ago)
        head = row(gap=2 * GAP)
        about = column(gap=2)
        for text, look in (
            (name, "strong"),
            (folder, "muted"),
            (words.hits(item.hits), ""),
            (put, "small"),
        ):
            about.addWidget(label(text, look))
        head.addLayout(about, 1)
        self._ask_button = button(texts.say("ui.vault.restore"), self._ask)
        self._ask_button.setAccessibleName(texts.say("ui.vault.restore-named", name=name))
        head.addWidget(self._ask_button)
        inside.addLayout(head)
        self._question = self._make_question(texts, name, folder)
        inside.addWidget(self._question)
        self.setAccessibleName(f"{name}. {words.hits(item.hits)}. {put}")

    def _make_question(self, texts: Texts, name: str, folder: str) -> QWidget:
        question = QWidget()
        lines = column(question, gap=GAP)
        lines.addWidget(label(texts.say("ui.vault.ask", name=name, folder=folder), "strong"))
        buttons = row(gap=GAP)
        self._no = button(texts.say("ui.vault.no"), self._close, main=True)
        self._yes = button(texts.say("ui.vault.yes"), self._agreed)
        buttons.addWidget(self._no)
        buttons.addWidget(self._yes)
        buttons.addStretch(1)
        lines.addLayout(buttons)
        question.hide()
        return question

    def _ask(self) -> None:
        self._question.show()
        self._ask_button.hide()
        self._no.setFocus()

    def _close(self) -> None:
        self._question.hide()
        self._ask_button.show()
        self._ask_button.setFocus()

    def _agreed(self) -> None:
        self._yes.setEnabled(False)
        self._no.setEnabled(False)
        self._restore(self._item.id)


def _split(path: str) -> tuple[str, str]:
    windows = PureWindowsPath(path)
    place = windows if windows.drive else PurePosixPath(path)
    return place.name, str(place.parent)
