"""What stands on the privacy shield: why it is there, and the two ways to uncover the screens."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QWidget

from agentguard.model.messages import Message
from agentguard.model.shield import Shield, Why
from agentguard.ports.people import Desk
from agentguard.texts import Texts
from agentguard.ui.pages.base import tell
from agentguard.ui.parts import GAP, button, code_field, column, draw, label, row
from agentguard.ui.theme import Theme

WIDTH = 72 * GAP
SLOW = 20_000  # milliseconds until it may be tried again without an answer
KEY, KEY_NAME = Qt.Key.Key_F2, "F2"
IDS = {Why.CALL: "call", Why.NOT_LOCKED: "not-locked"}


class ShieldCard(QFrame):
    """Asks for a code when F2 or its button is pressed; before that no key does anything."""

    def __init__(self, texts: Texts, theme: Theme, desk: Desk) -> None:
        super().__init__()
        self._texts, self._theme, self._desk = texts, theme, desk
        self._reply: Message | None = None
        self.setProperty("look", "prompt")
        self.setFixedWidth(WIDTH)
        self._icon, self._title = label(wrap=False), label("", "title")
        self._body, self._answer = label(), label()
        self._field = code_field(texts, "ui.shield.code-hint", self._submit)
        self._confirm = button(texts.say("ui.prompt.confirm"), self._submit, main=True)
        self._open = button(texts.say("ui.shield.uncover", key=KEY_NAME), self.ask, main=True)
        self._lock = button(texts.say("ui.shield.call-lock"), desk.lock_now)
        self._ways, self._asking = QWidget(), QWidget()
        self._build()
        self._slow = self._timer()

    @property
    def asks(self) -> bool:
        """Whether the code can be typed now."""
        return not self._asking.isHidden()

    def show_shield(self, shield: Shield) -> None:
        """Say why the screens are covered, and why a code was not accepted."""
        why = IDS[shield.why]
        draw(self._icon, "shield", 48, self._theme.tones.accent)
        self._title.setText(self._texts.say(f"ui.shield.{why}-title"))
        self._body.setText(self._texts.say(f"ui.shield.{why}-body"))
        self._lock.setText(self._texts.say(f"ui.shield.{why}-lock"))
        self.setAccessibleName(f"{self._title.text()}. {self._body.text()}")
        if shield.reply is not None and (shield.reply != self._reply or self._waits):
            tell(self._answer, self._texts.render(shield.reply), "wrong")
            self._ready()
        self._reply = shield.reply

    def ask(self) -> None:
        """Let the person type a code."""
        self._ways.hide()
        self._asking.show()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus(self) -> None:
        """Take the keyboard."""
        (self._field if self.asks else self._open).setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    @property
    def _waits(self) -> bool:
        return not self._field.isEnabled()

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
        line = row(gap=GAP)
        line.addWidget(self._open)
        line.addWidget(self._lock)
        line.addStretch(1)
        lines.addLayout(line)
        lines.addWidget(label(self._texts.say("ui.shield.lock-hint"), "small"))

    def _build_asking(self) -> None:
        lines = column(self._asking, gap=GAP)
        caption = label(self._texts.say("ui.prompt.code"), "strong")
        caption.setBuddy(self._field)
        lines.addWidget(caption)
        line = row(gap=GAP)
        line.addWidget(self._field, 1)
        line.addWidget(self._confirm)
        lines.addLayout(line)
        lines.addWidget(label(self._texts.say("ui.shield.code-hint"), "small"))
        self._answer.hide()
        lines.addWidget(self._answer)
        lines.addSpacing(GAP)
        back = button(self._texts.say("ui.shield.call-lock"), self._desk.lock_now)
        lines.addWidget(back, 0, Qt.AlignmentFlag.AlignLeft)

    def _timer(self) -> QTimer:
        slow = QTimer(self)
        slow.setSingleShot(True)
        slow.setInterval(SLOW)
        slow.timeout.connect(self._no_answer)
        return slow

    def _submit(self) -> None:
        code = self._field.text().strip()
        self._field.clear()
        if self._waits:
            return
        if not code:
            tell(self._answer, self._texts.say("ui.prompt.no-code"), "wrong")
            return
        self._field.setEnabled(False)
        self._confirm.setEnabled(False)
        tell(self._answer, self._texts.say("ui.prompt.checking"), "muted")
        self._slow.start()
        self._desk.lift_shield(code)

    def _no_answer(self) -> None:
        tell(self._answer, self._texts.say("ui.prompt.slow"), "wrong")
        self._ready()

    def _ready(self) -> None:
        self._slow.stop()
        self._field.setEnabled(True)
        self._confirm.setEnabled(True)
        if self.asks:
            self._field.setFocus(Qt.FocusReason.OtherFocusReason)
