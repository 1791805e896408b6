"""The window in which a person asks for an exception, and sees what became of it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from agentguard.base.translations import Texts
from agentguard.model.snapshot import Snapshot
from agentguard.ui.accessible import silent
from agentguard.ui.bridge import Bridge
from agentguard.ui.exception_form import ExceptionForm
from agentguard.ui.focus_order import Ordered
from agentguard.ui.keyed_list import Keyed
from agentguard.ui.present_exceptions import ends
from agentguard.ui.theme import Theme
from agentguard.ui.views import EndView, RequestView, View
from agentguard.ui.widgets import GAP, button, column, draw, label, row
from agentguard.ui.wording import Wording

SIZE = (640, 720)
ICONS = {"running": "state-pass", "declined": "state-fail"}
"""The signs of requests by their states; all others wait or are over, which `state-paused` says."""


class RequestRow(QFrame):
    """One request: its sign and its sentence, which tells all that the sign tells."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._icon, self._said = label(wrap=False), label()
        line = row(self, gap=GAP)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(silent(self._said), 1)  # the line says it

    def show_item(self, one: RequestView) -> None:
        """Show a request."""
        draw(self._icon, ICONS.get(one.state, "state-paused"), 2 * GAP, self._theme.tones.text)
        self._said.setText(one.said)
        self.setAccessibleName(one.said)


class ExceptionWindow(Ordered):
    """Shows the form while the policy lets anything be excepted, and the requests of this desk."""

    def __init__(self, bridge: Bridge, theme: Theme) -> None:
        super().__init__()
        self._bridge, self._texts = bridge, bridge.texts
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.setWindowTitle(self._texts.say("exception-ask.title"))
        self._form = ExceptionForm(self._texts, self._ends, self._ask)
        self._none = label(self._texts.say("exception-ask.none"), "muted")
        self._earlier = _Earlier(self._texts, theme)
        body = self._scroll()
        body.addWidget(label(self._texts.say("exception-ask.title"), "title"))
        body.addWidget(label(self._texts.say("exception-ask.lead"), "muted"))
        for part in (self._none, self._form, self._earlier):
            body.addWidget(part)
        foot = row(gap=GAP)
        foot.addStretch(1)
        foot.addWidget(button(self._texts.say("exception-ask.close"), self.close))
        body.addLayout(foot)
        self._shown: object = None
        bridge.viewed.connect(self._viewed)
        theme.changed.connect(self._earlier.forget)
        self.resize(*SIZE)
        self._show(bridge.view)

    def open(self, control: str = "") -> None:
        """Come to the front with the form, for a control where one is told."""
        view = self._bridge.view_now()
        self._show(view)
        self._form.offer(view.exceptable, control)
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.activateWindow()
        self._form.begin()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Close on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _scroll(self) -> QVBoxLayout:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        rows = QWidget()
        rows.setObjectName("rows")
        body = column(rows, margin=3 * GAP, gap=2 * GAP)
        body.setAlignment(Qt.AlignmentFlag.AlignTop)
        area.setWidget(rows)
        column(self, gap=0).addWidget(area)
        return body

    def _viewed(self, _snapshot: Snapshot, view: View) -> None:
        self._show(view)

    def _show(self, view: View) -> None:
        """Show what is new; the questions change only when what may be excepted does."""
        if view.exceptable != self._shown:
            self._shown = view.exceptable
            self._form.offer(view.exceptable)
        self._form.setVisible(bool(view.exceptable))
        self._none.setVisible(not view.exceptable)
        self._earlier.show_requests(view.requests)

    def _ends(self, hours: int) -> list[EndView]:
        now = self._bridge.now()
        return ends(now, hours, Wording(self._texts, now))

    def _ask(self, form: Mapping[str, str]) -> bool:
        return self._bridge.desk.ask_exception(form)


class _Earlier(QFrame):
    """What was asked for; hidden while there is nothing."""

    def __init__(self, texts: Texts, theme: Theme) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self._rows: Keyed[RequestView] = Keyed(
            lambda _: RequestRow(theme), lambda one: one.id, gap=GAP
        )
        lines = column(self, margin=3 * GAP, gap=GAP)
        lines.addWidget(label(texts.say("exception-ask.earlier"), "heading"))
        lines.addWidget(self._rows)
        self.hide()

    def show_requests(self, requests: tuple[RequestView, ...]) -> None:
        """Show these requests."""
        self._rows.show_items(requests)
        self.setVisible(bool(requests))

    def forget(self, *_: object) -> None:
        """Draw every sign again, in the colours of the theme."""
        self._rows.forget()
