"""The clipboard under X11: watched by XFixes, read from its owner, cleared without a race.

See docs/adr/0006-clipboard-through-xlib.md for why the windows' toolkit does not do this.

A drill has a selection of its own, which is watched, read and cleared as the session's are.
CLIPBOARD and PRIMARY are neither read nor owned for it: no program that a person uses knows this
selection.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from Xlib import X
from Xlib.display import Display
from Xlib.ext import res, xfixes
from Xlib.protocol.request import GetSelectionOwner

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux import x11
from agentguard.platforms._linux.x11_owner import LONGEST, Owner, Wish
from agentguard.platforms._linux.x11_reader import NoAnswer, Reader, follow, is_change
from agentguard.ports.clock import Alarm, Stop, alarm
from agentguard.ports.desktop import Copied, Spared, nobody

SELECTIONS = ("CLIPBOARD", "PRIMARY")
ANSWER = 2.0  # seconds for the watch to take a selection
SELECTION = "_AGENTGUARD_DRILL"


class X11Clipboard:
    """Keeps one connection for reading; watching and clearing have their own.

    `selections` are those that it knows: the session's, or one of a drill's own.
    """

    def __init__(self, display: str, selections: tuple[str, ...] = SELECTIONS) -> None:
        self._name = display
        self._selections = selections
        self._guard = threading.Lock()
        self._reader: Reader | None = None
        self._owner: Owner | None = None
        self._read_at: dict[str, int] = {}

    @property
    def selections(self) -> tuple[str, ...]:
        """CLIPBOARD (copy) and PRIMARY (what is marked with the mouse)."""
        return self._selections

    def watch(self, changed: Callable[[str], None], stop: Stop) -> None:
        """Call `changed` for each at once and at every change of owner, until `stop` is set."""
        with x11.connected(self._name, xfixes.extname) as display, alarm(stop) as end:
            names = {display.get_atom(name): name for name in self._selections}
            follow(display, names)
            self._owner = owner = Owner(display)
            try:
                for name in self._selections:
                    changed(name)
                while not stop.is_set():
                    for atom in _changes(display, owner, stop, end):
                        changed(names[atom])
            finally:
                self._owner = None

    def read(
        self, selection: str, *, limit: int, seconds: float, spared: Spared = nobody
    ) -> Copied | None:
        """Read at most `limit` characters within `seconds`; None when there is no text.

        Raises:
            PlatformError: the owner does not answer, or the display is gone.

        """
        with self._guard:
            try:
                with x11.answering():
                    return self._opened().read(
                        selection, limit=limit, seconds=seconds, spared=spared
                    )
            except NoAnswer:
                raise
            except PlatformError:
                self._forget()
                raise

    def replace(self, selection: str, text: str) -> bool:
        """Own the selection with `text`, unless something newer was copied since it was read.

        Raises:
            PlatformError: nobody watches, the text is too long, or the display is gone.

        """
        owner = self._owner
        if owner is None or len(text.encode()) > LONGEST:
            raise PlatformError("The masked text cannot be put on the clipboard.")
        with self._guard:
            read_at = self._read_at.get(selection, X.CurrentTime)
        wish = Wish(selection=selection, text=text, read_at=read_at)
        if read_at != X.CurrentTime:
            owner.wish(wish, self._name)
        if read_at == X.CurrentTime or not wish.done.wait(ANSWER):
            raise PlatformError("The clipboard is too busy to put a masked text on it.")
        return wish.taken

    def clear(self, selection: str) -> bool:
        """Empty the selection; False when something newer was copied since it was last read.

        Taking a selection with the time of its last change does nothing when it changed since
        (SetSelectionOwner in the X protocol), so what was not judged is never cleared. It is taken
        and dropped in one go, so that nobody can ask this owner for text.
        """
        with self._guard, x11.answering():
            read_at = self._read_at.get(selection, X.CurrentTime)
        with x11.connected(self._name) as display:
            window = x11.hidden_window(display)
            atom = display.get_atom(selection)
            window.set_selection_owner(atom, read_at)
            asked = GetSelectionOwner(display.display, defer=True, selection=atom)
            window.destroy()
            asked.reply()
            return int(getattr(asked.owner, "id", asked.owner)) == int(window.id)

    def _opened(self) -> Reader:
        if self._reader is None:
            display = x11.connect(self._name, xfixes.extname, res.extname)
            self._reader = Reader(display, self._selections, self._own_window, self._read_at)
        return self._reader

    def _own_window(self) -> int:
        owner = self._owner
        return 0 if owner is None else owner.window

    def _forget(self) -> None:
        if self._reader is not None:
            self._reader.close()
        self._reader = None


def _changes(display: Display, owner: Owner, stop: Stop, end: Alarm) -> tuple[int, ...]:
    """Return the selections that changed, each once however often it did; serve what we own."""
    seen: dict[int, None] = {}
    for event in x11.until(stop, end, display):
        if is_change(event):
            seen[event.selection] = None
        else:
            owner.handle(event)
    return tuple(seen)


class X11DrillClipboard:
    """Copies a text onto the selection as a program would, on a connection of its own."""

    def __init__(self, display: str) -> None:
        self._name = display
        self.clipboard = X11Clipboard(display, (SELECTION,))

    def offer(self, text: str, stop: Stop) -> None:
        """Own the selection with `text` and hand it over, until `stop` is set.

        Raises:
            PlatformError: the display is gone.

        """
        with x11.connected(self._name, xfixes.extname) as display, alarm(stop) as end:
            owner = Owner(display)
            owner.take(SELECTION, text, X.CurrentTime)
            while not stop.is_set():
                for event in x11.until(stop, end, display):
                    owner.handle(event)
