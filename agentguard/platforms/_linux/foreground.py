"""The window in front under X11, as the window manager announces it (_NET_ACTIVE_WINDOW)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from Xlib import X, Xatom, Xutil, error
from Xlib.display import Display
from Xlib.ext import res
from Xlib.protocol.event import ClientMessage
from Xlib.protocol.rq import Event
from Xlib.xobject.drawable import Window

from agentguard.platforms._linux import x11
from agentguard.platforms._steady_value import Steady
from agentguard.ports.clock import Stop, alarm
from agentguard.ports.foreground import FocusedWindow, Sort, unsorted

_COMES_AND_GOES = frozenset({X.MapNotify, X.UnmapNotify, X.DestroyNotify})
_ACTIVE = "_NET_ACTIVE_WINDOW"
_TITLES = ("_NET_WM_NAME", "WM_NAME")
NOTHING = FocusedWindow(image="", window_class="", window=0)


class X11Foreground:
    """Tells the window by the process that the X server names; a title only `sort` sees."""

    def __init__(self, display: str) -> None:
        self._name = display

    def watch(
        self,
        focused: Callable[[FocusedWindow], None],
        stop: Stop,
        *,
        steady: float = 0.0,
        sort: Sort = unsorted,
    ) -> None:
        """Call `focused` for the window in front and at every change, until `stop` is set."""
        with x11.connected(self._name, res.extname) as display, alarm(stop) as end:
            active = display.get_atom(_ACTIVE)
            display.screen().root.change_attributes(event_mask=X.PropertyChangeMask)
            window = Steady[FocusedWindow](steady)
            window.offer(_in_front(display, active, sort), time.monotonic())
            while not stop.is_set():
                due = window.due(time.monotonic())
                if due is not None:
                    focused(due)
                left = window.wait(time.monotonic())
                if _changed(display, active, x11.until(stop, end, display, left)):
                    window.offer(_in_front(display, active, sort), time.monotonic())

    def put_away(self, window: int) -> None:
        """Ask the window manager to minimise a window (ICCCM 4.1.4)."""
        with x11.connected(self._name) as display:
            root = display.screen().root
            asked = ClientMessage(
                window=display.create_resource_object("window", window),
                client_type=display.get_atom("WM_CHANGE_STATE"),
                data=(32, [Xutil.IconicState, 0, 0, 0, 0]),
            )
            mask = X.SubstructureRedirectMask | X.SubstructureNotifyMask
            root.send_event(asked, event_mask=mask)
            display.sync()


def _changed(display: Display, active: int, events: Iterable[Event]) -> bool:
    """Wait for news of the window in front; however many there are, they are one."""
    told = {active, *(display.get_atom(name) for name in _TITLES)}
    news = [
        event.type in _COMES_AND_GOES or (event.type == X.PropertyNotify and event.atom in told)
        for event in events
    ]
    return any(news)


def _in_front(display: Display, active: int, sort: Sort) -> FocusedWindow:
    value = display.screen().root.get_full_property(active, Xatom.WINDOW)
    window = int(value.value[0]) if value is not None and len(value.value) else 0
    if not window or not _is_seen(display, window):
        return NOTHING
    image = x11.program(x11.client_pid(display, window))
    return FocusedWindow(
        image=image,
        window_class=x11.window_class(display, window),
        window=window,
        titled=sort(image, lambda: _title(display, window)),
    )


def _title(display: Display, window: int) -> str:
    """Return a window's title, as the freedesktop.org window manager hints keep it, else ICCCM."""
    shown: Window = display.create_resource_object("window", window)
    for name in _TITLES:
        try:
            found = shown.get_full_property(display.get_atom(name), X.AnyPropertyType)
        except error.XError:
            return ""
        if found is not None and found.value:
            value = found.value
            return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return ""


def _is_seen(display: Display, window: int) -> bool:
    """Check whether the window is on the screen, and ask to be told when that changes.

    Some window managers (openbox) still name the last window after it was closed.
    """
    seen: Window = display.create_resource_object("window", window)
    try:
        seen.change_attributes(event_mask=X.StructureNotifyMask | X.PropertyChangeMask)
        return bool(seen.get_attributes().map_state == X.IsViewable)
    except error.XError:
        return False
