"""The privacy shield over every screen: it follows those that come and go, and stays in front."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QFrame

from agentguard.model.shield import Shield
from agentguard.model.snapshot import Snapshot
from agentguard.ui.bridge import Bridge
from agentguard.ui.capture_protection import Veil, bare
from agentguard.ui.cover import Cover
from agentguard.ui.shield_card import KEY, ShieldCard
from agentguard.ui.theme import Theme
from agentguard.ui.views import View
from agentguard.ui.widgets import GAP, column, draw, frame, label

AGAIN = 250  # milliseconds until the shield takes the keyboard back


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
