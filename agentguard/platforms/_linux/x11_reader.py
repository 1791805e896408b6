"""Reads a selection: which program owns it, whether it is marked as secret, and its text.

What the owner offers is fetched by the rules of ICCCM 2.4 to 2.7, against a deadline. The owner is
another program: it may refuse, be slow, die in the middle or never answer.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from Xlib import X
from Xlib.display import Display
from Xlib.ext import xfixes
from Xlib.protocol.rq import Event
from Xlib.xobject.drawable import Window

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux import x11
from agentguard.platforms._linux.clipboard_formats import (
    FLAVOURS,
    LONGEST_CHARACTER,
    SECRETS,
    TEXTS,
    decoded,
)
from agentguard.ports.desktop import Copied, Flavour, Spared, nobody

RETIRED = 4
"""Requestors of unfinished transfers that are kept: an owner that still writes to a window which
is gone would die of it, and the clipboard with it."""
FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.08
"""Seconds to let a selection be that changed while it was read: of a burst the newest counts."""
_PAUSE = threading.Event()
_ALL_CHANGES = (
    xfixes.XFixesSetSelectionOwnerNotifyMask
    | xfixes.XFixesSelectionWindowDestroyNotifyMask
    | xfixes.XFixesSelectionClientCloseNotifyMask
)
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


def follow(display: Display, selections: Iterable[int]) -> None:
    """Ask for an event at every change of the selections' owners."""
    display.xfixes_query_version()
    for selection in selections:
        display.xfixes_select_selection_input(display.screen().root, selection, _ALL_CHANGES)
    display.flush()


class Reader:
    """Reads selections over a connection of its own, which has XFixes and X-Resource.

    `own` gives the window by which the agent itself owns them, 0 when there is none. `read_at` is
    filled with a server time, of each selection, after the change that was read last and before the
    next; a read that failed leaves it.
    """

    def __init__(
        self,
        display: Display,
        selections: Iterable[str],
        own: Callable[[], int],
        read_at: dict[str, int],
    ) -> None:
        self._display = display
        self._own = own
        self._requestor = x11.hidden_window(display)
        self._retired: deque[Window] = deque()
        self._read_at = read_at
        atoms = [display.get_atom(name) for name in selections]
        follow(display, atoms)
        self._changed = dict.fromkeys(atoms, x11.server_time(display, self._requestor))

    def read(
        self, selection: str, *, limit: int, seconds: float, spared: Spared = nobody
    ) -> Copied | None:
        """Read the text; None when there is none.

        Raises:
            NoAnswer: the owner did not hand it over in time.

        """
        deadline = time.monotonic() + seconds
        atom, pause = self._display.get_atom(selection), FIRST_PAUSE
        while (owner := self._owner(atom)) and time.monotonic() < deadline:
            if owner == self._own():
                self._read_at[selection] = self._changed[atom]
                return Copied(text="", app="", own=True)
            transfer = Transfer(self._display, self._requestor, atom, deadline, self._note)
            changed = self._changed[atom]
            try:
                copied = self._copied(transfer, self._program(owner), limit, spared)
            except Overtaken:
                self._renew()
                _PAUSE.wait(max(0.0, min(pause, deadline - time.monotonic())))
                pause = min(pause * 2, LONGEST_PAUSE)
            except NoAnswer:
                self._renew()
                raise
            else:
                self._read_at[selection] = changed
                return copied
        if owner:
            raise NoAnswer
        self._read_at[selection] = self._changed[atom]
        return None

    def close(self) -> None:
        """Close the connection."""
        x11.close(self._display)

    def _copied(self, transfer: Transfer, app: str, limit: int, spared: Spared) -> Copied | None:
        offered = transfer.atoms("TARGETS")
        marked = any(self._display.get_atom(name) in offered for name in SECRETS)
        if marked and app and spared(app):
            return Copied(text="", app=app, secret=True, marked=True)
        text, whole = self._text(transfer, offered, limit)
        flavours: list[Flavour] = []
        try:
            for flavour, all_of_it in self._flavours(transfer, offered, limit):
                flavours.append(flavour)
                whole = whole and all_of_it
        except NoAnswer:
            whole = False
            self._renew()
        if text is None and not flavours:
            return None if whole else Copied(text="", app=app, whole=False, marked=marked)
        return Copied(
            text=text or "", app=app, whole=whole, flavours=tuple(flavours), marked=marked
        )

    def _text(
        self, transfer: Transfer, offered: tuple[int, ...], limit: int
    ) -> tuple[str | None, bool]:
        """Return the text, and whether it is whole; None when none is offered."""
        for target, encoding in TEXTS:
            if offered and self._display.get_atom(target) not in offered:
                continue
            fetched = transfer.fetch(target, limit * LONGEST_CHARACTER)
            if fetched is None:
                continue
            text = fetched.data.decode(encoding, "replace")
            return text[:limit], fetched.whole and len(text) <= limit
        return None, True

    def _flavours(
        self, transfer: Transfer, offered: tuple[int, ...], limit: int
    ) -> Iterator[tuple[Flavour, bool]]:
        """Yield the other forms that are offered, each with whether it is whole."""
        for kind, targets in FLAVOURS:
            target = next((t for t in targets if self._display.get_atom(t) in offered), None)
            fetched = transfer.fetch(target, limit) if target else None
            if fetched is not None:
                yield Flavour(kind=kind, data=decoded(fetched.data)), fetched.whole

    def _owner(self, selection: int) -> int:
        """Return the owner's window, and remember of which change it is; 0 when there is none."""
        owner = self._display.get_selection_owner(selection)
        for event in x11.events(self._display, 0):
            self._note(event)
        return int(getattr(owner, "id", owner))

    def _program(self, owner: int) -> str:
        pid = x11.client_pid(self._display, owner)
        return x11.program(pid) or x11.window_class(self._display, owner).lower()

    def _note(self, event: Event) -> None:
        if is_change(event):
            self._changed[event.selection] = event.selection_timestamp

    def _renew(self) -> None:
        """Take a new requestor, so that what still comes is never taken for something newer."""
        self._retired.append(self._requestor)
        if len(self._retired) > RETIRED:
            self._retired.popleft().destroy()
        self._requestor = x11.hidden_window(self._display)
