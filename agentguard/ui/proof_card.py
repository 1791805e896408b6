"""The card that asks for a proof before a sensitive application."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtWidgets import QFrame

from agentguard.base.translations import Texts
from agentguard.detect.recognition.masked_names import masked
from agentguard.model.moments import Moment
from agentguard.model.prompts import OnSilence, Prompt
from agentguard.ports.people import Desk
from agentguard.ui.accessible import Role, is_a
from agentguard.ui.flow import Flow
from agentguard.ui.proof_form import Later, PhoneHelp, ProofForm, at_once
from agentguard.ui.theme import Theme
from agentguard.ui.widgets import GAP, button, column, draw, label, roomy, row

WIDTH = 64 * GAP
SECOND = 1000


class ProofCard(QFrame):
    """Asks for a proof; the desk gets it, and the fields forget what was typed at once."""

    def __init__(
        self, texts: Texts, theme: Theme, desk: Desk, contact: str, later: Later = at_once
    ) -> None:
        super().__init__()
        self._texts, self._theme, self._desk = texts, theme, desk
        self._factors = desk.factors()
        self._prompt: Prompt | None = None
        self._left = 0.0
        self._watch, self._second = QElapsedTimer(), QTimer(self)
        self.setProperty("look", "prompt")
        self.ensurePolished()
        self.setFixedWidth(roomy(self, WIDTH))
        is_a(self, Role.Dialog)
        self._title, self._group = label("", "title"), label("", "strong")
        self._body, self._locks = label("", "muted"), label("", "small")
        phone = PhoneHelp(texts, desk.challenge, later)
        self._form = ProofForm(texts, theme, self._factors, self._by_code, self._by_key, phone)
        self._build(contact)
        self._second.setInterval(SECOND)
        self._second.timeout.connect(self._count_down)

    def show_prompt(self, prompt: Prompt, now: Moment) -> None:
        """Show a proof, or what is new of the one that is shown."""
        before, self._prompt = self._prompt, prompt
        self._title.setText(self._texts.render(prompt.title))
        self._group.setText(self._texts.say("ui.prompt.proof-group", group=masked(prompt.topic)))
        self._body.setText(self._texts.render(prompt.body))
        known = before is not None and before.reply == prompt.reply and not self._form.waits
        if prompt.reply is not None and not known:
            self._form.answered(self._texts.render(prompt.reply))
        self.setAccessibleName(f"{self._title.text()}. {self._body.text()}")
        self._set_deadline(prompt, now)

    @property
    def title(self) -> str:
        """What it asks, in a few words."""
        return self._title.text()

    @property
    def lets_the_system_ask(self) -> bool:
        """Whether a dialog of the system's own has the keyboard now, and shall keep it."""
        return self._factors.key and not self._factors.pin and self._form.waits

    def focus(self) -> None:
        """Let the person type."""
        self._form.focus()

    def _build(self, contact: str) -> None:
        inside = column(self, margin=4 * GAP, gap=GAP)
        head = row(gap=2 * GAP)
        mark = label(wrap=False)
        draw(mark, "lock", 32, self._theme.tones.accent)
        head.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._title, 1)
        inside.addLayout(head)
        inside.addSpacing(GAP)
        inside.addWidget(self._group)
        inside.addWidget(self._body)
        inside.addSpacing(GAP)
        inside.addWidget(self._form)
        inside.addSpacing(GAP)
        inside.addLayout(self._ways_out())
        inside.addWidget(self._locks)
        inside.addWidget(label(self._texts.say("ui.prompt.help", contact=contact), "small"))

    def _ways_out(self) -> Flow:
        """Offer what can be done without a proof: put the application away, or lock."""
        line = Flow()
        if self._factors.leave:
            line.addWidget(button(self._texts.say("ui.proof.leave"), self._leave))
        line.addWidget(button(self._texts.say("ui.proof.lock"), self._desk.lock_now))
        return line

    def _by_code(self, code: str) -> None:
        if self._prompt is not None:
            self._desk.prove(self._prompt.id, code)

    def _by_key(self, pin: str) -> None:
        if self._prompt is not None:
            self._desk.prove_by_key(self._prompt.id, pin, int(self.window().winId()))

    def _leave(self) -> None:
        if self._prompt is not None:
            self._desk.leave(self._prompt.id)

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
        self._locks.setText(self._texts.say("ui.prompt.locks", left=f"{minutes}:{seconds:02}"))
