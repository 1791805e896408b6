"""What stands on the privacy shield: why it is there, and the two ways to uncover the screens."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from agentguard.base.translations import Texts
from agentguard.model.messages import Message
from agentguard.model.shield import Shield, Why
from agentguard.ports.people import Desk
from agentguard.ui.accessible import Role, is_a
from agentguard.ui.flow import Flow
from agentguard.ui.phone_help import Later, PhoneHelp, at_once
from agentguard.ui.proof_form import ProofForm
from agentguard.ui.theme import Theme
from agentguard.ui.widgets import GAP, button, column, draw, label, roomy, row

WIDTH = 72 * GAP
KEY, KEY_NAME = Qt.Key.Key_F2, "F2"
SHIELD = "shield"
"""How the desk calls the shield where it wants a prompt's id."""

IDS = {Why.CALL: "call", Why.NOT_LOCKED: "not-locked"}


class ShieldCard(QFrame):
    """Asks for a proof when F2 or its button is pressed; before that no key does anything."""

    def __init__(self, texts: Texts, theme: Theme, desk: Desk, later: Later = at_once) -> None:
        super().__init__()
        self._texts, self._theme, self._desk = texts, theme, desk
        self._reply: Message | None = None
        self.setProperty("look", "prompt")
        self.ensurePolished()
        self.setFixedWidth(roomy(self, WIDTH))
        is_a(self, Role.Dialog)
        self._icon, self._title, self._body = label(wrap=False), label("", "title"), label()
        phone = PhoneHelp(texts, desk.challenge, later)
        self._form = ProofForm(texts, theme, desk.factors(), desk.lift_shield, self._by_key, phone)
        self._open = button(texts.say("ui.shield.uncover", key=KEY_NAME), self.ask, main=True)
        self._locks = tuple(button(texts.say("ui.shield.call-lock"), desk.lock_now) for _ in "12")
        self._ways, self._asking = QWidget(), QWidget()
        self._build()

    @property
    def asks(self) -> bool:
        """Whether the proof can be given now."""
        return not self._asking.isHidden()

    def show_shield(self, shield: Shield) -> None:
        """Say why the screens are covered, and why a proof was not accepted."""
        why = IDS[shield.why]
        draw(self._icon, "shield", 48, self._theme.tones.accent)
        self._title.setText(self._texts.say(f"ui.shield.{why}-title"))
        self._body.setText(self._texts.say(f"ui.shield.{why}-body"))
        for lock in self._locks:
            lock.setText(self._texts.say(f"ui.shield.{why}-lock"))
        self.setAccessibleName(f"{self._title.text()}. {self._body.text()}")
        if shield.reply is not None and (shield.reply != self._reply or self._form.waits):
            self._form.answered(self._texts.render(shield.reply))
        self._reply = shield.reply

    def ask(self) -> None:
        """Let the person prove presence."""
        self._ways.hide()
        self._asking.show()
        self._form.focus(Qt.FocusReason.ShortcutFocusReason)

    def focus(self) -> None:
        """Take the keyboard."""
        if self.asks:
            self._form.focus()
        else:
            self._open.setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    def _by_key(self, pin: str) -> None:
        self._desk.prove_by_key(SHIELD, pin, int(self.window().winId()))

    def _build(self) -> None:
        inside = column(self, margin=4 * GAP, gap=GAP)
        head = row(gap=2 * GAP)
        head.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._title, 1)
        inside.addLayout(head)
        inside.addSpacing(GAP)
        inside.addWidget(self._body)
        inside.addSpacing(GAP)
        self._build_ways()
        self._build_asking()
        inside.addWidget(self._ways)
        inside.addWidget(self._asking)
        self._asking.hide()

    def _build_ways(self) -> None:
        lines = column(self._ways, gap=GAP)
        line = Flow()
        line.addWidget(self._open)
        line.addWidget(self._locks[0])
        lines.addLayout(line)
        lines.addWidget(label(self._texts.say("ui.shield.lock-hint"), "small"))

    def _build_asking(self) -> None:
        lines = column(self._asking, gap=GAP)
        lines.addWidget(self._form)
        lines.addSpacing(GAP)
        lines.addWidget(self._locks[1], 0, Qt.AlignmentFlag.AlignLeft)
