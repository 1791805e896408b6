"""The way out when nothing is at hand: letters to read to a supervisor, who answers by phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from shiboken6 import Shiboken

from agentguard.base.translations import Texts
from agentguard.model.messages import Message
from agentguard.ui.pages.base import tell
from agentguard.ui.widgets import GAP, button, column, frame, label

MINUTES = 15
T = TypeVar("T")


class Later(Protocol):
    """Runs a slow call beside the windows, as `Bridge.later` does."""

    def __call__(
        self, call: Callable[[], T], done: Callable[[T], None], failed: Callable[[str], None]
    ) -> object:
        """Run `call`; `done` gets its result, `failed` what went wrong in words."""
        ...


def at_once(
    call: Callable[[], T],
    done: Callable[[T], None],
    failed: Callable[[str], None],
) -> None:
    """Run it here and now, where there is no bridge."""
    del failed
    done(call())


class PhoneHelp(QWidget):
    """A link that becomes the letters to read out; the answer is typed where codes are."""

    def __init__(
        self, texts: Texts, ask: Callable[[], str | Message], later: Later = at_once
    ) -> None:
        super().__init__()
        self._texts, self._ask, self._later = texts, ask, later
        self._link = button(texts.say("ui.phone.ask"), self.begin)
        self._link.setProperty("look", "link")
        self._box, self._letters, self._said = (
            frame("callout"),
            label("", "letters", wrap=False),
            label(),
        )
        lines = column(self, gap=GAP)
        lines.addWidget(self._link, 0, Qt.AlignmentFlag.AlignLeft)
        lines.addWidget(self._box)
        lines.addWidget(self._said)
        inside = column(self._box, margin=2 * GAP, gap=GAP)
        inside.addWidget(label(texts.say("ui.phone.read"), "strong", wrap=False))
        inside.addWidget(self._letters)
        hint = label(texts.say("ui.phone.type", minutes=MINUTES), "small", wrap=False)
        inside.addWidget(hint)
        self._box.hide()
        self._said.hide()

    def begin(self) -> None:
        """Ask for the letters."""
        self._link.setEnabled(False)
        self._later(self._ask, self._came, self._failed)

    def again(self) -> None:
        """Offer the letters once more after an answer was refused: they may be used up or old."""
        if not self._box.isHidden():
            self._link.setText(self._texts.say("ui.phone.again"))
            self._link.setEnabled(True)
            self._link.show()

    def _came(self, came: str | Message) -> None:
        if not Shiboken.isValid(self):  # the dialog is gone meanwhile
            return
        if isinstance(came, Message):
            self._failed(self._texts.render(came))
            return
        self._link.hide()
        self._said.hide()
        self._letters.setText(came)
        self._letters.setMinimumHeight(
            self._letters.sizeHint().height()
        )  # never cut on a small screen
        spelled = self._texts.say("ui.phone.letters", letters=" ".join(came))
        self._letters.setAccessibleName(spelled)
        self._box.show()

    def _failed(self, problem: str) -> None:
        if Shiboken.isValid(self):
            self._link.setEnabled(True)
            tell(self._said, problem, "wrong")
