"""Fetches what a selection's owner offers, by the rules of ICCCM 2.4 to 2.7, against a deadline.

The owner is another program: it may refuse, be slow, die in the middle or never answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from Xlib import X
from Xlib.display import Display
from Xlib.ext import xfixes
from Xlib.protocol.rq import Event
from Xlib.xobject.drawable import Window

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux import x11

LET_PASS = 5.0
"""Seconds for the rest of what is longer than the limit to pass by."""

PROPERTY = "AGENTGUARD_SELECTION"
INCR = "INCR"


class NoAnswer(PlatformError):
    """The owner did not answer, or not all of it, before the deadline."""

    def __init__(self) -> None:
        super().__init__("The program that holds the clipboard does not answer.")


class Overtaken(Exception):
    """The selection has another owner now, or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came: `whole` is False when it was cut at the limit."""

    data: bytes
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Transfer:
    """Requests for one selection, made with the window `requestor`.

    `deadline` is monotonic time. Changes of owners that come meanwhile are handed to `aside`.
    """

    display: Display
    requestor: Window
    selection: int
    deadline: float
    aside: Callable[[Event], None]

    def atoms(self, target: str) -> tuple[int, ...]:
        """Fetch a list of atoms, such as TARGETS; empty when the owner refuses."""
        if not self._asked(target):
            return ()
        found = self.requestor.get_full_property(self._property, X.AnyPropertyType)
        self.requestor.delete_property(self._property)
        if found is None or found.format != 32:  # noqa: PLR2004 - bits of an atom
            return ()
        return tuple(int(atom) for atom in found.value)

    def fetch(self, target: str, limit: int) -> Fetched | None:
        """Fetch at most `limit` bytes; None when the owner refuses this target.

        Raises:
            NoAnswer: the deadline passed.
            Overtaken: the selection has another owner now, or none.

        """
        if not self._asked(target):
            return None
        first, kind, rest = self._take(limit)
        if kind == self.display.get_atom(INCR):
            return self._pieces(limit)
        return Fetched(data=first, whole=not rest)

    @property
    def _property(self) -> int:
        return self.display.get_atom(PROPERTY)

    def _asked(self, target: str) -> bool:
        """Ask for a target and wait; tell whether the owner gave it."""
        atom = self.display.get_atom(target)
        self.requestor.delete_property(self._property)
        self.requestor.convert_selection(self.selection, atom, self._property, X.CurrentTime)
        for event in self._events(self.deadline):
            if event.type == X.SelectionNotify and event.target == atom:
                return bool(event.property != X.NONE)
        raise NoAnswer

    def _take(self, limit: int) -> tuple[bytes, int, bool]:
        """Read and delete the property: its data, its type, and whether there was more of it."""
        words = limit // 4 + 1
        found = self.requestor.get_property(self._property, X.AnyPropertyType, 0, words)
        self.requestor.delete_property(self._property)
        self.display.flush()
        if found is None:
            return b"", X.NONE, False
        data = found.value if isinstance(found.value, bytes) else b""
        return data[:limit], found.property_type, bool(found.bytes_after) or len(data) > limit

    def _pieces(self, limit: int) -> Fetched:
        """Collect an incremental transfer until its empty piece, or until there is enough."""
        pieces: list[bytes] = []
        room = limit
        for event in self._events(self.deadline):
            if not _is_piece(event, self._property):
                continue
            piece, kind, rest = self._take(room)
            if kind == X.NONE:
                continue
            if not piece:
                return Fetched(data=b"".join(pieces))
            pieces.append(piece)
            room -= len(piece)
            if rest or room <= 0:
                self._let_pass()
                return Fetched(data=b"".join(pieces), whole=False)
        raise NoAnswer

    def _let_pass(self) -> None:
        """Take the rest without reading it: some owners (xclip) serve nobody else before."""
        for event in self._events(time.monotonic() + LET_PASS):
            if _is_piece(event, self._property) and not self._length():
                return

    def _length(self) -> int:
        """Return the length of the piece that is there, in bytes, and let it be."""
        found = self.requestor.get_property(self._property, X.AnyPropertyType, 0, 0)
        self.requestor.delete_property(self._property)
        self.display.flush()
        return int(found.bytes_after) if found is not None else 0

    def _events(self, deadline: float) -> Iterator[Event]:
        """Yield events to this requestor until the deadline."""
        while (left := deadline - time.monotonic()) > 0:
            for event in x11.events(self.display, left):
                if is_change(event):
                    self.aside(event)
                    if event.selection == self.selection:
                        raise Overtaken
                elif _for(event, self.requestor):
                    yield event


def is_change(event: Event) -> bool:
    """Check whether it says that a selection changed its owner."""
    return isinstance(event, xfixes.SelectionNotify)


def _is_piece(event: Event, wanted: int) -> bool:
    return bool(
        event.type == X.PropertyNotify
        and event.atom == wanted
        and event.state == X.PropertyNewValue
    )


def _for(event: Event, window: Window) -> bool:
    receiver = getattr(event, "requestor", None) or getattr(event, "window", None)
    return receiver is not None and receiver.id == window.id
