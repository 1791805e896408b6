"""What holds now, in quiet lines above the pages: the first few, and all when asked for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea

from agentguard.base.translations import Texts
from agentguard.model.modes import ModeKind
from agentguard.ui.keyed_list import Keyed
from agentguard.ui.theme import Theme
from agentguard.ui.views import ModeView
from agentguard.ui.widgets import GAP, button, column, draw, label, restyle, row

SHOWN = 3
"""Lines that stand there without being asked for; whatever is red always does."""
ICON = 18  # pixels
URGENT = "urgent"
LOOKS = {URGENT: "wrong"}
PAUSED = "paused"
Ask = Callable[[], object]
"""Opens the window of exceptions."""
MOST = 0.4  # of the window's height; what is more is scrolled


class ModeRow(QFrame):
    """One mode: its sign and its sentence."""

    def __init__(self, texts: Texts, theme: Theme, ask: Ask) -> None:
        super().__init__()
        self._texts, self._theme = texts, theme
        self._icon, self._said = label(wrap=False), label()
        self._said.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop)
        self._show = button(texts.say("exception-ask.show"), ask)
        self._show.setProperty("look", "link")
        line = row(self, gap=GAP)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._said, 1)
        line.addWidget(self._show, 0, Qt.AlignmentFlag.AlignTop)

    def show_item(self, mode: ModeView) -> None:
        """Show a mode; its words tell all that its colour tells."""
        tones = self._theme.tones
        draw(
            self._icon,
            f"mode-{mode.kind}",
            ICON,
            tones.act if mode.weight == URGENT else tones.text,
        )
        self._said.setText(mode.said)
        restyle(self._said, look=LOOKS.get(mode.weight, ""))
        self._show.setVisible(mode.kind == ModeKind.EXCEPTION and mode.form != PAUSED)
        self._show.setAccessibleName(f"{self._show.text()}: {mode.short}")
        self.setAccessibleName(self._texts.say("mode.row", short=mode.short, said=mode.said))


class ModeStrip(QFrame):
    """The lines of all modes; hidden while nothing holds."""

    def __init__(self, texts: Texts, theme: Theme, ask: Ask) -> None:
        super().__init__()
        self._texts = texts
        self._modes: tuple[ModeView, ...] = ()
        self._open = False
        self.setObjectName("modes")
        self.setProperty("look", "modes")
        self._rows: Keyed[ModeView] = Keyed(
            lambda _: ModeRow(texts, theme, ask),
            lambda one: (one.kind, one.form, one.about),
            gap=GAP // 2,
        )
        self._area = self._scrolled()
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.timeout.connect(self._fit)
        self._more = button("", self._turn)
        self._more.setProperty("look", "link")
        lines = column(self, gap=GAP // 2)
        lines.setContentsMargins(4 * GAP, GAP, 4 * GAP, GAP)
        lines.addWidget(self._area)
        lines.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    @property
    def more(self) -> str:
        """What the button for the rest says now; empty while it is not there."""
        return "" if self._more.isHidden() else self._more.text()

    def show_modes(self, modes: tuple[ModeView, ...]) -> None:
        """Show what holds."""
        if modes != self._modes:
            self._modes = modes
            self._paint()

    def repaint_icons(self) -> None:
        """Draw every sign again, in the colours of the theme."""
        self._rows.forget()
        self._paint()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Give the lines the height that they need at this width."""
        super().resizeEvent(event)
        self._fit()

    def _scrolled(self) -> QScrollArea:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setAutoFillBackground(False)
        self._rows.setObjectName("mode-rows")
        area.setWidget(self._rows)
        return area

    def _fit(self) -> None:
        """Ask the wrapped lines for their height at this width, as no layout does in time."""
        layout = self._rows.layout()
        width = self.width() - 8 * GAP
        if layout is None or width <= 0:
            return
        layout.activate()
        needed = max(layout.totalHeightForWidth(width), layout.minimumSize().height(), 0)
        most = round(self.window().height() * MOST)
        self._area.setFixedHeight(min(needed, most))

    def show_all(self) -> None:
        """Show every line, as the button does."""
        if not self._open:
            self._turn()

    def _turn(self) -> None:
        self._open = not self._open
        self._paint()

    def _paint(self) -> None:
        red = sum(one.weight == URGENT for one in self._modes)
        least = max(SHOWN, red)
        rest = len(self._modes) - least
        shown = self._modes if self._open or rest == 1 else self._modes[:least]
        self._rows.show_items(shown)
        self._more.setVisible(rest > 1)
        if rest > 1:
            form = "mode.fewer" if self._open else "mode.more-many"
            self._more.setText(self._texts.say(form, count=rest))
            self._more.setAccessibleName(self._more.text())
        said = " ".join(one.said for one in self._modes)
        self.setAccessibleName(self._texts.say("mode.heading-said", said=said))
        self.setVisible(bool(self._modes))
        self._settled.start()  # new lines know their height once they are dressed
