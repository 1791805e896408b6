"""One open finding: what is wrong, what to do, and one button that helps."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame

from agentguard.base.translations import Texts
from agentguard.ui.colours import of_state
from agentguard.ui.theme import Theme
from agentguard.ui.views import FindingView
from agentguard.ui.widgets import GAP, button, chip, column, draw, label, row


class FindingCard(QFrame):
    """A finding; `help_` is called with it when the button is pressed."""

    def __init__(self, texts: Texts, theme: Theme, help_: Callable[[FindingView], None]) -> None:
        super().__init__()
        self._texts, self._theme, self._help = texts, theme, help_
        self._item: FindingView | None = None
        self.setProperty("look", "card")
        self._icon, self._severity = label(wrap=False), label(wrap=False)
        self._wrong, self._title = label("", "heading"), label("", "muted")
        self._place, self._shown = label("", "small"), label("", "small")
        self._advice, self._since = label(), label("", "small")
        self._button = button("", self._pressed, main=True)
        inside = column(self, gap=GAP)
        inside.setContentsMargins(3 * GAP, 2 * GAP, 3 * GAP, 2 * GAP)
        head = row(gap=GAP)
        head.addWidget(self._icon)
        head.addWidget(self._title, 1)
        head.addWidget(self._severity)
        inside.addLayout(head)
        for part in (self._wrong, self._place, self._shown, self._advice):
            inside.addWidget(part)
        foot = row(gap=2 * GAP)
        foot.addWidget(self._button)
        foot.addWidget(self._since, 1)
        inside.addLayout(foot)

    def show_item(self, finding: FindingView) -> None:
        """Show a finding."""
        self._item = finding
        draw(self._icon, "state-fail", 20, of_state(self._theme.tones, finding.severity)[0])
        chip(self._severity, finding.severity_word, finding.severity)
        self._title.setText(finding.title)
        self._wrong.setText(finding.wrong)
        for part, text in ((self._place, finding.place), (self._shown, finding.shown)):
            part.setText(text)
            part.setVisible(bool(text))
        self._advice.setText(finding.advice)
        since = finding.since
        self._since.setText(self._texts.say("ui.todo.since", exact=since.exact, ago=since.ago))
        self._button.setText(finding.help_word)
        self._button.setAccessibleName(f"{finding.help_word}: {finding.title}")
        self.setAccessibleName(
            self._texts.say(
                "ui.todo.row",
                severity=finding.severity_word,
                title=finding.title,
                wrong=finding.wrong,
                advice=finding.advice,
            )
        )

    def _pressed(self) -> None:
        if self._item is not None:
            self._help(self._item)
