"""The question before a file leaves the vault: why, and a code where one is asked for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from agentguard.base.translations import Texts
from agentguard.model.vault import Taking
from agentguard.ui.choice_button import Choice
from agentguard.ui.pages.base import tell
from agentguard.ui.widgets import GAP, button, code_field, column, label, row


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
