"""The privacy shield over every screen: it follows those that come and go, and stays in front.

On it stands why it is there, and the two ways to uncover the screens.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QFrame, QWidget

from agentguard.base.translations import Texts
from agentguard.model.messages import Message
from agentguard.model.shield import Shield, Why
from agentguard.model.snapshot import Snapshot
from agentguard.ports.people import Desk
from agentguard.ui.accessible import Role, is_a
from agentguard.ui.bridge import Bridge
from agentguard.ui.capture_protection import Veil, bare
from agentguard.ui.cover import Cover
from agentguard.ui.flow import Flow
from agentguard.ui.proof_form import Later, PhoneHelp, ProofForm, at_once
from agentguard.ui.theme import Theme
from agentguard.ui.views import View
from agentguard.ui.widgets import GAP, button, column, draw, frame, label, roomy, row

AGAIN = 250  # milliseconds until the shield takes the keyboard back
WIDTH = 72 * GAP
KEY, KEY_NAME = Qt.Key.Key_F2, "F2"
SHIELD = "shield"
"""How the desk calls the shield where it wants a prompt's id."""

IDS = {Why.CALL: "call", Why.NOT_LOCKED: "not-locked"}


class Shields(QObject):
    """Covers all screens while the snapshot has a shield; sound is not touched."""

    def __init__(self, bridge: Bridge, theme: Theme, veil: Veil = bare) -> None:
        super().__init__()
        self._bridge, self._theme, self._veil = bridge, theme, veil
        self._covers: dict[QScreen, Cover] = {}
        self._card: ShieldCard | None = None
        self._back = QTimer(self)
        self._back.setSingleShot(True)
        self._back.setInterval(AGAIN)
        self._back.timeout.connect(self._take_keyboard)
        bridge.viewed.connect(self._viewed)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.screenAdded.connect(self._screens_changed)
            app.screenRemoved.connect(self._screen_gone)
            app.primaryScreenChanged.connect(self._screens_changed)
            app.focusWindowChanged.connect(self._focus_changed)
        self._viewed(bridge.snapshot, bridge.view)

    @property
    def card(self) -> ShieldCard | None:
        """What stands on the shield now."""
        return self._card

    @property
    def covers(self) -> tuple[Cover, ...]:
        """The covers of the screens."""
        return tuple(self._covers.values())

    def close(self) -> None:
        """Take everything away."""
        self._uncover()

    def _viewed(self, snapshot: Snapshot, _view: View) -> None:
        if snapshot.shield is None or snapshot.locked:
            self._uncover()
        else:
            self._show(snapshot.shield)

    def _show(self, shield: Shield) -> None:
        new = self._card is None
        if self._card is None:
            self._card = ShieldCard(
                self._bridge.texts, self._theme, self._bridge.desk, self._bridge.later
            )
        self._card.show_shield(shield)
        if new:
            self._cover()

    def _cover(self) -> None:
        """Cover every screen, without uncovering one that is covered; the first holds the card."""
        if self._card is None:
            return
        old, self._covers = self._covers, {}
        primary = QGuiApplication.primaryScreen()
        for screen in QGuiApplication.screens():
            self._covers[screen] = self._covered(screen, holds_card=screen is primary)
        for cover in old.values():
            cover.take_away()
        self._take_keyboard()

    def _covered(self, screen: QScreen, *, holds_card: bool) -> Cover:
        cover = Cover(screen, {KEY: self._ask})
        screen.geometryChanged.connect(cover.fit)
        if holds_card and self._card is not None:
            self._card.setParent(None)
            cover.hold(self._card)
        else:
            cover.hold(self._note())
        cover.setWindowTitle(self._bridge.texts.say("ui.shield.title"))
        self._veil(cover)
        cover.show()
        cover.raise_()
        return cover

    def _note(self) -> QFrame:
        """Make what stands on the other screens."""
        note = frame("prompt")
        lines = column(note, margin=3 * GAP, gap=GAP)
        icon = label(wrap=False)
        draw(icon, "shield", 32, self._theme.tones.accent)
        lines.addWidget(icon, 0, Qt.AlignmentFlag.AlignHCenter)
        lines.addWidget(label(self._bridge.texts.say("ui.shield.elsewhere"), "strong", wrap=False))
        return note

    def _ask(self) -> None:
        if self._card is not None:
            self._card.ask()

    def _uncover(self) -> None:
        self._back.stop()
        for cover in self._covers.values():
            cover.take_away()
        self._covers, self._card = {}, None

    def _screens_changed(self, _screen: QScreen | None) -> None:
        self._cover()

    def _screen_gone(self, screen: QScreen) -> None:
        """Let a screen's cover go with it before the others are covered again."""
        gone = self._covers.pop(screen, None)
        if gone is not None and self._card is not None:
            self._card.setParent(None)
            gone.take_away()
        self._cover()

    def _focus_changed(self, *_: object) -> None:
        """Come back in front when another window took the keyboard."""
        if self._card is not None and QGuiApplication.focusWindow() is None:
            self._back.start()

    def _take_keyboard(self) -> None:
        if self._card is None:
            return
        for cover in self._covers.values():
            cover.raise_()
        self._card.window().activateWindow()
        self._card.focus()


class ShieldCard(QFrame):
    """Asks for a proof when F2 or its button is pressed; before that no key does anything."""

    def __init__(self, texts: Texts, theme: Theme, desk: Desk, later: Later = at_once) -> None:
        super().__init__()
        self._texts, self._theme, self._desk = texts, theme, desk
        self._reply: Message | None = None
        self.setProperty("look", "prompt")
        self.ensurePolished()
        self.setFixedWidth(roomy(self, WIDTH))
        is_a(self, Role.Dialog)
        self._icon, self._title, self._body = label(wrap=False), label("", "title"), label()
        phone = PhoneHelp(texts, desk.challenge, later)
        self._form = ProofForm(texts, theme, desk.factors(), desk.lift_shield, self._by_key, phone)
        self._open = button(texts.say("ui.shield.uncover", key=KEY_NAME), self.ask, main=True)
        self._locks = tuple(button(texts.say("ui.shield.call-lock"), desk.lock_now) for _ in "12")
        self._ways, self._asking = QWidget(), QWidget()
        self._build()

    @property
    def asks(self) -> bool:
        """Whether the proof can be given now."""
        return not self._asking.isHidden()

    def show_shield(self, shield: Shield) -> None:
        """Say why the screens are covered, and why a proof was not accepted."""
        why = IDS[shield.why]
        draw(self._icon, "shield", 48, self._theme.tones.accent)
        self._title.setText(self._texts.say(f"ui.shield.{why}-title"))
        self._body.setText(self._texts.say(f"ui.shield.{why}-body"))
        for lock in self._locks:
            lock.setText(self._texts.say(f"ui.shield.{why}-lock"))
        self.setAccessibleName(f"{self._title.text()}. {self._body.text()}")
        if shield.reply is not None and (shield.reply != self._reply or self._form.waits):
            self._form.answered(self._texts.render(shield.reply))
        self._reply = shield.reply

    def ask(self) -> None:
        """Let the person prove presence."""
        self._ways.hide()
        self._asking.show()
        self._form.focus(Qt.FocusReason.ShortcutFocusReason)

    def focus(self) -> None:
        """Take the keyboard."""
        if self.asks:
            self._form.focus()
        else:
            self._open.setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    def _by_key(self, pin: str) -> None:
        self._desk.prove_by_key(SHIELD, pin, int(self.window().winId()))

    def _build(self) -> None:
        inside = column(self, margin=4 * GAP, gap=GAP)
        head = row(gap=2 * GAP)
        head.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._title, 1)
        inside.addLayout(head)
        inside.addSpacing(GAP)
        inside.addWidget(self._body)
        inside.addSpacing(GAP)
        self._build_ways()
        self._build_asking()
        inside.addWidget(self._ways)
        inside.addWidget(self._asking)
        self._asking.hide()

    def _build_ways(self) -> None:
        lines = column(self._ways, gap=GAP)
        line = Flow()
        line.addWidget(self._open)
        line.addWidget(self._locks[0])
        lines.addLayout(line)
        lines.addWidget(label(self._texts.say("ui.shield.lock-hint"), "small"))

    def _build_asking(self) -> None:
        lines = column(self._asking, gap=GAP)
        lines.addWidget(self._form)
        lines.addSpacing(GAP)
        lines.addWidget(self._locks[1], 0, Qt.AlignmentFlag.AlignLeft)
