"""The system's observer of folders: on Windows made to tell when events were lost, and to end.

Windows tells an overflow of its buffer in two ways (ReadDirectoryChangesW, "Return value" and
"Remarks", https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-readdirectorychangesw):
as success with no bytes, which watchdog passes over, and as error 1022 (ERROR_NOTIFY_ENUM_DIR),
which ends watchdog's reading thread while its emitter seems to live on.

To end, watchdog breaks off what its reading thread waits for, once. A thread that was about to wait
would wait for good, and whoever ends the watch with it.
"""

from __future__ import annotations

import queue
import sys
from collections.abc import Callable
from typing import Any

Buffer = tuple[bytes, bool]
AGAIN = 0.05
"""Seconds after which a reading thread that has not ended is told again."""


class Buffers(queue.Queue[Buffer]):
    """The buffers from reader to emitter; an empty one after the first says that events are lost.

    The first is the reader's word that it has begun.
    """

    def __init__(self, lost: Callable[[], None]) -> None:
        super().__init__()
        self._lost = lost
        self._begun = False

    def put(self, item: Buffer, block: bool = True, timeout: float | None = None) -> None:  # noqa: FBT001, FBT002 - queue.Queue's own
        """Pass a buffer on, and tell of a loss."""
        if not item[0] and self._begun:
            self._lost()
        self._begun = True
        super().put(item, block, timeout)


def reads(emitter: object) -> bool:
    """Check whether an emitter's reading thread lives; True for one that has no such thread."""
    reader = getattr(emitter, "_reader", None)
    thread = getattr(reader, "_reader_thread", None)
    return thread is None or bool(thread.is_alive())


if sys.platform == "win32":
    from watchdog.observers.api import BaseObserver
    from watchdog.observers.read_directory_changes import WindowsApiEmitter
    from watchdog.observers.winapi import DirectoryChangeReader, _cancel_handle_io

    class Reader(DirectoryChangeReader):
        """A reader of a folder's events that ends whenever it is told to."""

        def stop(self) -> None:
            """Break off what the thread waits for until it has ended."""
            with self._lock:
                self._should_stop = True
                thread, self._reader_thread = self._reader_thread, None
            while thread is not None and thread.is_alive():
                with self._lock:
                    if self._handle is not None:
                        _cancel_handle_io(self._handle)
                thread.join(AGAIN)

    def observer_of(timeout: float, lost: Callable[[], None]) -> BaseObserver:
        """Return an observer whose emitters call `lost` from their reading threads."""

        class Emitter(WindowsApiEmitter):
            def on_thread_start(self) -> None:
                path, deep = self.watch.path, self.watch.is_recursive
                reader: Any = Reader(path, recursive=deep)
                reader._buf_queue = Buffers(lost)  # noqa: SLF001 - no other door to it
                with self._lock:
                    self._reader = reader
                reader.start()

        return BaseObserver(Emitter, timeout=timeout)
else:
    from watchdog.observers.api import BaseObserver

    from agentguard.sensors.inotify_observer import SharedObserver

    def observer_of(timeout: float, lost: Callable[[], None]) -> BaseObserver:  # noqa: ARG001 - told by the log
        """Return Linux' observer; where it loses events, watchdog says so in its log."""
        return SharedObserver(timeout)
