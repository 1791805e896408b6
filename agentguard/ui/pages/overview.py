"""The page that tells how this desk stands, by the ten measures, each with its controls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from agentguard.base.translations import Texts
from agentguard.ui.bridge import Bridge
from agentguard.ui.colours import STATE_TONES, of_state
from agentguard.ui.flow import Flow
from agentguard.ui.keyed_list import Keyed
from agentguard.ui.pages.base import PageFrame, tell
from agentguard.ui.theme import Theme
from agentguard.ui.views import ControlView, Header, MeasureView, Page, View
from agentguard.ui.widgets import GAP, button, chip, column, draw, label, restyle, row


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


class ControlRow(QWidget):
    """An icon by state, title and detail, the state's word and its age."""

    def __init__(self, texts: Texts, theme: Theme) -> None:
        super().__init__()
        self._texts = texts
        self._theme = theme
        self._icon, self._word = label(wrap=False), label(wrap=False)
        self._title, self._detail = label("", "strong"), label("", "muted")
        self._rows = label("", "small")
        self._since, self._proves = label("", "small", wrap=False), label("", "small")
        line = row(self, gap=2 * GAP)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        middle = column(gap=2)
        for part in (self._title, self._detail, self._rows, self._proves):
            middle.addWidget(part)
        line.addLayout(middle, 1)
        right = column(gap=4)
        right.addWidget(self._word, 0, Qt.AlignmentFlag.AlignRight)
        right.addWidget(self._since, 0, Qt.AlignmentFlag.AlignRight)
        right.addStretch(1)
        line.addLayout(right)

    def show_item(self, control: ControlView) -> None:
        """Show a control."""
        look = control.look
        draw(self._icon, f"state-{look}", 20, of_state(self._theme.tones, look)[0])
        chip(self._word, control.word, look)
        self._title.setText(control.title)
        self._detail.setText(control.detail)
        self._detail.setVisible(bool(control.detail))
        behind = (*self._lacking(control), *control.rows)
        self._rows.setText("\n".join(behind))
        self._rows.setVisible(bool(behind))
        self._since.setText(self._texts.say("ui.overview.ago", ago=control.since.ago))
        exact = self._texts.say("ui.overview.since", exact=control.since.exact)
        self._proves.setText(f"{exact}  ·  {control.proves}" if control.proves else exact)
        self.setAccessibleName(
            self._texts.say(
                "ui.overview.row",
                title=control.title,
                word=control.word,
                exact=control.since.exact,
                ago=control.since.ago,
                detail=" ".join((control.detail, *self._lacking(control))).strip(),
            )
        )

    def _lacking(self, control: ControlView) -> tuple[str, ...]:
        return tuple(self._texts.say("ui.overview.gap", why=why) for why in control.gaps)


class MeasureCard(QFrame):
    """The measure's icon, number and name above its controls."""

    def __init__(self, texts: Texts, theme: Theme) -> None:
        super().__init__()
        self._texts = texts
        self._theme = theme
        self.setProperty("look", "card")
        self._icon, self._title = label(wrap=False), label("", "heading")
        self._word = label("", "muted", wrap=False)
        self._controls: Keyed[ControlView] = Keyed(
            lambda _: ControlRow(texts, theme), lambda c: c.check
        )
        inside = column(self, margin=2 * GAP, gap=2 * GAP)
        inside.setContentsMargins(3 * GAP, 2 * GAP, 3 * GAP, 2 * GAP)
        head = row(gap=2 * GAP)
        head.addWidget(self._icon)
        head.addWidget(self._title, 1)
        head.addWidget(self._word)
        inside.addLayout(head)
        inside.addWidget(self._controls)

    def show_item(self, measure: MeasureView) -> None:
        """Show a measure."""
        draw(self._icon, f"measure-{measure.number}", 20, self._theme.tones.accent)
        self._title.setText(f"{measure.number}. {measure.title}")
        self._word.setText(measure.word if not measure.controls else "")
        self._controls.show_items(measure.controls)
        self._controls.setVisible(bool(measure.controls))
        self.setAccessibleName(
            self._texts.say(
                "ui.overview.measure",
                number=measure.number,
                title=measure.title,
                word=measure.word,
            )
        )

    def forget(self) -> None:
        """Paint the controls anew."""
        self._controls.forget()
