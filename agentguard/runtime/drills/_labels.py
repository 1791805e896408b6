"""Knows again, from outside, what an open run has put somewhere: by its place and its bytes.

A sensor asks for a label once it has looked; the judges never do. What does not hold exactly the
bytes that the run committed itself to, at exactly its place, has no label and is the real thing.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from agentguard.model.drills import Drilled, commitment
from agentguard.model.events import (
    ClipboardScanned,
    Event,
    FileScanned,
    SensorState,
    SessionState,
)
from agentguard.sensors.file_look import current_mark

LARGEST = 4096
"""Bytes of what a drill puts somewhere; of more than that none is a drill's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a run put where: `number` is the published card number that counts there."""

    run: str
    place: str
    nonce: bytes
    commitment: str
    number: str = ""


class Labels:
    """The marks of the runs that are open; any thread may ask."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._marks: dict[str, Mark] = {}

    def open(self, mark: Mark) -> None:
        """Know a mark from now on."""
        with self._guard:
            self._marks = {**self._marks, mark.place: mark}

    def close(self, place: str) -> None:
        """Know it no more."""
        with self._guard:
            self._marks = {one: mark for one, mark in self._marks.items() if one != place}

    def number(self, place: str) -> str:
        """Return the number that counts for a card's at a place; empty where no drill is."""
        mark = self._marks.get(place)
        return mark.number if mark is not None else ""

    def of_file(self, event: FileScanned) -> Event:
        """Return the event of a file, marked if the file is an open run's, byte for byte."""
        mark = self._marks.get(event.path)
        if mark is None or not _is_as_seen(event):
            return event
        content = _read(event.path)
        if content is None or not _is_as_seen(event):
            return event
        return _told(mark, content, event)

    def of_sensor(self, event: SensorState) -> Event:
        """Return the event of a sensor, marked if an open run has named it."""
        mark = self._marks.get(event.sensor)
        return event if mark is None else _told(mark, event.sensor.encode(), event)

    def of_session(self, event: SessionState) -> Event:
        """Return the event of a session, marked if an open run is its source."""
        mark = self._marks.get(event.source)
        return event if mark is None else _told(mark, event.source.encode(), event)

    def of_copy(self, event: ClipboardScanned, text: str) -> Event:
        """Return the event of a copy, marked if an open run has copied exactly this text."""
        mark = self._marks.get(event.selection)
        return event if mark is None else _told(mark, text.encode(), event)


def _told(mark: Mark, content: bytes, event: Event) -> Event:
    said = commitment(mark.nonce, content)
    if said != mark.commitment:
        return event
    return Drilled(at=event.at, run=mark.run, place=mark.place, commitment=said, seen=event)


def _is_as_seen(event: FileScanned) -> bool:
    """Check whether the file is still in the state that was looked at."""
    now = current_mark(event.path)
    return now is not None and now.word == event.mark


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - any bytes of a name
            content = file.read(LARGEST + 1)
    except OSError:
        return None
    return content if len(content) <= LARGEST else None
