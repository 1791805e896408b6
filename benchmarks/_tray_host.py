"""A tray host of the benchmarks' own: it tells the moment at which a program docks its icon.

It owns the X selection of the tray (XEmbed), as stalonetray or a panel does, takes every icon in,
and notes who asked and when.
"""

from __future__ import annotations

import select
import threading
import time
from contextlib import suppress
from typing import Self

from Xlib import X, error
from Xlib.display import Display
from Xlib.ext import res

DOCK = 0  # SYSTEM_TRAY_REQUEST_DOCK
ICON = 24  # pixels


class TrayHost:
    """Runs in a thread; `docked(pid, seconds)` waits for the icon of a process."""

    def __init__(self, display: str) -> None:
        self._display = Display(display)
        self._came = threading.Condition()
        self._docks: dict[int, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="tray-host", daemon=True)

    def __enter__(self) -> Self:
        screen = self._display.screen()
        self._window = screen.root.create_window(0, 0, 400, ICON, 0, X.CopyFromParent)
        self._window.map()
        selection = self._display.get_atom(
            f"_NET_SYSTEM_TRAY_S{self._display.get_default_screen()}"
        )
        self._window.set_selection_owner(selection, X.CurrentTime)
        self._opcode = self._display.get_atom("_NET_SYSTEM_TRAY_OPCODE")
        self._display.set_error_handler(lambda *_: None)
        self._display.sync()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(5)
        self._display.close()

    def docked(self, pid: int, seconds: float) -> float:
        """Give the moment (monotonic) at which the process docked an icon."""
        with self._came:
            if not self._came.wait_for(lambda: pid in self._docks, seconds):
                raise SystemExit(f"no tray icon of process {pid} within {seconds} s")
            return self._docks[pid]

    def _serve(self) -> None:
        while not self._stop.is_set():
            if not self._display.pending_events():
                select.select([self._display.fileno()], [], [], 0.2)
            while self._display.pending_events():
                event = self._display.next_event()
                if event.type == X.ClientMessage and event.client_type == self._opcode:
                    with suppress(error.XError):  # the program ended meanwhile
                        self._take(event.data[1])  # data: (32, [time, opcode, window, ...])

    def _take(self, said: list[int]) -> None:
        now = time.monotonic()
        if said[1] != DOCK:
            return
        icon = self._display.create_resource_object("window", said[2])
        pid = self._owner(said[2])
        with suppress(error.XError):
            icon.reparent(self._window, len(self._docks) * ICON, 0)
            icon.map()
            self._display.sync()
        with self._came:
            self._docks.setdefault(pid, now)
            self._came.notify_all()

    def _owner(self, window: int) -> int:
        spec = {"client": window, "mask": res.LocalClientPIDMask}
        answer = self._display.res_query_client_ids([spec])
        return next((int(one.value[0]) for one in answer.ids if one.value), 0)
