"""The window in front under X11, as the window manager announces it (_NET_ACTIVE_WINDOW)."""

from __future__ import annotations

import time
from collections.abc import Callable

from Xlib import X, Xatom, error
from Xlib.display import Display
from Xlib.ext import res
from Xlib.xobject.drawable import Window

from agentguard.platforms._linux import x11
from agentguard.platforms._steady import Steady
from agentguard.ports.clock import Stop
from agentguard.ports.desktop import FocusedWindow

_COMES_AND_GOES = frozenset({X.MapNotify, X.UnmapNotify, X.DestroyNotify})
_ACTIVE = "_NET_ACTIVE_WINDOW"
NOTHING = FocusedWindow(image="", window_class="", window=0)


class X11Foreground:
    """Tells the window by the process that the X server names; a title is never read."""

    def __init__(self, display: str) -> None:
        self._name = display

    def watch(
        self, focused: Callable[[FocusedWindow], None], stop: Stop, *, steady: float = 0.0
    ) -> None:
        """Call `focused` for the window in front and at every change, until `stop` is set."""
        with x11.connected(self._name, res.extname) as display:
            active = display.get_atom(_ACTIVE)
            display.screen().root.change_attributes(event_mask=X.PropertyChangeMask)
            window = Steady[FocusedWindow](steady)
            window.offer(_in_front(display, active), time.monotonic())
            while not stop.is_set():
                due = window.due(time.monotonic())
                if due is not None:
                    focused(due)
                left = window.wait(time.monotonic())
                if _changed(display, active, stop, x11.LOOK if left is None else left):
                    window.offer(_in_front(display, active), time.monotonic())


def _changed(display: Display, active: int, stop: Stop, longest: float) -> bool:
    """Wait for news of the window in front; however many there are, they are one."""
    news = [
        event.type in _COMES_AND_GOES or (event.type == X.PropertyNotify and event.atom == active)
        for event in x11.until(stop, display, longest)
    ]
    return any(news)


def _in_front(display: Display, active: int) -> FocusedWindow:
    value = display.screen().root.get_full_property(active, Xatom.WINDOW)
    window = int(value.value[0]) if value is not None and len(value.value) else 0
    if not window or not _is_seen(display, window):
        return NOTHING
    return FocusedWindow(
        image=x11.program(x11.client_pid(display, window)),
        window_class=x11.window_class(display, window),
        window=window,
    )


def _is_seen(display: Display, window: int) -> bool:
    """Tell whether the window is on the screen, and ask to be told when that changes.

    Some window managers (openbox) still name the last window after it was closed.
    """
    seen: Window = display.create_resource_object("window", window)
    try:
        seen.change_attributes(event_mask=X.StructureNotifyMask)
        return bool(seen.get_attributes().map_state == X.IsViewable)
    except error.XError:
        return False
