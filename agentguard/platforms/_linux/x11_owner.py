"""Owns selections with a text of ours and hands it over (ICCCM 2.2); used in the watch's thread."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass, field

import Xlib.protocol.event
from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.protocol.rq import Event

from agentguard.platforms._linux import x11

LONGEST = 200_000
"""Bytes of one request to the server, with room to spare; longer texts would need pieces."""

WAKE = "AGENTGUARD_WAKE"
SECRET = "x-kde-passwordManagerHint"  # noqa: S105 - a target's name
_TEXTS = ("UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "TEXT")


@dataclass(slots=True, kw_only=True)
class Wish:
    """Put `text` on a selection unless it changed after server time `read_at`; then `done`."""

    selection: str
    text: str
    read_at: int
    taken: bool = False
    done: threading.Event = field(default_factory=threading.Event)


class Owner:
    """A window that owns selections; other threads leave wishes and wake its connection."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._window = x11.hidden_window(display)
        self._wishes: queue.SimpleQueue[Wish] = queue.SimpleQueue()
        self._texts: dict[int, bytes] = {}
        atom = display.get_atom
        self._wake = atom(WAKE)
        self._answers = {
            **{atom(name): atom("UTF8_STRING") for name in _TEXTS},
            atom(SECRET): Xatom.STRING,
        }
        display.sync()

    @property
    def window(self) -> int:
        """The window's id."""
        return int(self._window.id)

    def wish(self, wish: Wish, name: str) -> None:
        """Leave a wish, and wake the connection to the display `name`; from any thread."""
        self._wishes.put(wish)
        with x11.connected(name) as display:
            window = display.create_resource_object("window", self.window)
            window.send_event(
                Xlib.protocol.event.ClientMessage(
                    window=self.window,
                    client_type=display.get_atom(WAKE),
                    data=(8, b"\0" * 20),
                )
            )
            display.sync()

    def handle(self, event: Event) -> None:
        """Do what an event asks of an owner; others are passed over."""
        if event.type == X.ClientMessage and event.client_type == self._wake:
            self._fulfil()
        elif event.type == X.SelectionClear:
            self._texts.pop(event.atom, None)
        elif event.type == X.SelectionRequest:
            self._answer(event)

    def take(self, selection: str, text: str, read_at: int) -> bool:
        """Own a selection with a text, unless it changed after server time `read_at`."""
        atom = self._display.get_atom(selection)
        self._window.set_selection_owner(atom, read_at)
        owner = self._display.get_selection_owner(atom)
        taken = int(getattr(owner, "id", owner)) == self.window
        if taken:
            self._texts[atom] = text.encode()
        return taken

    def _fulfil(self) -> None:
        while not self._wishes.empty():
            wish = self._wishes.get()
            wish.taken = self.take(wish.selection, wish.text, wish.read_at)
            wish.done.set()

    def _answer(self, request: Event) -> None:
        """Hand over the text; old requestors name no property (ICCCM 2.2)."""
        place = request.property or request.target
        text = self._texts.get(request.selection)
        given = text is not None and self._given(request, place, text)
        request.requestor.send_event(
            Xlib.protocol.event.SelectionNotify(
                time=request.time,
                requestor=request.requestor,
                selection=request.selection,
                target=request.target,
                property=place if given else X.NONE,
            )
        )
        self._display.flush()

    def _given(self, request: Event, place: int, text: bytes) -> bool:
        if request.target == self._display.get_atom("TARGETS"):
            offered = [request.target, *self._answers]
            request.requestor.change_property(place, Xatom.ATOM, 32, offered)
            return True
        kind = self._answers.get(request.target)
        if kind is None:
            return False
        data = b"secret" if kind == Xatom.STRING else text
        request.requestor.change_property(place, kind, 8, data)
        return True
