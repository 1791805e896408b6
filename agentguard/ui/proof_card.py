"""The card that asks for a code before a sensitive application."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtWidgets import QFrame

from agentguard.model.moments import Moment
from agentguard.model.prompts import OnSilence, Prompt
from agentguard.texts import Texts
from agentguard.ui.pages.base import tell
from agentguard.ui.parts import GAP, button, code_field, column, draw, label, row
from agentguard.ui.theme import Theme

WIDTH = 64 * GAP
SLOW = 20_000  # milliseconds until it may be tried again without an answer
SECOND = 1000


class ProofCard(QFrame):
    """Asks for a code; `prove(prompt, code)` gets it, and the field forgets it at once."""

    def __init__(
        self, texts: Texts, theme: Theme, prove: Callable[[str, str], None], contact: str
    ) -> None:
        super().__init__()
        self._texts, self._prove = texts, prove
        self._prompt: Prompt | None = None
        self._left = 0.0
        self._watch, self._second, self._slow = QElapsedTimer(), QTimer(self), QTimer(self)
        self.setProperty("look", "prompt")
        self.setFixedWidth(WIDTH)
        self._title, self._group = label("", "title"), label("", "strong")
        self._body, self._reply = label("", "muted"), label()
        self._locks = label("", "small")
        self._field = code_field(texts, "ui.prompt.code-hint", self._submit)
        self._confirm = button(texts.say("ui.prompt.confirm"), self._submit, main=True)
        self._build(theme, contact)
        self._second.setInterval(SECOND)
        self._second.timeout.connect(self._count_down)
        self._slow.setSingleShot(True)
        self._slow.setInterval(SLOW)
        self._slow.timeout.connect(self._no_answer)

    def show_prompt(self, prompt: Prompt, now: Moment) -> None:
        """Show a proof, or what is new of the one that is shown."""
        answered = prompt.reply is not None and not self._same(prompt)
        self._prompt = prompt
        self._title.setText(self._texts.render(prompt.title))
        self._group.setText(self._texts.say("ui.prompt.proof-group", group=prompt.topic))
        self._body.setText(self._texts.render(prompt.body))
        if answered:
            tell(self._reply, self._texts.render(prompt.reply), "wrong")
            self._ready()
        self.setAccessibleName(f"{self._title.text()}. {self._body.text()}")
        self._set_deadline(prompt, now)

    def focus(self) -> None:
        """Let the person type."""
        self._field.setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    def _same(self, prompt: Prompt) -> bool:
        """Tell whether this reply is the one that is shown, and no answer is awaited."""
        return (
            self._prompt is not None
            and self._prompt.reply == prompt.reply
            and self._field.isEnabled()
        )

    def _build(self, theme: Theme, contact: str) -> None:
        inside = column(self, margin=4 * GAP, gap=GAP)
        head = row(gap=2 * GAP)
        mark = label(wrap=False)
        draw(mark, "lock", 32, theme.tones.accent)
        head.addWidget(mark)
        head.addWidget(self._title, 1)
        inside.addLayout(head)
        inside.addSpacing(GAP)
        inside.addWidget(self._group)
        inside.addWidget(self._body)
        inside.addSpacing(GAP)
        caption = label(self._texts.say("ui.prompt.code"), "strong")
        caption.setBuddy(self._field)
        inside.addWidget(caption)
        line = row(gap=GAP)
        line.addWidget(self._field, 1)
        line.addWidget(self._confirm)
        inside.addLayout(line)
        inside.addWidget(label(self._texts.say("ui.prompt.code-hint"), "small"))
        self._reply.hide()
        inside.addWidget(self._reply)
        inside.addSpacing(GAP)
        inside.addWidget(self._locks)
        inside.addWidget(label(self._texts.say("ui.prompt.help", contact=contact), "small"))

    def _submit(self) -> None:
        code = self._field.text().strip()
        self._field.clear()
        if self._prompt is None or not self._field.isEnabled():
            return
        if not code:
            tell(self._reply, self._texts.say("ui.prompt.no-code"), "wrong")
            return
        self._field.setEnabled(False)
        self._confirm.setEnabled(False)
        tell(self._reply, self._texts.say("ui.prompt.checking"), "muted")
        self._slow.start()
        self._prove(self._prompt.id, code)

    def _ready(self) -> None:
        self._slow.stop()
        self._field.setEnabled(True)
        self._confirm.setEnabled(True)
        self.focus()

    def _no_answer(self) -> None:
        tell(self._reply, self._texts.say("ui.prompt.slow"), "wrong")
        self._ready()

    def _set_deadline(self, prompt: Prompt, now: Moment) -> None:
        locks = prompt.deadline is not None and prompt.on_silence is OnSilence.LOCK
        self._locks.setVisible(locks)
        if prompt.deadline is None or not locks:
            self._second.stop()
            return
        self._left = prompt.deadline - now.boot
        self._watch.start()
        self._second.start()
        self._count_down()

    def _count_down(self) -> None:
        left = max(0, round(self._left - self._watch.elapsed() / SECOND))
        minutes, seconds = divmod(left, 60)
        self._locks.setText(
            self._texts.say("ui.prompt.locks", minutes=minutes, seconds=f"{seconds:02}")
        )
