"""The clipboard under Wayland, where the compositor gives it to programs that have no window.

Wayland has neither a clock of changes nor owners. So the changes are counted on the connection that
reads, and nothing is cleared or replaced before the compositor has told all that changed by then: a
copy between this and the clear, microseconds later, is the only one that it can hit.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux import local_socket
from agentguard.platforms._linux.clipboard_formats import (
    FLAVOURS,
    LONGEST_CHARACTER,
    SECRETS,
    TEXTS,
    decoded,
)
from agentguard.platforms._linux.wayland import Connection, Event, connected
from agentguard.platforms._linux.wayland_offers import SELECTIONS, Control, NoAnswer
from agentguard.ports.clock import Stop, alarm
from agentguard.ports.desktop import Copied, Flavour, Spared, nobody

OWN = "application/x-agentguard"
"""The form by which the agent knows its own text again."""

GIVEN = ("text/plain;charset=utf-8", "text/plain", "UTF8_STRING", "x-kde-passwordManagerHint", OWN)
ANSWER = 2.0  # seconds for the watch to replace a text
HAND_OVER = 1.0  # seconds for a program to take a text from us
_SEND, _CANCELLED = 0, 1
_LOST = -1


class _NotRead(NoAnswer):
    """What was read is not known again on a new connection, before it is read anew."""

    def __init__(self) -> None:
        PlatformError.__init__(self, "What is on the clipboard now could not be read yet.")


@dataclass(slots=True, kw_only=True)
class _Wish:
    selection: str
    text: str
    done: threading.Event = field(default_factory=threading.Event)


class _Desk:
    """A kept connection that knows every change up to now; `count` counts those of a selection."""

    def __init__(self, path: Path) -> None:
        self._connection = Connection(path)
        self.control = Control(self._connection)
        self.count = dict.fromkeys(SELECTIONS, 0)

    def catch_up(self) -> None:
        """Take what the compositor has said by now."""
        for event in self._connection.round_trip():
            if selection := self.control.take(event):
                self.count[selection] += 1

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class WaylandClipboard:
    """Keeps one connection for reading and clearing; watching has its own."""

    selections = SELECTIONS

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._desk: _Desk | None = None
        self._read_at: dict[str, int] = {}
        self._lost = threading.Event()
        self._wishes: queue.SimpleQueue[_Wish] = queue.SimpleQueue()
        self._wake = -1

    def watch(self, changed: Callable[[str], None], stop: Stop) -> None:
        """Call `changed` for each at once and at every change, until `stop` is set."""
        read, self._wake = os.pipe()
        local_socket.unblock(read)
        try:
            with connected(self._path) as connection, alarm(stop) as end:
                control, texts = Control(connection), dict[int, bytes]()
                for selection in SELECTIONS:
                    changed(selection)
                while not stop.is_set():
                    events = connection.events(end.look, read, end)
                    for selection in self._told(control, events, connection, texts):
                        changed(selection)
                    self._fulfil(control, texts, read)
                    if self._lost.is_set():
                        self._lost.clear()
                        for selection in SELECTIONS:
                            changed(selection)
        finally:
            os.close(read)
            os.close(self._wake)
            self._wake = -1

    def read(
        self, selection: str, *, limit: int, seconds: float, spared: Spared = nobody
    ) -> Copied | None:
        """Read at most `limit` characters within `seconds`; None when there is no text.

        The owner is not told here, so that no program is spared.

        Raises:
            PlatformError: the program that copied it, or the compositor, does not answer.

        """
        del spared
        deadline = time.monotonic() + seconds
        with self._opened() as desk:
            count = desk.count[selection]
            copied = _copied(desk.control, selection, limit, deadline)
            self._read_at[selection] = count
            return copied

    def clear(self, selection: str) -> bool:
        """Empty the selection; False when it changed since it was last read.

        Raises:
            PlatformError: the compositor does not answer, or it was not read since it did not.

        """
        with self._opened() as desk:
            if self._is_newer(desk, selection):
                return False
            desk.control.set(selection, None)
            desk.catch_up()
            return True

    def replace(self, selection: str, text: str) -> bool:
        """Offer `text` in place of what was read, unless it changed since.

        Raises:
            PlatformError: as for `clear`; or nobody watches, or the watch is too busy.

        """
        if self._wake < 0:
            raise PlatformError("The masked text cannot be put on the clipboard.")
        with self._opened() as desk:
            if self._is_newer(desk, selection):
                return False
            wish = _Wish(selection=selection, text=text)
            self._wishes.put(wish)
            os.write(self._wake, b"!")
        if not wish.done.wait(ANSWER):
            raise PlatformError("The clipboard is too busy to put a masked text on it.")
        return True

    @contextmanager
    def _opened(self) -> Iterator[_Desk]:
        """Have the kept connection; after a failure the next one is new."""
        with self._guard:
            try:
                if self._desk is None:
                    self._desk = _Desk(self._path)
                self._desk.catch_up()
                yield self._desk
            except NoAnswer:
                raise
            except PlatformError:
                self._lose()
                raise

    def _lose(self) -> None:
        """Let go of the connection: what was read is not known again before it is read anew."""
        if self._desk is None:
            return
        self._desk.close()
        self._desk = None
        self._read_at = dict.fromkeys(self._read_at, _LOST)
        self._lost.set()
        if self._wake >= 0:
            os.write(self._wake, b"!")

    def _is_newer(self, desk: _Desk, selection: str) -> bool:
        count = desk.count[selection]
        known = self._read_at.get(selection, count)
        if known == _LOST:
            raise _NotRead
        return known != count

    def _told(
        self,
        control: Control,
        events: Iterable[Event],
        connection: Connection,
        texts: dict[int, bytes],
    ) -> tuple[str, ...]:
        """Return the selections that changed, each once; serve what is asked of us."""
        seen: dict[str, None] = {}
        for event in events:
            if event.sender in texts:
                _serve(event, connection, texts)
            elif selection := control.take(event):
                seen[selection] = None
        return tuple(seen)

    def _fulfil(self, control: Control, texts: dict[int, bytes], read: int) -> None:
        with suppress(BlockingIOError):
            os.read(read, 1 << 10)
        while not self._wishes.empty():
            wish = self._wishes.get()
            source = control.source(GIVEN)
            texts[source] = wish.text.encode()
            control.set(wish.selection, source)
            wish.done.set()


def _serve(event: Event, connection: Connection, texts: dict[int, bytes]) -> None:
    """Hand our text over, or forget it when something else is offered."""
    if event.opcode == _CANCELLED:
        del texts[event.sender]
        connection.request(event.sender, 1)
    elif event.opcode == _SEND:
        asked = event.text()
        data = b"secret" if asked == "x-kde-passwordManagerHint" else texts[event.sender]
        _hand_over(connection.descriptor(), b"" if asked == OWN else data)


def _hand_over(descriptor: int, data: bytes) -> None:
    """Write without waiting longer than a moment for whoever reads."""
    local_socket.unblock(descriptor)
    end = time.monotonic() + HAND_OVER
    with suppress(OSError), os.fdopen(descriptor, "wb", buffering=0) as taker:
        while data and time.monotonic() < end:
            written = taker.write(data)
            data = data[written or 0 :]
            if not written:
                threading.Event().wait(0.005)


def _copied(control: Control, selection: str, limit: int, deadline: float) -> Copied | None:
    forms = control.forms(selection)
    if OWN in forms:
        return Copied(text="", app="", own=True)
    if not forms:
        return None
    marked = bool(forms & set(SECRETS))
    text, whole = _text(control, selection, limit, deadline)
    flavours: list[Flavour] = []
    for kind, names in FLAVOURS:
        form = next((name for name in names if name in forms), None)
        if form is None:
            continue
        try:
            data, all_of_it = control.fetch(selection, form, limit, deadline)
        except NoAnswer:
            whole = False
            break
        flavours.append(Flavour(kind=kind, data=decoded(data)))
        whole = whole and all_of_it
    if text is None and not flavours:
        return None if whole else Copied(text="", app="", whole=False, marked=marked)
    return Copied(text=text or "", app="", whole=whole, flavours=tuple(flavours), marked=marked)


def _text(control: Control, selection: str, limit: int, deadline: float) -> tuple[str | None, bool]:
    forms = control.forms(selection)
    names = (("text/plain", "utf-8"), *TEXTS)
    found = next(((name, code) for name, code in (*TEXTS, *names) if name in forms), None)
    if found is None:
        return None, True
    data, whole = control.fetch(selection, found[0], limit * LONGEST_CHARACTER, deadline)
    text = data.decode(found[1], "replace")
    return text[:limit], whole and len(text) <= limit
