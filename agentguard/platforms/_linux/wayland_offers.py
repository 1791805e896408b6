"""What the compositor tells of the clipboard (ext- or wlr-data-control): offers, and their text.

Both protocols have the same requests and events in the same order, so one class speaks both. Which
program offers is not told.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Mapping

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux.wayland import Connection, Event

MANAGERS = (("ext_data_control_manager_v1", 1), ("zwlr_data_control_manager_v1", 2))
"""Each with the version from which it knows both selections."""

SELECTIONS = ("CLIPBOARD", "PRIMARY")
_GET_DEVICE, _CREATE_SOURCE = 1, 0
_DATA_OFFER, _SELECTION, _FINISHED, _PRIMARY = 0, 1, 2, 3
_SET: Mapping[str, int] = {"CLIPBOARD": 0, "PRIMARY": 2}
_RECEIVE = 0
_BLOCK = 1 << 16


class NoAnswer(PlatformError):
    """The program that holds the clipboard did not hand it over before the deadline."""

    def __init__(self) -> None:
        super().__init__("The program that holds the clipboard does not answer.")


def manager(offered: frozenset[str]) -> str:
    """Return the first protocol that there is; empty when there is none."""
    return next((name for name, _ in MANAGERS if name in offered), "")


class Control:
    """The clipboard over one connection: `current` gives the offer of a selection, 0 for none."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        name, version = next(((n, v) for n, v in MANAGERS if connection.version(n)), ("nothing", 0))
        self._manager = connection.bind(name, version)
        seat = connection.bind("wl_seat", 1)
        if not self._manager or not seat:
            raise PlatformError("The Wayland compositor does not give the clipboard.")
        self._device = connection.request(self._manager, _GET_DEVICE, seat, new=True)
        self._forms: dict[int, set[str]] = {}
        self.current: dict[str, int] = {}
        for event in connection.round_trip():
            self.take(event)

    def take(self, event: Event) -> str:
        """Take an event; give the selection that changed, empty for none.

        Raises:
            PlatformError: the compositor gives the clipboard no more.

        """
        if event.sender in self._forms and event.opcode == 0:
            self._forms[event.sender].add(event.text())
        if event.sender != self._device:
            return ""
        if event.opcode == _DATA_OFFER:
            self._forms[event.uint()] = set()
            return ""
        if event.opcode == _FINISHED:
            raise PlatformError("The Wayland compositor gives the clipboard no more.")
        selection = {_SELECTION: "CLIPBOARD", _PRIMARY: "PRIMARY"}.get(event.opcode, "")
        if selection:
            self._replace(selection, event.uint())
        return selection

    def forms(self, selection: str) -> frozenset[str]:
        """Return the forms in which a selection is offered; none when there is nothing."""
        return frozenset(self._forms.get(self.current.get(selection, 0), ()))

    def fetch(self, selection: str, form: str, limit: int, deadline: float) -> tuple[bytes, bool]:
        """Fetch at most `limit` bytes by monotonic time `deadline`, and whether that is all.

        Raises:
            NoAnswer: the program that offers it does not hand it over in time.

        """
        read, write = os.pipe()
        try:
            offer = self.current.get(selection, 0)
            self._connection.request(offer, _RECEIVE, form, descriptor=write)
            os.close(write)
            write = -1
            return _drained(read, limit, deadline)
        finally:
            os.close(read)
            if write >= 0:
                os.close(write)

    def set(self, selection: str, source: int | None) -> None:
        """Offer a source of ours on a selection; None empties it."""
        self._connection.request(self._device, _SET[selection], source)

    def source(self, forms: tuple[str, ...]) -> int:
        """Make a source that offers these forms."""
        made = self._connection.request(self._manager, _CREATE_SOURCE, new=True)
        for form in forms:
            self._connection.request(made, 0, form)
        return made

    def _replace(self, selection: str, offer: int) -> None:
        before = self.current.get(selection, 0)
        self.current[selection] = offer
        if before and before not in self.current.values():
            self._forms.pop(before, None)
            self._connection.request(before, 1)


def _drained(read: int, limit: int, deadline: float) -> tuple[bytes, bool]:
    data = bytearray()
    while len(data) <= limit:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([read], [], [], left)[0]:
            raise NoAnswer
        piece = os.read(read, _BLOCK)
        if not piece:
            return bytes(data), True
        data += piece
    return bytes(data[:limit]), False
