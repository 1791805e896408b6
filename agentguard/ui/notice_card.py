"""The prompt that tells something: OK, or again in ten minutes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from agentguard.model.prompts import Prompt
from agentguard.texts import Texts
from agentguard.ui.corner_card import CornerCard
from agentguard.ui.parts import GAP, button, draw, label, row
from agentguard.ui.theme import Theme

OK = "ok"
LATER = "later"


class NoticeCard(CornerCard):
    """A notice; `answer(prompt, button)` is called once."""

    def __init__(self, texts: Texts, theme: Theme, answer: Callable[[str, str], None]) -> None:
        super().__init__()
        self._texts, self._theme, self._answer, self._id = texts, theme, answer, ""
        self._icon, self._title = label(wrap=False), label("", "heading")
        self._body, self._advice = label(), label("", "muted")
        self._more = label("", "small")
        head = row(gap=2 * GAP)
        head.addWidget(self._icon)
        head.addWidget(self._title, 1)
        self.inside.addLayout(head)
        self.inside.addWidget(self._body)
        self.inside.addWidget(self._advice)
        buttons = row(gap=GAP)
        self._ok = button(texts.say("ui.prompt.ok"), lambda: self._press(OK), main=True)
        self._later = button(texts.say("ui.prompt.later"), lambda: self._press(LATER))
        buttons.addWidget(self._ok)
        buttons.addWidget(self._later)
        buttons.addWidget(self._more, 1, Qt.AlignmentFlag.AlignRight)
        self.inside.addSpacing(GAP)
        self.inside.addLayout(buttons)

    def show_prompt(self, prompt: Prompt, waiting: int) -> None:
        """Show a notice, and how many wait behind it."""
        self._id = prompt.id
        draw(self._icon, "state-fail", 24, self._theme.tones.attention)
        title, body = self._texts.render(prompt.title), self._texts.render(prompt.body)
        self._title.setText(title)
        self._body.setText(body)
        advice = f"{prompt.check}.advice"
        self._advice.setText(self._texts.say(advice) if self._texts.has(advice) else "")
        form = "one" if waiting == 1 else "many"
        self._more.setText(
            self._texts.say(f"ui.prompt.more-{form}", count=waiting) if waiting else ""
        )
        self.setWindowTitle(title)
        self.setAccessibleName(f"{title}. {body} {self._advice.text()}")
        self.place()
        self.show()

    def _press(self, pressed: str) -> None:
        self._answer(self._id, pressed)
