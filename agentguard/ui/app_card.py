"""Sets up an authenticator app: a supervisor's code, a picture that is shown once, a first code.

The secret is in this window alone, which stands in no picture of the screen; it is forgotten when
the page is left, when it is cancelled, and when the screen is locked.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QWidget

from agentguard.model.messages import Message
from agentguard.model.snapshot import Snapshot
from agentguard.ports.factors import AppOffer
from agentguard.ui import qr
from agentguard.ui.bridge import Bridge
from agentguard.ui.pages.base import tell
from agentguard.ui.views import View
from agentguard.ui.widgets import GAP, button, code_field, column, empty, label, row

QR = 26 * GAP


class AppCard(QFrame):
    """The card of the second-factor page; `made` gets the offline codes at the end."""

    def __init__(self, bridge: Bridge, made: Callable[[tuple[str, ...]], None]) -> None:
        super().__init__()
        self._bridge, self._texts, self._made = bridge, bridge.texts, made
        self.setProperty("look", "card")
        self._said, self._scan = label("", "strong"), column(gap=GAP)
        self._first, self._second = QWidget(), QWidget()
        self._leave = code_field(self._texts, "ui.app.code-hint", self._begin)
        self._code = code_field(self._texts, "ui.app.prove-hint", self._finish)
        self._show = button(self._texts.say("ui.app.begin"), self._begin, main=True)
        self._end = button(self._texts.say("ui.app.finish"), self._finish, main=True)
        self._asked = 0
        self._build()
        self.forget()
        bridge.viewed.connect(self._viewed)

    @property
    def shows_a_secret(self) -> bool:
        """Whether the picture can be seen now."""
        return self._scan.count() > 0

    def forget(self) -> None:
        """Go back to the beginning; what was shown is gone, and what is on its way is not shown."""
        self._asked += 1
        empty(self._scan)
        self._leave.clear()
        self._code.clear()
        self._first.show()
        self._second.hide()
        tell(self._said, "")
        self._ready()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Forget the secret as the page is left or the window closed."""
        if not event.spontaneous():  # it is not when the window is made small
            self.forget()
        super().hideEvent(event)

    def _build(self) -> None:
        lines = column(self, margin=3 * GAP, gap=GAP)
        lines.addWidget(label(self._texts.say("ui.app.title"), "heading"))
        lines.addWidget(self._first)
        lines.addWidget(self._second)
        lines.addWidget(self._said)
        first = column(self._first, gap=GAP)
        first.addWidget(label(self._texts.say("ui.app.lead"), "muted"))
        first.addWidget(self._caption("ui.app.code", self._leave))
        line = row(gap=GAP)
        line.addWidget(self._leave, 1)
        line.addWidget(self._show)
        first.addLayout(line)
        second = column(self._second, gap=GAP)
        second.addWidget(label(self._texts.say("ui.app.scan"), "strong"))
        second.addLayout(self._scan)
        second.addWidget(label(self._texts.say("ui.app.once"), "small"))
        second.addWidget(self._caption("ui.app.prove", self._code))
        line = row(gap=GAP)
        line.addWidget(self._code, 1)
        line.addWidget(self._end)
        line.addWidget(button(self._texts.say("ui.app.cancel"), self.forget))
        second.addLayout(line)

    def _caption(self, words: str, field: QLineEdit) -> QLabel:
        made = label(self._texts.say(words), "strong")
        made.setBuddy(field)
        return made

    def _begin(self) -> None:
        code = self._leave.text().strip()
        self._leave.clear()
        if not code:
            tell(self._said, self._texts.say("ui.app.no-code"), "wrong")
            return
        self._wait()
        asked = self._asked
        self._bridge.later(
            lambda: self._bridge.desk.begin_app(code),
            lambda came: self._came(came, asked),
            lambda problem: self._failed(problem, asked),
        )

    def _came(self, came: AppOffer | Message, asked: int) -> None:
        if asked != self._asked:
            return
        self._ready()
        if isinstance(came, Message):
            tell(self._said, self._texts.render(came), "wrong")
        else:
            self.offer(came)

    def offer(self, came: AppOffer) -> None:
        """Show the secret, as a picture and as letters, and ask for the first code."""
        tell(self._said, "")
        picture = label(wrap=False)
        picture.setPixmap(qr.picture(came.address, QR, self.devicePixelRatioF()))
        picture.setAccessibleName(self._texts.say("ui.app.qr"))
        self._scan.addWidget(picture)
        self._scan.addWidget(label(self._texts.say("ui.app.type"), "muted"))
        key = label(came.key, "code")
        key.setIndent(0)
        letters = " ".join(came.key.replace(" ", ""))
        key.setAccessibleName(self._texts.say("ui.app.key", letters=letters))
        self._scan.addWidget(key)
        self._first.hide()
        self._second.show()
        self._code.setFocus(Qt.FocusReason.OtherFocusReason)

    def _finish(self) -> None:
        code = self._code.text().strip()
        self._code.clear()
        if not code:
            tell(self._said, self._texts.say("ui.prompt.no-code"), "wrong")
            return
        self._wait()
        asked = self._asked
        self._bridge.later(
            lambda: self._bridge.desk.finish_app(code),
            lambda came: self._finished(came, asked),
            lambda problem: self._failed(problem, asked),
        )

    def _finished(self, came: tuple[str, ...] | Message, asked: int) -> None:
        if asked != self._asked:
            return
        self._ready()
        if isinstance(came, Message):
            tell(self._said, self._texts.render(came), "wrong")
            return
        self.forget()
        tell(self._said, self._texts.say("ui.app.done"), "right")
        self._made(came)

    def _viewed(self, snapshot: Snapshot, _view: View) -> None:
        """Forget the secret as the screen is locked, also one on its way, and say where it went."""
        awaited = not self._show.isEnabled()
        if snapshot.locked and (self.shows_a_secret or awaited):
            self.forget()
            tell(self._said, self._texts.say("ui.app.gone"), "muted")

    def _failed(self, problem: str, asked: int) -> None:
        if asked != self._asked:
            return
        self._ready()
        tell(self._said, problem, "wrong")

    def _wait(self) -> None:
        for one in (self._show, self._end):
            one.setEnabled(False)
        tell(self._said, self._texts.say("ui.prompt.checking"), "muted")

    def _ready(self) -> None:
        for one in (self._show, self._end):
            one.setEnabled(True)
