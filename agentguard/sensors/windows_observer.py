"""Windows' observer of folders with one thread, however many folders are watched.

Watchdog has two for each folder: one that waits in ReadDirectoryChangesW, and one that waits for
that one. Here Windows is asked without waiting for it, by one thread for all folders, which also
hands the events out. All questions ring one bell: Windows silences it whenever it is asked anew, so
that the thread waits only after a turn in which it asked nothing.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

from watchdog.observers.api import BaseObserver
from watchdog.observers.read_directory_changes import WindowsApiEmitter
from watchdog.observers.winapi import (
    BUFFER_SIZE,
    FILE_ACTION_DELETED_SELF,
    FILE_FLAG_OVERLAPPED,
    FILE_LIST_DIRECTORY,
    OPEN_EXISTING,
    OVERLAPPED,
    READ_DIRECTORY_NOTIFY_EXTENDED_INFORMATION,
    WATCHDOG_FILE_FLAGS,
    WATCHDOG_FILE_NOTIFY_FLAGS,
    WATCHDOG_FILE_SHARE_FLAGS,
    CloseHandle,
    CreateEvent,
    CreateFileW,
    FileNotifyExtendedInformation,
    ReadDirectoryChangesExW,
    ReadDirectoryChangesW,
    SetEvent,
    WaitForSingleObjectEx,
    WinAPINativeEvent,
    _cancel_handle_io,
    _drop_case_only_rename_deletions,
    _parse_event_buffer,
    _parse_extended_event_buffer,
)

from agentguard.sensors.folder_answers import PENDING, Told, told

FOREVER = 0xFFFFFFFF
MOMENT = 10  # milliseconds until the lock of the watches is tried again
BEGINS = 2.0
"""Seconds in which the watch of a folder has begun, as in watchdog."""
ENDS = 200
"""Looks, a moment apart, for the answer to a question that was broken off."""

_Room: Any = FileNotifyExtendedInformation * (
    BUFFER_SIZE // memoryview(FileNotifyExtendedInformation()).nbytes
)
"""Room for the answer, as the structures of which it is made want it placed."""
_left: list[object] = []
"""Folders whose question was never answered: Windows may still write into their room."""


class Folder:
    """A folder whose changes Windows is asked for; raises OSError where it cannot be opened.

    All but making it belongs to the observer's thread: a question ends with the thread that asked.
    """

    def __init__(self, path: str, *, deep: bool, bell: Any) -> None:
        flags = WATCHDOG_FILE_FLAGS | FILE_FLAG_OVERLAPPED
        self._place = CreateFileW(
            path,
            FILE_LIST_DIRECTORY,
            WATCHDOG_FILE_SHARE_FLAGS,
            None,
            OPEN_EXISTING,
            flags,
            None,
        )
        self._deep = deep
        # watchdog's structure has one member before the bell's that Windows' has not
        self._question = OVERLAPPED(Pointer=bell, hEvent=bell)
        self._room = _Room()
        self._long_form = ReadDirectoryChangesExW is not None

    @property
    def pending(self) -> bool:
        """Check whether Windows has still to answer."""
        return bool((self._question.Internal or 0) & 0xFFFFFFFF == PENDING)

    def ask(self) -> None:
        """Ask for the next changes; raises OSError where Windows refuses."""
        room, size = self._room, memoryview(self._room).nbytes
        words = (self._place, room, size, self._deep, WATCHDOG_FILE_NOTIFY_FLAGS, None)
        if self._long_form and ReadDirectoryChangesExW is not None:
            form = READ_DIRECTORY_NOTIFY_EXTENDED_INFORMATION
            try:
                ReadDirectoryChangesExW(*words, self._question, None, form)
            except OSError:  # a file system that has the short form alone
                self._long_form = False
            else:
                return
        ReadDirectoryChangesW(*words, self._question, None)

    def answer(self) -> tuple[Told, list[WinAPINativeEvent]]:
        """Return what Windows told, and ask for the next unless that was the end."""
        size = self._question.InternalHigh or 0
        what = told((self._question.Internal or 0) & 0xFFFFFFFF, size)
        data = bytes(self._room)[:size] if what is Told.CHANGES else b""
        changes = self._changes(data)
        if what is Told.SHORT_FORM:
            what = Told.CHANGES if self._long_form else Told.END
            self._long_form = False
        if what is not Told.END:
            try:
                self.ask()
            except OSError:
                return Told.END, changes
        return what, changes

    def _changes(self, data: bytes) -> list[WinAPINativeEvent]:
        if self._long_form:
            found = [
                WinAPINativeEvent(action, name, is_attrib=is_attrib)
                for action, name, is_attrib in _parse_extended_event_buffer(data)
            ]
        else:
            found = [WinAPINativeEvent(action, name) for action, name in _parse_event_buffer(data)]
        return _drop_case_only_rename_deletions(found)

    def close(self) -> None:
        """Break off what is asked, and let go of the folder once Windows has let go of the room."""
        if self.pending:
            _cancel_handle_io(self._place)
        for _ in range(ENDS):
            if not self.pending:
                break
            WaitForSingleObjectEx(self._question.hEvent, MOMENT, False)
        else:
            _left.append(self)
        CloseHandle(self._place)


class _Given:
    """Changes in the place of watchdog's reader, which has a thread."""

    def __init__(self, changes: Sequence[WinAPINativeEvent]) -> None:
        self._changes = changes

    def get_events(self, _timeout: float) -> Sequence[WinAPINativeEvent]:
        """Return them."""
        return self._changes


class Emitter(WindowsApiEmitter):
    """One folder's; it has no thread of its own, and lives as long as the observer does."""

    def __init__(self, *given: Any, observer: SharedObserver, **more: Any) -> None:
        super().__init__(*given, **more)
        self._observer = observer
        self._folder: Folder | None = None
        self._begun, self._over = threading.Event(), threading.Event()

    def start(self) -> None:
        """Begin to watch; raises OSError where that is refused, or nobody begins."""
        self._folder = Folder(
            self.watch.path, deep=self.watch.is_recursive, bell=self._observer.bell
        )
        self._observer.take_in(self)
        if self._observer.is_alive() and not self._begun.wait(BEGINS):
            self.stop()
        if self._over.is_set():
            raise OSError(f"the folder cannot be watched: {self.watch.path}")

    def on_thread_stop(self) -> None:
        """Have the observer's thread let go of the folder."""
        self._over.set()
        self._observer.ring()

    def is_alive(self) -> bool:
        """Check whether it watches, and somebody hands its events on."""
        return self._begun.is_set() and not self._over.is_set() and self._observer.is_alive()

    @property
    def over(self) -> bool:
        """Check whether the folder is to be let go of."""
        return self._over.is_set()

    def begin(self) -> None:
        """Ask for the first changes, in the observer's thread."""
        try:
            if self._folder is not None and not self.over:
                self._folder.ask()
        except OSError:
            self._over.set()
        self._begun.set()

    def look(self, lost: Callable[[], None]) -> bool:
        """Take what Windows has told; tell whether it had."""
        folder = self._folder
        if folder is None or self.over or folder.pending:
            return False
        what, changes = folder.answer()
        if what is Told.LOST:
            lost()
        if what is Told.END:
            changes.append(WinAPINativeEvent(FILE_ACTION_DELETED_SELF, "."))
        given: Any = _Given(changes)
        with self._lock:
            self._reader = given
        self.queue_events(self.timeout)
        return True

    def end(self) -> None:
        """Let go of the folder, in the observer's thread."""
        folder, self._folder = self._folder, None
        self._over.set()
        self._begun.set()
        if folder is not None:
            folder.close()


class SharedObserver(BaseObserver):
    """Watches folders with one thread for all; `lost` is called in it when Windows lost events."""

    def __init__(self, timeout: float, lost: Callable[[], None]) -> None:
        self.bell = CreateEvent(None, False, False, None)
        self._rings = threading.Lock()
        self._lost = lost
        self._coming: deque[Emitter] = deque()
        self._watched: list[Emitter] = []
        super().__init__(Emitter, timeout=timeout, observer=self)
        self.name = "folders"

    def ring(self) -> None:
        """Have the thread look at what it is to do."""
        with self._rings:
            if self.bell is not None:
                SetEvent(self.bell)

    def take_in(self, emitter: Emitter) -> None:
        """Watch one more folder."""
        self._coming.append(emitter)
        self.ring()

    def run(self) -> None:
        """Ask, and hand out what is told, until the end."""
        try:
            while self.should_keep_running():
                if not self._turn():
                    WaitForSingleObjectEx(self.bell, FOREVER, False)
        finally:
            for emitter in (*self._watched, *self._coming):
                emitter.end()
            with self._rings:
                CloseHandle(self.bell)
                self.bell = None

    def on_thread_stop(self) -> None:
        """End all that belongs to it."""
        super().on_thread_stop()
        self.ring()

    def _turn(self) -> bool:
        """Do what is to be done; tell whether the bell may have been silenced meanwhile.

        Windows does so when it is asked, and whoever waits for the last answer of a folder.
        """
        stirred = False
        while self._coming:
            emitter = self._coming.popleft()
            self._watched.append(emitter)
            emitter.begin()
            stirred = True
        for emitter in tuple(self._watched):
            stirred = emitter.look(self._lost) or stirred
            if emitter.over:
                self._watched.remove(emitter)
                emitter.end()
                stirred = True
        return self._hand_out() or stirred

    def _hand_out(self) -> bool:
        """Hand the events on, and tell whether some have to wait.

        Whoever has one more folder watched holds the lock until this thread has begun with it.
        """
        while not self.event_queue.empty():
            if not self._lock.acquire(blocking=False):
                WaitForSingleObjectEx(self.bell, MOMENT, False)
                return True
            try:
                self.dispatch_events(self.event_queue)
            finally:
                self._lock.release()
        return False
