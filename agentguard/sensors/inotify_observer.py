"""Linux' observer of folders with two threads, however many folders are watched.

Watchdog has one for the kernel's queue, one that hands events out, and between them one for each
folder, which waits half a second for the other half of a move. Here the one that hands events out
waits for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from watchdog.observers.api import BaseObserver
from watchdog.observers.inotify import InotifyEmitter
from watchdog.observers.inotify_c import InotifyFD
from watchdog.utils.delayed_queue import DelayedQueue

PAIRED = 0.5
"""Seconds in which the two halves of a move belong together, as in watchdog."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """The queue of all folders, and whether somebody hands its events on."""

    queue: DelayedQueue[Any]
    is_served: Callable[[], bool]


class Lane:
    """The part of a common queue that belongs to one folder, as watchdog's grouper uses a queue."""

    def __init__(self, common: DelayedQueue[Any], emitter: Emitter) -> None:
        self._common = common
        self.emitter = emitter

    def put(self, element: Any, *, delay: bool = False) -> None:
        """Add an event, one of half a move with `delay`."""
        self._common.put((self, element), delay=delay)

    def remove(self, wanted: Callable[[Any], bool]) -> Any:
        """Take the first of its events that is wanted; None when there is none."""
        found = self._common.remove(lambda one: one[0] is self and wanted(one[1]))
        return None if found is None else found[1]

    def find(self, wanted: Callable[[Any], bool]) -> Any:
        """Return the first of its events that is wanted; None when there is none."""
        found = self._common.find(lambda one: one[0] is self and wanted(one[1]))
        return None if found is None else found[1]

    def clear(self) -> None:
        """Forget its events."""
        while self.remove(lambda _event: True) is not None:
            pass

    def close(self) -> None:
        """End it; the others of the common queue go on."""
        self.clear()


class Emitter(InotifyEmitter):
    """One folder's; it has no thread of its own, and lives as long as the observer does."""

    def __init__(self, *given: Any, common: Common, **more: Any) -> None:
        super().__init__(*given, **more)
        self._common = common

    def start(self) -> None:
        """Begin to watch."""
        self.on_thread_start()

    def on_thread_start(self) -> None:
        """Watch the folder, and have its events come into the common queue."""
        super().on_thread_start()
        group: Any = self._inotify
        grouper, lane = group._move_event_grouper, Lane(self._common.queue, self)  # noqa: SLF001 - no other door
        with group._lock:  # noqa: SLF001 - no event comes meanwhile
            early, grouper._queue = grouper._queue, lane  # noqa: SLF001 - as above
            for element, _since, delay in early._queue:  # noqa: SLF001 - as above
                lane.put(element, delay=delay)

    def is_alive(self) -> bool:
        """Check whether it watches, and somebody hands its events on."""
        return self._inotify is not None and self._common.is_served()

    def take(self, event: Any) -> None:
        """Hand an event on, unless the watch has ended meanwhile."""
        with self._lock:
            if self._inotify is not None:
                self.build_and_queue_event(event)


class SharedObserver(BaseObserver):
    """Watches folders with one thread for all of them; raises OSError where none can be had."""

    def __init__(self, timeout: float) -> None:
        self._inotify_fd = InotifyFD()
        self._inotify_fd.start()
        self._common = Common(queue=DelayedQueue(PAIRED), is_served=self.is_alive)
        super().__init__(Emitter, timeout=timeout, inotify_fd=self._inotify_fd, common=self._common)

    def run(self) -> None:
        """Hand out the events of all folders, in the order in which they came, until the end."""
        while (item := self._common.queue.get()) is not None:
            lane, event = item
            lane.emitter.take(event)
            while not self.event_queue.empty():
                self.dispatch_events(self.event_queue)

    def on_thread_stop(self) -> None:
        """End all that belongs to it."""
        super().on_thread_stop()
        self._common.queue.close()  # wakes the thread, so that it ends
        self._inotify_fd.stop()
        self._inotify_fd.join()
