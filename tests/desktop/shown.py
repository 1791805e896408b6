"""Shows one thing of the windows until it is ended: `shown.py NAME light|dark`.

shield-call, shield-code, shield-not-locked      notice, lesson, proof      page-NAME of the window
tray: the icon alone, with its menu
Prints `shown` once it is there. A right code (482913) ends a shield or a proof.

`shown.py -` prints `scale` and the screen's scale, then reads a NAME and a scheme from each line of
its input and shows that in the place of what was there. It prints `shown` each time when nothing is
laid out or drawn any more, and `menu` when the icon's menu has come up.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from agentguard.base import translations
from agentguard.model.snapshot import Snapshot
from agentguard.ui.bridge import Bridge
from agentguard.ui.prompts import Prompts
from agentguard.ui.shields import Shields
from agentguard.ui.startup_icon import application
from agentguard.ui.theme import Theme
from agentguard.ui.tray import Tray
from agentguard.ui.views import Page
from agentguard.ui.window import StatusWindow
from tools.gallery import data
from tools.gallery.desk import SimulatedDesk
from tools.gallery.pictures import SCHEMES

SETTLE = 300  # milliseconds for the window manager
IN_TURN = "-"
SHOWN: dict[str, Snapshot] = {
    "shield-call": data.covered(data.good(), data.SHIELD),
    "shield-code": data.covered(data.good(), data.SHIELD),
    "shield-not-locked": data.covered(data.good(), data.NOT_LOCKED),
    "notice": data.prompting(data.act(), data.NOTICE),
    "lesson": data.prompting(data.act(), data.LESSON),
    "proof": data.prompting(data.act(), data.PROOF),
}


def said(word: str) -> None:
    """Print a word for whoever started this."""
    print(word, flush=True)


class Stage:
    """Shows one thing at a time; `on_menu` is called when the icon's menu comes up."""

    def __init__(self, theme: Theme, on_menu: Callable[[], None] = lambda: None) -> None:
        self._theme, self._on_menu = theme, on_menu
        self._stands = ExitStack()

    def show(self, name: str, scheme: str) -> QWidget:
        """Show it in the place of what was shown before, and give what is looked at."""
        self.clear()
        self._theme.force(SCHEMES[scheme])
        bridge = Bridge(SimulatedDesk(SHOWN.get(name) or data.act()), translations.load())
        self._stands.callback(bridge.close)
        if name == "tray":
            return self._tray(bridge)
        window = StatusWindow(bridge, self._theme)
        self._stands.callback(window.deleteLater)
        self._stands.callback(window.hide)
        window.open(Page(name.removeprefix("page-")) if name.startswith("page-") else Page.OVERVIEW)
        prompts, shields = Prompts(bridge, self._theme), Shields(bridge, self._theme)
        self._stands.callback(prompts.close)
        self._stands.callback(shields.close)
        if name == "shield-code" and shields.card is not None:
            shields.card.ask()
        return next(iter((*prompts.covers, *shields.covers)), prompts.corner or window)

    def clear(self) -> None:
        """Take away what is shown."""
        self._stands.close()

    def _tray(self, bridge: Bridge) -> QWidget:
        tray = Tray(bridge, may_quit=False)
        tray.menu.aboutToShow.connect(self._on_menu)
        tray.start()
        self._stands.callback(tray.menu.hide)
        self._stands.callback(tray.close)
        return tray.menu


class Rest(QObject):
    """Says a word as soon as for a while nothing was laid out or drawn."""

    STIRS = (QEvent.Type.Paint, QEvent.Type.LayoutRequest, QEvent.Type.Resize)

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._word = ""
        self._while = QTimer(self)
        self._while.setSingleShot(True)
        self._while.setInterval(SETTLE)
        self._while.timeout.connect(self._say)
        app.installEventFilter(self)

    def then(self, word: str) -> None:
        """Print the word at the next rest."""
        self._word = word
        self._while.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Begin to wait anew with everything that stirs."""
        if self._while.isActive() and event.type() in self.STIRS:
            self._while.start()
        return super().eventFilter(watched, event)

    def _say(self) -> None:
        said(self._word)


class Orders(QObject):
    """Lines of the input, each brought to the windows' thread; an empty one when it has ended."""

    come = Signal(str)

    def read(self) -> None:
        """Read them in a thread of their own."""
        threading.Thread(target=self._read, name="orders", daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin:
            self.come.emit(line.strip())
        self.come.emit("")


def in_turn(app: QApplication, theme: Theme) -> None:
    """Show what each line of the input names, until it ends."""
    orders, rest = Orders(app), Rest(app)
    stage = Stage(theme, on_menu=lambda: rest.then("menu"))

    def obey(line: str) -> None:
        if not line:
            stage.clear()
            app.exit(0)
            return
        stage.show(*line.split())
        rest.then("shown")

    orders.come.connect(obey, Qt.ConnectionType.QueuedConnection)
    said(f"scale {app.devicePixelRatio():g}")
    orders.read()


def main(name: str, scheme: str = "light") -> int:
    """Show it."""
    app = application()
    theme = Theme(app)
    if name == IN_TURN:
        in_turn(app, theme)
        return int(app.exec())
    stage = Stage(theme)
    stage.show(name, scheme)
    QTimer.singleShot(SETTLE, lambda: said("shown"))
    ended = int(app.exec())
    stage.clear()
    return ended


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
