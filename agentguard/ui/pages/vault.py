"""The page of the vault: what was moved there, bringing it back, and removing it.

A file leaves it only after a question: why, and a code where one is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton, QVBoxLayout, QWidget

from agentguard.base.translations import Texts
from agentguard.detect.recognition.masked_names import masked
from agentguard.model.custody import FORBIDDEN
from agentguard.model.messages import Message
from agentguard.model.vault import WHY_BACK, WHY_GONE, Taking, VaultItem
from agentguard.ui.bridge import Bridge
from agentguard.ui.choice_button import Choice
from agentguard.ui.pages.base import PageFrame, tell
from agentguard.ui.theme import Theme
from agentguard.ui.views import Page
from agentguard.ui.widgets import GAP, button, code_field, column, empty, label, row
from agentguard.ui.wording import Wording

REFUSED = frozenset({"prompt.not-restored", "prompt.not-removed"})
Taken = Callable[[str, Taking], None]
"""Is called with a file's id and what the person said."""


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


class VaultQuestion(QWidget):
    """Asks `title` with `reasons`; `taken` gets the answer, `left` is called for a no.

    `verb` is `back` or `gone`, under which the words of its buttons and reasons stand.
    """

    def __init__(
        self,
        texts: Texts,
        verb: str,
        title: str,
        reasons: tuple[str, ...],
        *,
        taken: Callable[[Taking], None],
        left: Callable[[], None],
    ) -> None:
        super().__init__()
        self._texts, self._reasons, self._taken = texts, reasons, taken
        self._choices, self._problem = QButtonGroup(self), label()
        self._code = code_field(texts, "ui.shield.code-hint", self._agreed)
        self._asking = QWidget()
        lines = column(self, gap=GAP)
        lines.addWidget(label(title, "strong"))
        lines.addWidget(label(texts.say("ui.vault.why"), ""))
        for number, reason in enumerate(reasons):
            choice = Choice(texts.say(f"ui.vault.reason.{reason}"))
            self._choices.addButton(choice.button, number)
            lines.addWidget(choice)
        lines.addWidget(self._asking)
        lines.addWidget(self._problem)
        self._no = button(texts.say(f"ui.vault.{verb}-no"), left, main=True)
        self._yes = button(texts.say(f"ui.vault.{verb}-yes"), self._agreed)
        self._build(lines)
        self._problem.hide()

    def ask(self, *, code: bool) -> None:
        """Begin anew; `code` tells whether a code is asked for."""
        self._asking.setVisible(code)
        self._code.clear()
        self.show()
        self._choices.button(0).setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self, lines: QVBoxLayout) -> None:
        inside = column(self._asking, gap=GAP)
        caption = label(self._texts.say("ui.prompt.code"), "strong")
        caption.setBuddy(self._code)
        inside.addWidget(caption)
        inside.addWidget(self._code)
        inside.addWidget(label(self._texts.say("ui.shield.code-hint"), "small"))
        buttons = row(gap=GAP)
        buttons.addWidget(self._no)
        buttons.addWidget(self._yes)
        buttons.addStretch(1)
        lines.addLayout(buttons)

    def _agreed(self) -> None:
        chosen, code = self._choices.checkedId(), self._code.text().strip()
        if chosen < 0:
            tell(self._problem, self._texts.say("ui.vault.no-reason"), "wrong")
            return
        if not self._asking.isHidden() and not code:
            tell(self._problem, self._texts.say("ui.prompt.no-code"), "wrong")
            return
        self._code.clear()
        self._yes.setEnabled(False)
        self._no.setEnabled(False)
        self._taken(Taking(reason=self._reasons[chosen], code=code))
