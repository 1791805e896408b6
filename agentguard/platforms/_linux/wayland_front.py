"""The window in front under Wayland (wlr-foreign-toplevel-management), by the name it gives itself.

A title comes with the protocol and only `sort` sees it. Where the compositor is sway, its IPC
(sway-ipc(7)) tells the process, whose program cannot be forged; elsewhere the window's own app id
stands for the program.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux import local_socket, x11
from agentguard.platforms._linux.wayland import ANSWER, Connection, Event, connected
from agentguard.platforms._steady_value import Steady
from agentguard.ports.clock import Stop, alarm, least
from agentguard.ports.foreground import FocusedWindow, Sort, unsorted

MANAGER = "zwlr_foreign_toplevel_manager_v1"
NOTHING = FocusedWindow(image="", window_class="", window=0)
_ACTIVATED = 2
_TOPLEVEL, _TITLE, _APP_ID, _STATE, _CLOSED = 0, 0, 1, 4, 6
_DESTROY = 7
_MAGIC = b"i3-ipc"
_HEAD = struct.Struct("=6sII")
_GET_TREE = 4
_LARGEST = 1 << 22


@dataclass(slots=True)
class _Window:
    app_id: str = ""
    title: str = ""
    active: bool = False


class WaylandForeground:
    """Tells the window in front as the compositor names it."""

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self._path = path
        self._sway = environment.get("SWAYSOCK", "")

    def watch(
        self,
        focused: Callable[[FocusedWindow], None],
        stop: Stop,
        *,
        steady: float = 0.0,
        sort: Sort = unsorted,
    ) -> None:
        """Call `focused` for the window in front and at every change, until `stop` is set."""
        with connected(self._path) as connection, alarm(stop) as end:
            windows = _Windows(connection)
            window = Steady[FocusedWindow](steady)
            for event in connection.round_trip():
                windows.take(event)
            for event in connection.round_trip():  # the windows say more of themselves
                windows.take(event)
            window.offer(self._in_front(windows, sort), time.monotonic())
            while not stop.is_set():
                if (due := window.due(time.monotonic())) is not None:
                    focused(due)
                left = window.wait(time.monotonic())
                events = connection.events(least(left, end.look), end)
                for event in events:
                    windows.take(event)
                if events:
                    window.offer(self._in_front(windows, sort), time.monotonic())

    def put_away(self, window: int) -> None:
        """Refuse: the number of a window holds on its own connection alone."""
        raise PlatformError(f"Wayland does not let window {window} be put away.")

    def _in_front(self, windows: _Windows, sort: Sort) -> FocusedWindow:
        number, shown = windows.active()
        if not number:
            return NOTHING
        image = x11.program(self._pid()) if self._sway else ""
        plain = shown.app_id.lower().removesuffix(".desktop").rpartition(".")[2]
        titled = sort(image or plain, lambda: shown.title)
        return FocusedWindow(
            image=image or plain, window_class=shown.app_id, window=number, titled=titled
        )

    def _pid(self) -> int | None:
        try:
            return focused_pid(_tree(self._sway))
        except (OSError, ValueError):
            return None


class _Windows:
    """What the compositor says of its windows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._manager = connection.bind(MANAGER, 3)
        if not self._manager:
            raise PlatformError("The Wayland compositor does not tell the window in front.")
        self._known: dict[int, _Window] = {}

    def take(self, event: Event) -> None:
        """Take one event."""
        if event.sender == self._manager:
            if event.opcode == _TOPLEVEL:
                self._known[event.uint()] = _Window()
            return
        window = self._known.get(event.sender)
        if window is None:
            return
        if event.opcode == _TITLE:
            window.title = event.text()
        elif event.opcode == _APP_ID:
            window.app_id = event.text()
        elif event.opcode == _STATE:
            window.active = _ACTIVATED in event.numbers()
        elif event.opcode == _CLOSED:
            del self._known[event.sender]
            self._connection.request(event.sender, _DESTROY)

    def active(self) -> tuple[int, _Window]:
        """Return the window in front; 0 when there is none."""
        return next(((n, w) for n, w in self._known.items() if w.active), (0, _Window()))


def _tree(path: str) -> object:
    """Ask sway for its tree of windows."""
    with local_socket.connect(path, ANSWER) as asked:
        asked.sendall(_HEAD.pack(_MAGIC, 0, _GET_TREE))
        _, size, _ = _HEAD.unpack(_exactly(asked, _HEAD.size))
        if size > _LARGEST:
            raise ValueError
        answer: object = json.loads(_exactly(asked, size))
        return answer


def _exactly(asked: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = asked.recv(size - len(data))
        if not piece:
            raise OSError
        data += piece
    return data


def focused_pid(tree: object) -> int | None:
    """Return the process of the focused window; a program that uses X there has its own too."""
    for node in _nodes(tree):
        if node.get("focused") is True:
            pid = node.get("pid")
            return pid if isinstance(pid, int) else None
    return None


def _nodes(tree: object) -> Iterator[dict[str, object]]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            for name in ("nodes", "floating_nodes"):
                children = node.get(name)
                waiting += children if isinstance(children, list) else []
