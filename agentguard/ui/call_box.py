"""Whom to call when something goes wrong, and what to say: in sight on every page, offline too."""

from __future__ import annotations

from PySide6.QtCore import QSysInfo, Qt
from PySide6.QtWidgets import QFrame

from agentguard.base.translations import Texts
from agentguard.ui.views import ContactView
from agentguard.ui.widgets import GAP, column, label

BREAKS = "\u200b"
"""Where a long name may go on in the next line, without a sign of its own."""
TOGETHER = "\u00a0"
LONGEST = 24  # signs of a computer's name before it may break


class CallBox(QFrame):
    """The number to call, which can be copied, and what to say; without one, whom to ask."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._texts = texts
        self.setProperty("look", "call")
        self._number = label("", "strong")
        self._number.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._number.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # or Tab goes past it
        self._say = label(texts.say("call.say", computer=_computer()), "small")
        lines = column(self, gap=GAP // 2)
        lines.setContentsMargins(GAP, 2 * GAP, GAP, GAP)
        lines.addWidget(label(texts.say("call.heading"), "small"))
        lines.addWidget(self._number)
        lines.addWidget(self._say)

    def show_contact(self, contact: ContactView) -> None:
        """Show whom to call."""
        phone = contact.phone.replace(" ", TOGETHER)  # a number is read in one line
        self._number.setText(contact.call.replace(contact.phone or " ", phone or " "))
        said = f"{self._texts.say('call.heading')}. {contact.call} {self._say.text()}"
        self.setAccessibleName(said)


def _computer() -> str:
    name = QSysInfo.machineHostName()
    return BREAKS.join(name[i : i + LONGEST] for i in range(0, len(name), LONGEST))
