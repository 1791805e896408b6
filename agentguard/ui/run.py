"""Runs the tray, the window and the prompts until a stop is asked for."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from agentguard.base.settings import SetHere
from agentguard.base.translations import Texts
from agentguard.model.messages import say
from agentguard.ports.clock import Stop
from agentguard.ports.desktop import Absent, Capture
from agentguard.ports.people import Desk
from agentguard.ui import garbage_collection
from agentguard.ui.bridge import Bridge
from agentguard.ui.capture_protection import Veils
from agentguard.ui.prompts import Prompts
from agentguard.ui.qt_log import logged
from agentguard.ui.shields import Shields
from agentguard.ui.startup_icon import Application, application
from agentguard.ui.theme import Theme
from agentguard.ui.tray import Tray
from agentguard.ui.views import Page

if TYPE_CHECKING:
    from agentguard.ui.window import StatusWindow

POLL = 1000  # milliseconds until a stop or a signal is seen; each look costs an idle agent
SIGNALS = (signal.SIGINT, signal.SIGTERM)
DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)
PICTURED = Absent(reason=say("desktop.no-capture"))


class Interface(QObject):
    """All that a person sees of one desk; the window is made when it is first opened."""

    def __init__(
        self,
        desk: Desk,
        texts: Texts,
        theme: Theme,
        *,
        may_quit: bool,
        first: QSystemTrayIcon | None = None,
        capture: Capture | Absent = PICTURED,
        set_here: Callable[[], tuple[SetHere, ...]] = tuple,
    ) -> None:
        super().__init__()
        self.theme = theme
        self.bridge = Bridge(desk, texts, set_here)
        self.veils = Veils(self.bridge, capture)
        self.tray = Tray(self.bridge, may_quit=may_quit, first=first)
        self.veils.while_paying(self.tray.menu)
        self.prompts = Prompts(self.bridge, theme, self.veils.over)
        self.shields = Shields(self.bridge, theme, self.veils.over)
        self.window: StatusWindow | None = None
        self.tray.opened.connect(self.open)
        self.tray.host_changed.connect(self._host_changed)

    def start(self) -> None:
        """Appear in the tray; without a tray host the window is the way in."""
        self.tray.start()
        if not self.tray.hosted:
            self.open(Page.OVERVIEW)
            self._host_changed(hosted=False)

    def open(self, page: Page) -> None:
        """Open the window with a page."""
        if self.window is None:
            self.window = self._made()
        self.window.open(page)

    def _made(self) -> StatusWindow:
        from agentguard.ui.window import StatusWindow  # noqa: PLC0415 - most desks never open it

        window = StatusWindow(self.bridge, self.theme, has_tray=self.tray.hosted)
        self.veils.over(window)
        return window

    def open_if(self, wanted: Callable[[], bool]) -> None:
        """Open the window when somebody asks for it by starting the program again."""
        if wanted():
            self.open(Page.OVERVIEW)

    def close(self) -> None:
        """Take everything away."""
        self.bridge.close()
        self.tray.close()
        self.prompts.close()
        self.shields.close()
        if self.window is not None:
            self.window.hide()
            self.window.deleteLater()  # it is 11 MiB, and no collector of Python sees it

    def _host_changed(self, hosted: bool) -> None:  # noqa: FBT001 - a Qt slot
        if self.window is not None:
            self.window.tray_came(hosted=hosted)
        elif not hosted:
            self.open(Page.OVERVIEW)


def run(
    desk: Desk,
    texts: Texts,
    *,
    stop: Stop,
    may_quit: bool,
    first: QSystemTrayIcon | None = None,
    capture: Capture | Absent = PICTURED,
    ending: Callable[[], object] = lambda: None,
    wanted: Callable[[], bool] = lambda: False,
    set_here: Callable[[], tuple[SetHere, ...]] = tuple,
) -> int:
    """Show the desk until `stop` is set, the person quits, a signal comes or the session ends.

    Gives 0; only in the main thread. `first` is the icon that stands in the tray, `capture` keeps
    windows out of pictures, `ending` is called before the session may end or when the display is
    lost, `wanted` tells that somebody asks for the window, `set_here` gives what is set.
    """
    app = application()
    left = threading.Event()

    def leave() -> None:
        left.set()  # before the loop runs, an exit is forgotten
        app.exit(0)  # quit() would ask the windows, and a hidden-on-close window says no

    interface = Interface(
        desk, texts, Theme(app), may_quit=may_quit, first=first, capture=capture, set_here=set_here
    )
    interface.tray.quit_wanted.connect(leave)

    def look() -> None:
        leave() if stop.is_set() or left.is_set() else interface.open_if(wanted)

    with garbage_collection.collected_here():
        try:
            with _looking(look, leave), logged(ending), _hearing_of_the_end(app, ending, leave):
                interface.start()
                return int(app.exec())
        finally:
            interface.close()


@contextmanager
def _looking(look: Callable[[], None], leave: Callable[[], None]) -> Iterator[None]:
    """Look once a second, for garbage as well, and leave on a signal."""
    poll = QTimer()
    poll.setTimerType(Qt.TimerType.CoarseTimer)
    poll.timeout.connect(garbage_collection.look)
    poll.timeout.connect(look)
    poll.start(POLL)
    restore = _on_signals(leave)
    try:
        yield
    finally:
        poll.stop()
        restore()


@contextmanager
def _hearing_of_the_end(
    app: QApplication, ending: Callable[[], object], leave: Callable[[], None]
) -> Iterator[None]:
    """Call both, in this order, when the system ends the session while the loop runs."""
    if not isinstance(app, Application):
        yield
        return

    def ends() -> None:
        ending()
        leave()

    app.on_end(ends)
    try:
        yield
    finally:
        app.on_end(None)


def _on_signals(quit_: Callable[[], None]) -> Callable[[], None]:
    """End on SIGINT and SIGTERM unless somebody else already looks after them."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        quit_()

    ours = [s for s in SIGNALS if signal.getsignal(s) in DEFAULTS]
    before = {s: signal.signal(s, handle) for s in ours}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return restore
