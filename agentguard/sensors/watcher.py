"""The watch on folders, by watchdog: only a hint, which may be late, doubled or lost.

The observer is the system's own, which has no thread for each folder.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers.api import BaseObserver

from agentguard.sensors.watch_hints import Kind

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver

TIMEOUT = 0.05
"""Seconds for which watchdog may wait for one more event."""
SPARE = "/proc"
"""A folder that is watched for a moment to learn whether one more watch can be had."""
KINDS: list[type[FileSystemEvent]] = [
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
]


if sys.platform == "win32":
    from agentguard.sensors.windows_observer import SharedObserver

    def observer_of(timeout: float, lost: Callable[[], None]) -> BaseObserver:
        """Return Windows' observer, which calls `lost` in its thread."""
        return SharedObserver(timeout, lost)
else:
    from agentguard.sensors.inotify_observer import SharedObserver

    def observer_of(timeout: float, lost: Callable[[], None]) -> BaseObserver:  # noqa: ARG001 - told by the log
        """Return Linux' observer; where it loses events, watchdog says so in its log."""
        return SharedObserver(timeout)


if sys.platform == "win32":  # it does not tell when a file is closed
    KINDS.append(FileModifiedEvent)
_LOG = "watchdog.observers"


class _Ear(logging.Handler):
    """Hears that the kernel's queue was full, and whether watchdog could watch on after it.

    It says both in its log alone; an emitter without a watch seems to live on.
    """

    def __init__(self, lost: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._lost = lost
        self.deaf = False

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        self.deaf = self.deaf or "Unable to rebuild" in text
        if self.deaf or "overflow" in text:
            self._lost()


class _Handler(FileSystemEventHandler):
    """Turns watchdog's events into hints."""

    def __init__(self, tell: Callable[[str, Kind], None]) -> None:
        self._tell = tell

    def on_any_event(self, event: FileSystemEvent) -> None:
        source, target = os.fsdecode(event.src_path), os.fsdecode(event.dest_path)
        if isinstance(event, FileClosedEvent):
            self._tell(source, Kind.CLOSED)
        elif isinstance(event, (FileMovedEvent, DirMovedEvent)):
            self._tell(source, Kind.TREE_GONE if event.is_directory else Kind.GONE)
            self._tell(target, Kind.TREE if event.is_directory else Kind.CLOSED)
        elif isinstance(event, DirDeletedEvent):
            self._tell(source, Kind.TREE_GONE)
        elif isinstance(event, FileDeletedEvent):
            # Windows does not tell which of the two was deleted.
            self._tell(source, Kind.TREE_GONE if sys.platform == "win32" else Kind.GONE)
        else:
            self._tell(source, Kind.TREE if event.is_directory else Kind.CHANGED)


class Watcher:
    """Watches folders with all below them. `tell` and `lost` are called by its own threads."""

    def __init__(self, tell: Callable[[str, Kind], None], lost: Callable[[], None]) -> None:
        self._handler = _Handler(tell)
        self._lost = lost
        self._ear = _Ear(lost)
        self._observer: BaseObserver | None = None
        self._wanted = 0

    def attach(self, roots: Iterable[str]) -> bool:
        """Watch these folders and no others; tell whether all that exist are watched."""
        self.close()
        there = [root for root in roots if os.path.isdir(root)]  # noqa: PTH112 - any bytes of a name
        self._wanted, self._ear.deaf = len(there), False
        try:
            observer = observer_of(TIMEOUT, self._lost)
        except OSError:  # the limit of inotify instances
            return False
        logging.getLogger(_LOG).addHandler(self._ear)
        observer.start()
        self._observer = observer
        return sum(self._schedule(root) for root in there) == len(there)

    def _schedule(self, root: str) -> bool:
        if self._observer is None:
            return False
        try:
            self._observer.schedule(self._handler, root, recursive=True, event_filter=KINDS)
        except OSError:
            return False
        return True

    @property
    def running(self) -> bool:
        """Check whether anything could be watched at all."""
        return self._observer is not None

    def alive(self) -> bool:
        """Check whether every watch is at work; a dead one says nothing by itself."""
        if self._observer is None or self._ear.deaf:
            return False
        emitters = list(self._observer.emitters)
        return (
            self._observer.is_alive()
            and len(emitters) == self._wanted
            and all(emitter.is_alive() for emitter in emitters)
        )

    def has_room(self) -> bool:
        """Check whether one more folder could be watched.

        Below a full limit, folders are missed.
        """
        if self._observer is None or not sys.platform.startswith("linux"):
            return self._observer is not None
        try:
            watch = self._observer.schedule(FileSystemEventHandler(), SPARE, event_filter=[])
        except OSError:
            return False
        with suppress(KeyError):
            self._observer.unschedule(watch)
        return True

    def close(self) -> None:
        """End the watch."""
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()
            observer.join(timeout=5.0)
        logging.getLogger(_LOG).removeHandler(self._ear)
