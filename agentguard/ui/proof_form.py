"""The form by which a person proves presence: a key first where there is one, else a code.

The gate and the privacy shield show the same form. What was typed is forgotten as it is handed on.

The way out when nothing is at hand is letters to read to a supervisor, who answers by phone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from shiboken6 import Shiboken

from agentguard.base.translations import Texts
from agentguard.model.messages import Message
from agentguard.ports.people import Factors
from agentguard.ui import icons
from agentguard.ui.pages.base import tell
from agentguard.ui.theme import Theme
from agentguard.ui.widgets import GAP, button, code_field, column, frame, label, row

SLOW = 20_000  # milliseconds until a code may be tried again without an answer
SLOW_KEY = 70_000  # the same for a key, which is waited for longer than it may blink
ICON = 20
MINUTES = 15
T = TypeVar("T")


class ProofForm(QWidget):
    """Hands on `code(code)` or `key(pin)`; `answered` shows why it was not accepted."""

    def __init__(
        self,
        texts: Texts,
        theme: Theme,
        factors: Factors,
        code: Callable[[str], None],
        key: Callable[[str], None],
        phone: PhoneHelp | None = None,
    ) -> None:
        super().__init__()
        self._texts, self._theme, self._factors = texts, theme, factors
        self._code, self._key, self._phone = code, key, phone
        self._keyed, self._coded = QWidget(), QWidget()
        self._field = code_field(texts, "ui.shield.code-hint", self._submit)
        self._pin = self._pin_field()
        self._confirm = button(texts.say("ui.prompt.confirm"), self._submit, main=True)
        self._use = self._key_button()
        self._reply = label()
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.timeout.connect(self._no_answer)
        self._build()
        self._show_key(on=factors.key)

    @property
    def waits(self) -> bool:
        """Whether an answer is awaited."""
        return not self._field.isEnabled()

    def focus(self, reason: Qt.FocusReason = Qt.FocusReason.ActiveWindowFocusReason) -> None:
        """Let the person type or press."""
        if self._keyed.isHidden():
            self._field.setFocus(reason)
        else:
            (self._pin if self._factors.pin else self._use).setFocus(reason)

    def answered(self, text: str) -> None:
        """Tell why it was not accepted, and let the person try again."""
        tell(self._reply, text, "wrong")
        if self._phone is not None:
            self._phone.again()
        self._ready()

    def _build(self) -> None:
        lines = column(self, gap=GAP)
        if self._factors.key:
            self._build_keyed()
        self._build_coded()
        self._reply.hide()
        lines.addWidget(self._keyed)
        lines.addWidget(self._coded)
        lines.addWidget(self._reply)

    def _build_keyed(self) -> None:
        lines = column(self._keyed, gap=GAP)
        if self._factors.pin:
            caption = label(self._texts.say("ui.proof.pin"), "strong")
            caption.setBuddy(self._pin)
            lines.addWidget(caption)
            lines.addWidget(self._pin)
        lines.addWidget(self._use)
        lines.addWidget(self._link("ui.proof.to-code", on=False), 0, Qt.AlignmentFlag.AlignLeft)

    def _build_coded(self) -> None:
        lines = column(self._coded, gap=GAP)
        caption = label(self._texts.say("ui.prompt.code"), "strong")
        caption.setBuddy(self._field)
        lines.addWidget(caption)
        line = row(gap=GAP)
        line.addWidget(self._field, 1)
        line.addWidget(self._confirm)
        lines.addLayout(line)
        lines.addWidget(label(self._texts.say("ui.shield.code-hint"), "small"))
        if self._phone is not None and self._factors.phone:
            lines.addWidget(self._phone)
        if self._factors.key:
            back = self._link("ui.proof.to-key", on=True)
            lines.addWidget(back, 0, Qt.AlignmentFlag.AlignLeft)

    def _pin_field(self) -> QLineEdit:
        field = code_field(self._texts, "ui.proof.pin-hint", self._touch)
        field.setObjectName("pin")
        field.setAccessibleName(self._texts.say("ui.proof.pin"))
        return field

    def _key_button(self) -> QPushButton:
        words = "ui.proof.use-key" if self._factors.pin else "ui.proof.use-hello"
        made = button(self._texts.say(words), self._touch, main=True)
        made.setIcon(icons.icon("key", self._theme.tones.on_accent, ICON))
        made.setIconSize(QSize(ICON, ICON))
        made.setMinimumHeight(5 * GAP)
        return made

    def _link(self, words: str, *, on: bool) -> QPushButton:
        made = button(self._texts.say(words), lambda: self._chosen(on=on))
        made.setProperty("look", "link")
        return made

    def _chosen(self, *, on: bool) -> None:
        self._show_key(on=on)
        self._reply.hide()
        self._ready()

    def _show_key(self, *, on: bool) -> None:
        self._keyed.setVisible(on)
        self._coded.setVisible(not on)

    def _submit(self) -> None:
        code = self._field.text().strip()
        self._field.clear()
        if self.waits:
            return
        if not code:
            tell(self._reply, self._texts.say("ui.prompt.no-code"), "wrong")
            return
        self._wait("ui.prompt.checking", SLOW)
        self._code(code)

    def _touch(self) -> None:
        pin = self._pin.text()
        self._pin.clear()
        if self.waits:
            return
        if self._factors.pin and not pin:
            tell(self._reply, self._texts.say("ui.proof.no-pin"), "wrong")
            return
        self._wait("ui.proof.touch" if self._factors.pin else "ui.proof.hello", SLOW_KEY)
        self._key(pin)

    def _wait(self, words: str, milliseconds: int) -> None:
        self._enable(on=False)
        tell(self._reply, self._texts.say(words), "muted")
        self._slow.start(milliseconds)

    def _ready(self) -> None:
        self._slow.stop()
        self._enable(on=True)
        self.focus(Qt.FocusReason.OtherFocusReason)

    def _enable(self, *, on: bool) -> None:
        for one in (self._field, self._confirm, self._pin, self._use):
            one.setEnabled(on)

    def _no_answer(self) -> None:
        self.answered(self._texts.say("ui.prompt.slow"))


class Later(Protocol):
    """Runs a slow call beside the windows, as `Bridge.later` does."""

    def __call__(
        self, call: Callable[[], T], done: Callable[[T], None], failed: Callable[[str], None]
    ) -> object:
        """Run `call`; `done` gets its result, `failed` what went wrong in words."""
        ...


def at_once(
    call: Callable[[], T],
    done: Callable[[T], None],
    failed: Callable[[str], None],
) -> None:
    """Run it here and now, where there is no bridge."""
    del failed
    done(call())


class PhoneHelp(QWidget):
    """A link that becomes the letters to read out; the answer is typed where codes are."""

    def __init__(
        self, texts: Texts, ask: Callable[[], str | Message], later: Later = at_once
    ) -> None:
        super().__init__()
        self._texts, self._ask, self._later = texts, ask, later
        self._link = button(texts.say("ui.phone.ask"), self.begin)
        self._link.setProperty("look", "link")
        self._box, self._letters, self._said = (
            frame("callout"),
            label("", "letters", wrap=False),
            label(),
        )
        lines = column(self, gap=GAP)
        lines.addWidget(self._link, 0, Qt.AlignmentFlag.AlignLeft)
        lines.addWidget(self._box)
        lines.addWidget(self._said)
        inside = column(self._box, margin=2 * GAP, gap=GAP)
        inside.addWidget(label(texts.say("ui.phone.read"), "strong", wrap=False))
        inside.addWidget(self._letters)
        hint = label(texts.say("ui.phone.type", minutes=MINUTES), "small", wrap=False)
        inside.addWidget(hint)
        self._box.hide()
        self._said.hide()

    def begin(self) -> None:
        """Ask for the letters."""
        self._link.setEnabled(False)
        self._later(self._ask, self._came, self._failed)

    def again(self) -> None:
        """Offer the letters once more after an answer was refused: they may be used up or old."""
        if not self._box.isHidden():
            self._link.setText(self._texts.say("ui.phone.again"))
            self._link.setEnabled(True)
            self._link.show()

    def _came(self, came: str | Message) -> None:
        if not Shiboken.isValid(self):  # the dialog is gone meanwhile
            return
        if isinstance(came, Message):
            self._failed(self._texts.render(came))
            return
        self._link.hide()
        self._said.hide()
        self._letters.setText(came)
        self._letters.setMinimumHeight(
            self._letters.sizeHint().height()
        )  # never cut on a small screen
        spelled = self._texts.say("ui.phone.letters", letters=" ".join(came))
        self._letters.setAccessibleName(spelled)
        self._box.show()

    def _failed(self, problem: str) -> None:
        if Shiboken.isValid(self):
            self._link.setEnabled(True)
            tell(self._said, problem, "wrong")
