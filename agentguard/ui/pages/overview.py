"""The page that tells how this desk stands, by the ten measures."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame

from agentguard.ui.bridge import Bridge
from agentguard.ui.colours import STATE_TONES
from agentguard.ui.flow import Flow
from agentguard.ui.keyed_list import Keyed
from agentguard.ui.measure_card import MeasureCard
from agentguard.ui.pages.base import PageFrame, tell
from agentguard.ui.theme import Theme
from agentguard.ui.views import Header, MeasureView, Page, View
from agentguard.ui.widgets import GAP, button, column, draw, label, restyle, row


class StateHeader(QFrame):
    """The head of the overview."""

    def __init__(self) -> None:
        super().__init__()
        self._icon, self._headline = label(wrap=False), label("")
        self._report, self._theirs = label("", ""), label("", "")
        self._headline.setObjectName("headline")
        line = row(self, margin=3 * GAP, gap=3 * GAP)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        words = column(gap=GAP // 2)
        words.addWidget(self._headline)
        words.addWidget(self._theirs)
        words.addWidget(self._report)
        line.addLayout(words, 1)

    def show_header(self, header: Header) -> None:
        """Show the state."""
        draw(self._icon, f"tray-{header.icon}", 56)
        self._headline.setText(header.headline)
        self._theirs.setText(header.theirs)
        self._theirs.setVisible(bool(header.theirs))
        self._report.setText(header.report)
        restyle(self, look="header", tone=STATE_TONES[header.icon.removesuffix("-offline")])
        lines = (header.headline, header.theirs, header.report)
        said = " ".join(filter(None, lines))
        self.setAccessibleName(f"{header.word}. {said}")


class OverviewPage(PageFrame):
    """The state, two buttons, and a card for each measure."""

    page = Page.OVERVIEW

    def __init__(self, bridge: Bridge, theme: Theme) -> None:
        super().__init__(bridge, theme)
        self._header = StateHeader()
        self._status = self.status()
        self._cards: Keyed[MeasureView] = Keyed(
            lambda _: MeasureCard(self.texts, theme), lambda m: m.number
        )
        buttons = Flow()
        buttons.addWidget(button(self.texts.say("ui.window.look-again"), self._look, main=True))
        buttons.addWidget(button(self.texts.say("ui.window.lock"), bridge.desk.lock_now))
        self.body.addWidget(self._header)
        self.body.addLayout(buttons)
        self.body.addWidget(self._status)
        self.body.addWidget(self._cards)

    def show_view(self, view: View) -> None:
        """Show the measures of a view."""
        self._header.show_header(view.header)
        self._cards.show_items(view.measures)

    def repaint_icons(self) -> None:
        """Draw every card again."""
        self._cards.forget()
        for card in self._cards.rows:
            if isinstance(card, MeasureCard):
                card.forget()

    def opened(self) -> None:
        """Forget what was said the last time."""
        tell(self._status, "")

    def _look(self) -> None:
        self.bridge.desk.check_now()
        tell(self._status, self.texts.say("ui.window.looking"))
