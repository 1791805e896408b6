"""The prompt that tells something: OK, or again in ten minutes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from agentguard.base.translations import Texts
from agentguard.detect.recognition.masked_names import masked
from agentguard.model.prompts import Prompt
from agentguard.ui.corner_card import CornerCard
from agentguard.ui.notice_words import notice_advice, notice_body, notice_title
from agentguard.ui.theme import Theme
from agentguard.ui.widgets import GAP, button, draw, label, row

OK = "ok"
LATER = "later"


class NoticeCard(CornerCard):
    """A notice; `answer(prompt, button)` is called once."""

    def __init__(self, texts: Texts, theme: Theme, answer: Callable[[str, str], None]) -> None:
        super().__init__()
        self._texts, self._theme, self._answer, self._id = texts, theme, answer, ""
        self._icon, self._title = label(wrap=False), label("", "heading")
        self._body, self._advice = label(), label("", "muted")
        self._place, self._more = label("", "strong"), label("", "small")
        head = row(gap=2 * GAP)
        head.addWidget(self._icon)
        head.addWidget(self._title, 1)
        self.inside.addLayout(head)
        for part in (self._place, self._body, self._advice):
            self.inside.addWidget(part)
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
        done, tones = prompt.title is not None, self._theme.tones
        draw(
            self._icon,
            "state-pass" if done else "state-fail",
            24,
            tones.good if done else tones.attention,
        )
        title, body = notice_title(prompt, self._texts), notice_body(prompt, self._texts)
        self._title.setText(title)
        self._body.setText(body)
        self._place.setText(masked(prompt.place))
        self._place.setVisible(bool(self._place.text()))
        self._advice.setText(notice_advice(prompt, self._texts))
        form = "one" if waiting == 1 else "many"
        self._more.setText(
            self._texts.say(f"ui.prompt.more-{form}", count=waiting) if waiting else ""
        )
        self.setWindowTitle(title)
        said = (f"{title}.", self._place.text(), body, self._advice.text())
        self.setAccessibleName(" ".join(filter(None, said)))
        self.place()
        self.show()

    def _press(self, pressed: str) -> None:
        self._answer(self._id, pressed)
