"""Runs the tray, the window and the prompts until a stop is asked for.

Python's garbage is looked for in Qt's thread alone while windows may be among it. PySide ends a
widget of Qt's own class in the main thread, but one of a class written in Python in whatever thread
the collector happens to run in, and the engine has several: the tray would crash.
"""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QSystemTrayIcon, QWidget

from agentguard.base.translations import Texts
from agentguard.model.messages import say
from agentguard.model.snapshot import Snapshot
from agentguard.ports.clock import Stop
from agentguard.ports.desktop import Absent, Capture
from agentguard.ports.people import Desk
from agentguard.ui.bridge import Bridge
from agentguard.ui.capture_protection import Veils
from agentguard.ui.prompts import Prompts
from agentguard.ui.qt_log import logged
from agentguard.ui.shields import Shields
from agentguard.ui.speech import NOTHING_SET, Here, dress
from agentguard.ui.startup_icon import Application, application
from agentguard.ui.theme import Theme
from agentguard.ui.tray import Tray
from agentguard.ui.views import Page, View

if TYPE_CHECKING:
    from agentguard.ui.exception_window import ExceptionWindow
    from agentguard.ui.window import StatusWindow

KEPT = 600
"""Seconds for which a closed window is kept: then its memory is given back."""
POLL = 1000  # milliseconds until a stop or a signal is seen; each look costs an idle agent
SIGNALS = (signal.SIGINT, signal.SIGTERM)
DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)
PICTURED = Absent(reason=say("desktop.no-capture"))
OLDEST = 2


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
        here: Here = NOTHING_SET,
    ) -> None:
        super().__init__()
        self.theme = theme
        dress(texts)
        self.bridge = Bridge(desk, texts, here.set_here, here.speech)
        self.veils = Veils(self.bridge, capture)
        self.tray = Tray(self.bridge, may_quit=may_quit, first=first)
        self.veils.while_paying(self.tray.menu)
        self.prompts = Prompts(
            self.bridge, theme, self.veils.over, todo=lambda: self.open(Page.TODO)
        )
        self.shields = Shields(self.bridge, theme, self.veils.over)
        self.window: StatusWindow | None = None
        self.asking: ExceptionWindow | None = None
        self._unseen = 0
        self._left: list[StatusWindow] = []
        self._handed = self.bridge.snapshot.shift.handed
        self.bridge.viewed.connect(self._look_for_handover)
        self.bridge.spoken.connect(self._speak)
        self.bridge.excepting.connect(self.ask)
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

    def ask(self, control: str) -> None:
        """Open the window in which an exception is asked for, for a control where one is told."""
        if self.asking is None:
            from agentguard.ui.exception_window import (  # noqa: PLC0415 - most desks never open it
                ExceptionWindow,
            )

            self.asking = ExceptionWindow(self.bridge, self.theme)
            self.veils.over(self.asking)
        self.asking.open(control)

    def _end_asking(self) -> None:
        """Leave nothing of what was typed there."""
        if self.asking is not None:
            window, self.asking = self.asking, None
            window.hide()
            window.deleteLater()

    def _made(self) -> StatusWindow:
        from agentguard.ui.window import StatusWindow  # noqa: PLC0415 - most desks never open it

        window = StatusWindow(self.bridge, self.theme, has_tray=self.tray.hosted)
        self.veils.over(window)
        return window

    def _look_for_handover(self, snapshot: Snapshot, _view: View) -> None:
        """Leave nothing of the last person in the window: the next one gets a new one."""
        self._left = [one for one in self._left if not self._ended(one)]
        if snapshot.shift.handed != self._handed:
            self._handed = snapshot.shift.handed
            self._end_asking()
            self._renew(Page.SHIFT)

    def _speak(self) -> None:
        dress(self.bridge.texts)
        self._end_asking()
        self._renew(Page.ABOUT)

    def _renew(self, page: Page) -> None:
        """Show a new window where one is shown.

        The old one is hidden at once, and ended when no slow call wants to tell it anything.
        """
        if self.window is None:
            return
        shown, old, self.window = self.window.isVisible(), self.window, None
        old.hide()
        if not self._ended(old):
            self._left.append(old)
        if shown:
            self.open(page)

    def _ended(self, window: StatusWindow) -> bool:
        if not self.bridge.idle:
            return False
        window.deleteLater()
        return True

    def look_after(self) -> None:
        """Let go of a window that has been closed for a while; called once a second.

        One in which somebody has written something stays.
        """
        if self.window is None or self.window.isVisible():
            self._unseen = 0
            return
        self._unseen += 1
        if self._unseen >= KEPT and not _holds_words(self.window):
            window, self.window, self._unseen = self.window, None, 0
            window.deleteLater()

    def look_at_letters(self) -> None:
        """Make the window anew once letters are wished larger or smaller, but for words in it."""
        if self.theme.look() and self.window is not None and not _holds_words(self.window):
            self._renew(self.window.current.page)

    def open_if(self, wanted: Callable[[], bool]) -> None:
        """Open the window when somebody asks for it by starting the program again, each second."""
        self.look_after()
        self.look_at_letters()
        if wanted():
            self.open(Page.OVERVIEW)

    def close(self) -> None:
        """Take everything away."""
        self.bridge.close()
        self.tray.close()
        self.prompts.close()
        self.shields.close()
        self._end_asking()
        for old in self._left:
            old.deleteLater()
        if self.window is not None:
            self.window.hide()
            self.window.deleteLater()  # it is 11 MiB, and no collector of Python sees it

    def _host_changed(self, hosted: bool) -> None:  # noqa: FBT001 - a Qt slot
        if self.window is not None:
            self.window.tray_came(hosted=hosted)
        elif not hosted:
            self.open(Page.OVERVIEW)


def _holds_words(window: QWidget) -> bool:
    lines = any(one.isModified() and one.text() for one in window.findChildren(QLineEdit))
    return lines or any(
        one.document().isModified() and one.toPlainText()
        for one in window.findChildren(QPlainTextEdit)
    )


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
    here: Here = NOTHING_SET,
    scale: Callable[[], float] = lambda: 1.0,
) -> int:
    """Show the desk until `stop` is set, the person quits, a signal comes or the session ends.

    Gives 0; only in the main thread. `first` is the tray's icon, `capture` keeps windows out of
    pictures, `ending` comes before the end, `here` is what is set, `scale` the letters' factor.
    """
    app = application()
    left = threading.Event()

    def leave() -> None:
        left.set()  # before the loop runs, an exit is forgotten
        app.exit(0)  # quit() would ask the windows, and a hidden-on-close window says no

    interface = Interface(
        desk, texts, Theme(app, scale), may_quit=may_quit, first=first, capture=capture, here=here
    )
    interface.tray.quit_wanted.connect(leave)

    def look() -> None:
        leave() if stop.is_set() or left.is_set() else interface.open_if(wanted)

    with collected_here():
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
    poll.timeout.connect(look_for_garbage)
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


@contextmanager
def collected_here() -> Iterator[None]:
    """Let no thread look for garbage by itself until the end.

    `look_for_garbage` must be called meanwhile.

    Must be entered and left in Qt's thread: what is left at the end is ended there as well.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        if before:
            gc.enable()


def look_for_garbage() -> None:
    """Look for garbage as far as it is time, by Python's own thresholds."""
    for generation in range(OLDEST, -1, -1):
        limit = gc.get_threshold()[generation]
        if limit and gc.get_count()[generation] > limit:
            gc.collect(generation)
            return
