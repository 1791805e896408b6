"""The tray icon: its shape and its words tell the state, and it comes back with its host."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from agentguard.model.snapshot import Snapshot
from agentguard.ui import icons
from agentguard.ui.bridge import Bridge
from agentguard.ui.listeners import News
from agentguard.ui.views import Page, View

LOOK = 5000  # milliseconds between two looks for a tray host


class Tray(QObject):
    """The icon with its menu; `opened` asks for a page, `host_changed` tells of the tray host.

    Quit is only in the menu when `may_quit`. `first` is an icon that stands in the tray already.
    """

    def __init__(
        self,
        bridge: Bridge,
        *,
        may_quit: bool,
        first: QSystemTrayIcon | None = None,
        available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
    ) -> None:
        super().__init__()
        self.opened: News[Page] = News()
        self.quit_wanted: News[()] = News()
        self.host_changed: News[bool] = News()
        self._bridge, self._available = bridge, available
        self.hosted = False
        self._said: list[tuple[QAction, str]] = []
        self.menu = QMenu()
        self._state = self._line("", Page.OVERVIEW)
        self._modes: list[QAction] = []
        self._below = self.menu.addSeparator()
        self._line("ui.menu.open", Page.OVERVIEW)
        self._named("ui.menu.lock", bridge.desk.lock_now)
        self._line("ui.menu.incident", Page.INCIDENT)
        self._call = self._line("", Page.INCIDENT)
        self._except = self._named("exception-ask.menu", lambda: bridge.excepting.tell(""))
        self.menu.addSeparator()
        self._lessons = self._line("", Page.LESSONS)
        self._inbox = self._line("", Page.INBOX)
        self.menu.addSeparator()
        self._line("ui.menu.leaving", Page.LEAVING)
        self._line("ui.menu.about", Page.ABOUT)
        if may_quit:
            self._named("ui.menu.quit", self.quit_wanted.tell)
        self.icon = self._dressed(first or QSystemTrayIcon(self))
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK)
        self._timer.timeout.connect(self.look)
        bridge.viewed.connect(self._viewed)
        bridge.spoken.connect(self._speak)
        self._show(bridge.view)

    def start(self) -> None:
        """Appear, now or as soon as there is a tray host."""
        self.look()
        self._timer.start()

    def look(self) -> None:
        """See whether a tray host came or went."""
        hosted = self._available()
        if hosted == self.hosted:
            return
        self.hosted = hosted
        if hosted and not self.icon.isVisible():
            self.icon.hide()
            self.icon.deleteLater()
            self.icon = self._dressed(QSystemTrayIcon(self))
            self._show(self._bridge.view)
        self.icon.setVisible(hosted)
        self.host_changed.tell(hosted)

    def close(self) -> None:
        """Go away."""
        self._timer.stop()
        self.icon.hide()

    def _dressed(self, icon: QSystemTrayIcon) -> QSystemTrayIcon:
        icon.setContextMenu(self.menu)
        icon.activated.connect(self._activated)
        return icon

    def _line(self, id_: str, page: Page) -> QAction:
        return self._named(id_, lambda: self.opened.tell(page))

    def _named(self, id_: str, done: Callable[[], object]) -> QAction:
        action = self._action(self._bridge.texts.say(id_) if id_ else "", done)
        if id_:
            self._said.append((action, id_))
        return action

    def _speak(self) -> None:
        """Say every line in the language that is spoken now; the others follow with the view."""
        for action, id_ in self._said:
            action.setText(self._bridge.texts.say(id_))

    def _action(self, text: str, done: Callable[[], object]) -> QAction:
        action = self._made(text, done)
        self.menu.addAction(action)
        return action

    def _made(self, text: str, done: Callable[[], object]) -> QAction:
        action = QAction(text, self.menu)
        action.triggered.connect(lambda *_: done())
        return action

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        wanted = {
            QSystemTrayIcon.ActivationReason.Trigger,
            QSystemTrayIcon.ActivationReason.DoubleClick,
        }
        if reason in wanted:
            urgent = bool(self._bridge.view.findings)
            self.opened.tell(Page.TODO if urgent else Page.OVERVIEW)

    def _viewed(self, _snapshot: Snapshot, view: View) -> None:
        self._show(view)

    def _show(self, view: View) -> None:
        self.icon.setIcon(icons.tray(view.header.icon, view.badge))
        self.icon.setToolTip(view.tooltip)
        for action, text in (
            (self._state, f"{view.header.word}: {view.menu.state}"),
            (self._lessons, view.menu.lessons),
            (self._inbox, view.menu.inbox),
            (self._call, view.contact.menu),
        ):
            if action.text() != text:
                action.setText(text)
        self._except.setVisible(bool(view.exceptable or view.requests))
        self._show_modes([one.short for one in view.modes])

    def _show_modes(self, shorts: list[str]) -> None:
        """Show a line for each mode below the state; an open menu keeps those that stay."""
        while len(self._modes) > len(shorts):
            gone = self._modes.pop()
            self.menu.removeAction(gone)
            gone.deleteLater()
        while len(self._modes) < len(shorts):
            self._modes.append(self._made("", lambda: self.opened.tell(Page.OVERVIEW)))
            self.menu.insertAction(self._below, self._modes[-1])
        for action, text in zip(self._modes, shorts, strict=True):
            if action.text() != text:
                action.setText(text)
