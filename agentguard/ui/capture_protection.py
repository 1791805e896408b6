"""Keeps our windows out of pictures of the screen: some always, all of them during a payment.

A cover is there to hide what is beneath it, so a picture shows it black; any other window is left
out. What the system refuses is told once in the log, and by the sensor `capture`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget
from shiboken6 import Shiboken

from agentguard.base.errors import PlatformError
from agentguard.model.snapshot import Snapshot
from agentguard.ports.desktop import Absent, Capture, Pictured
from agentguard.ui.bridge import Bridge
from agentguard.ui.cover import Cover
from agentguard.ui.views import View

LOG = logging.getLogger(__name__)

Veil = Callable[[QWidget], None]
"""Is told of each window before it is shown."""


def bare(_window: QWidget) -> None:
    """Leave a window as it is."""


class Veils(QObject):
    """Knows our windows; each is veiled before it is first seen, again after each hiding."""

    def __init__(self, bridge: Bridge, capture: Capture | Absent) -> None:
        super().__init__()
        self._capture = None if isinstance(capture, Absent) else capture
        self._paying = bridge.snapshot.payment is not None
        self._windows: list[tuple[QWidget, bool]] = []
        bridge.viewed.connect(self._viewed)

    def over(self, window: QWidget) -> None:
        """Veil a window always: it shows a code, a finding, or covers the screen."""
        self._know(window, always=True)

    def while_paying(self, window: QWidget) -> None:
        """Veil a window while a payment is taken."""
        self._know(window, always=False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Veil a window when it is about to be seen."""
        if event.type() == QEvent.Type.Show:
            for window, always in self._windows:
                if window is watched:
                    self._veil(window, on=always or self._paying)
        return False

    def _know(self, window: QWidget, *, always: bool) -> None:
        if self._capture is None:
            return
        self._windows = [one for one in self._windows if Shiboken.isValid(one[0])]
        self._windows.append((window, always))
        window.installEventFilter(self)

    def _viewed(self, snapshot: Snapshot, _view: View) -> None:
        if (snapshot.payment is not None) == self._paying:
            return
        self._paying = snapshot.payment is not None
        for window, always in self._windows:
            if not always and Shiboken.isValid(window) and window.isVisible():
                self._veil(window, on=self._paying)

    def _veil(self, window: QWidget, *, on: bool) -> None:
        if self._capture is None:
            return
        hidden = Pictured.BLACK if isinstance(window, Cover) else Pictured.BENEATH
        try:
            self._capture.show(int(window.winId()), hidden if on else Pictured.WINDOW)
        except PlatformError as error:
            LOG.warning("our windows can be seen in pictures of the screen: %s", error.title)
            self._capture, self._windows = None, []
