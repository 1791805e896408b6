"""What a program shows, as others see it: windows by the X server, notices by the session bus."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from jeepney import HeaderFields, MessageType, new_error, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection
from Xlib import X, error
from Xlib.display import Display
from Xlib.protocol.event import ClientMessage
from Xlib.xobject.drawable import Window

NOTICES = "org.freedesktop.Notifications"
LOOK = 0.2  # seconds between two looks at an end


class NoticeService:
    """The notification service of a desktop; `shown` has the titles of what it was asked to show.

    It says that nobody asked for quiet, and tells nothing else.
    """

    def __init__(self, address: str) -> None:
        self.shown: list[str] = []
        self._bus = open_dbus_connection(bus=address)
        Proxy(message_bus, self._bus).RequestName(NOTICES)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="notices", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(5)
        self._bus.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                asked = self._bus.receive(timeout=LOOK)
            except TimeoutError:
                continue
            if asked.header.message_type is not MessageType.method_call:
                continue
            member = asked.header.fields[HeaderFields.member]
            if member == "Notify":
                self.shown.append(asked.body[3])
                self._bus.send(new_method_return(asked, "u", (len(self.shown),)))
            elif member == "Get" and asked.body[1] == "Inhibited":
                self._bus.send(new_method_return(asked, "v", (("b", False),)))
            else:
                self._bus.send(new_error(asked, "org.freedesktop.DBus.Error.UnknownMethod"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A window that came: its number, its title and its size (pixels)."""

    number: int
    title: str
    size: tuple[int, int]


class Windows:
    """Hears of each window of a process that comes onto the screen, however short it stays.

    Icons that a tray takes in are none.
    """

    def __init__(self, display: str, pid: int, icon: int = 64) -> None:
        self._display, self._pid, self._icon = Display(display), pid, icon
        self._root = self._display.screen().root
        self._known: set[int] = set()
        self._bases: set[int] = set()
        self._root.change_attributes(event_mask=X.SubstructureNotifyMask)
        self._mine = self._root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self._mine.change_attributes(event_mask=X.PropertyChangeMask)
        self._display.set_error_handler(lambda *_: None)
        self._display.sync()

    def close(self) -> None:
        """Listen no more."""
        self._display.close()

    def came(self) -> list[Seen]:
        """Give what came since the last time, once the window manager has seen to it all."""
        fresh = []
        for event in self._until_managed():
            came = self._comes(event)
            if came is None:
                continue
            if not came:
                self._known.discard(event.window.id)
            elif event.window.id not in self._known and self._is_theirs(event.window):
                self._known.add(event.window.id)
                fresh.append(self._seen(event.window))
        return [one for one in fresh if max(one.size) > self._icon]

    def _comes(self, event: X.Event) -> bool | None:
        """Tell whether a window comes or goes; None for what says neither.

        The manager takes one into a frame when it comes and gives it back when it goes; what wants
        no manager is mapped as it is.
        """
        if event.type == X.ReparentNotify:
            return bool(event.parent.id != self._root.id)
        if event.type == X.MapNotify:
            return True if event.override else None
        return False if event.type in {X.UnmapNotify, X.DestroyNotify} else None

    def _until_managed(self) -> Iterator[X.Event]:
        """Yield what happened until the window manager answers, which it does in turn."""
        asked = self._display.intern_atom("_NET_REQUEST_FRAME_EXTENTS")
        answer = self._display.intern_atom("_NET_FRAME_EXTENTS")
        message = ClientMessage(window=self._mine, client_type=asked, data=(32, [0] * 5))
        mask = X.SubstructureRedirectMask | X.SubstructureNotifyMask
        self._root.send_event(message, event_mask=mask)
        self._display.flush()
        while True:
            event = self._display.next_event()
            if event.type == X.PropertyNotify:
                if event.atom == answer:
                    return
                continue
            yield event

    def _is_theirs(self, window: Window) -> bool:
        base = window.id & ~self._display.display.info.resource_id_mask
        told = self._property(window, "_NET_WM_PID")
        if told is not None and told[0] == self._pid:
            self._bases.add(base)
        return base in self._bases

    def _seen(self, window: Window) -> Seen:
        title = self._property(window, "_NET_WM_NAME")
        try:
            shape = window.get_geometry()
        except error.XError:  # it has gone again
            return Seen(number=window.id, title="", size=(9999, 9999))
        words = title.tobytes().decode() if hasattr(title, "tobytes") else (title or b"").decode()
        return Seen(number=window.id, title=words, size=(shape.width, shape.height))

    def _property(self, window: Window, name: str) -> object:
        try:
            told = window.get_full_property(self._display.intern_atom(name), X.AnyPropertyType)
        except error.XError:
            return None
        return told.value if told is not None else None
