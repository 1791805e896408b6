"""One file of the vault, which leaves it only after a question."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath, PureWindowsPath

from PySide6.QtWidgets import QFrame, QPushButton

from agentguard.base.translations import Texts
from agentguard.detect.recognition.masked_names import masked
from agentguard.model.custody import FORBIDDEN
from agentguard.model.vault import WHY_BACK, WHY_GONE, Taking, VaultItem
from agentguard.ui.vault_question import VaultQuestion
from agentguard.ui.widgets import GAP, button, column, label, row
from agentguard.ui.wording import Wording

Taken = Callable[[str, Taking], None]
"""Is called with a file's id and what the person said."""


class VaultRow(QFrame):
    """A file; `restore` or `remove` is called once the person said yes; `asks` wants a code."""

    def __init__(
        self, item: VaultItem, words: Wording, restore: Taken, remove: Taken, *, asks: bool
    ) -> None:
        super().__init__()
        texts = words.texts
        self._item, self._asks = item, asks
        self.setProperty("look", "card")
        name, folder = _split(masked(item.path))
        inside = column(self, gap=GAP)
        inside.setContentsMargins(3 * GAP, 2 * GAP, 3 * GAP, 2 * GAP)
        when = words.when(item.put)
        put = texts.say("ui.vault.put", size=words.size(item.size), exact=when.exact, ago=when.ago)
        head = row(gap=GAP)
        about = column(gap=2)
        for text, look in (
            (name, "strong"),
            (folder, "muted"),
            (words.hits(item.hits), ""),
            (put, "small"),
        ):
            about.addWidget(label(text, look))
        if any(hit.kind in FORBIDDEN for hit in item.hits):
            about.addWidget(label(texts.say("ui.vault.not-for-long"), "wrong"))
        head.addLayout(about, 1)
        inside.addLayout(head)
        self._buttons: list[QPushButton] = []
        self._questions: list[VaultQuestion] = []
        ask_back = texts.say("ui.vault.ask", name=name, folder=folder)
        ask_gone = texts.say("ui.vault.ask-gone", name=name)
        self._offer(texts, "back", name, ask_back, WHY_BACK, restore)
        self._offer(texts, "gone", name, ask_gone, WHY_GONE, remove)
        for each in self._buttons:
            head.addWidget(each)
        for question in self._questions:
            question.hide()
            inside.addWidget(question)
        self.setAccessibleName(f"{name}. {words.hits(item.hits)}. {put}")

    def _offer(
        self,
        texts: Texts,
        verb: str,
        name: str,
        title: str,
        reasons: tuple[str, ...],
        taken: Taken,
    ) -> None:
        question = VaultQuestion(
            texts,
            verb,
            title,
            reasons,
            taken=lambda said: taken(self._item.id, said),
            left=lambda: self._close(opener),
        )
        opener = button(texts.say(f"ui.vault.{verb}"), lambda: self._ask(question))
        opener.setAccessibleName(texts.say(f"ui.vault.{verb}-named", name=name))
        self._buttons.append(opener)
        self._questions.append(question)

    def _ask(self, question: VaultQuestion) -> None:
        for each in self._buttons:
            each.hide()
        question.ask(code=self._asks)

    def _close(self, opener: QPushButton) -> None:
        for question in self._questions:
            question.hide()
        for each in self._buttons:
            each.show()
        opener.setFocus()


def _split(path: str) -> tuple[str, str]:
    windows = PureWindowsPath(path)
    place = windows if windows.drive else PurePosixPath(path)
    return place.name, str(place.parent)
