"""The clipboard of Windows: a hidden window listens, reads are bounded, changes have no race."""

from __future__ import annotations

import secrets
import sys
import threading
import time
from collections.abc import Callable

from agentguard.base.errors import PlatformError
from agentguard.platforms._win32 import api, window
from agentguard.platforms._win32 import clipboard_access as access
from agentguard.platforms._win32 import clipboard_forms as forms
from agentguard.platforms._win32.clipboard_reader import OWN, Harvest, Reader
from agentguard.ports.clock import Stop
from agentguard.ports.desktop import Copied, Spared, nobody

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

CLIPBOARD = "CLIPBOARD"
SELECTIONS = (CLIPBOARD,)
UPDATED = 0x031D  # WM_CLIPBOARDUPDATE
OPEN = 0.5  # seconds to get it open for a change; the engine asks again when it was in vain
TOKEN = 16  # bytes

_listen = api.user("AddClipboardFormatListener", api.BOOL, api.HWND)
_listen_no_more = api.user("RemoveClipboardFormatListener", api.BOOL, api.HWND)


class WindowsClipboard:
    """Windows has one clipboard for a session; every change of it gives it another number."""

    def __init__(self, patience: float = OPEN) -> None:
        """Make it; a change waits for `patience` seconds while others hold the clipboard open."""
        self._patience = patience
        self._token = secrets.token_bytes(TOKEN)
        self._reader = Reader(self._token)
        self._guard = threading.Lock()
        self._read: int | None = None
        self._late: Harvest | None = None
        self._owed = False
        self._failed = False

    @property
    def selections(self) -> tuple[str, ...]:
        """The one that there is."""
        return SELECTIONS

    def watch(self, changed: Callable[[str], None], stop: Stop) -> None:
        """Call `changed` at once and at every change, until `stop` is set.

        It is called as well when a program answers that did not when it was asked, and when the
        clipboard's number shows a change that Windows did not tell of.
        """
        news = [True]
        with window.hidden_window({UPDATED: lambda _word, _long: news.append(True)}) as own:
            if not _listen(own):
                raise api.refused("to tell of the clipboard")
            try:
                while not stop.is_set():
                    if news or (self._owed and self._reader.answers()):
                        news.clear()
                        changed(CLIPBOARD)
                    seen = access.sequence()
                    window.serve()
                    if access.sequence() != seen:
                        news.append(True)
            finally:
                _listen_no_more(own)

    def read(
        self, selection: str, *, limit: int, seconds: float, spared: Spared = nobody
    ) -> Copied | None:
        """Read at most `limit` characters within `seconds`; None when there is no text.

        Raises:
            PlatformError: the program that copied does not answer, or others hold it open.

        """
        del selection
        with self._guard:
            self._owed = False
            try:
                harvest = self._reader.read(limit, seconds, spared)
            except PlatformError:
                self._owed = self._failed = True
                raise
            in_time = harvest.sequence is not None
            self._owed = not in_time  # the rest is read when it comes
            self._failed = False
            self._read = harvest.sequence if in_time else harvest.begun
            self._late = None if in_time else harvest
            return harvest.copied(in_time=in_time)

    def clear(self, selection: str) -> bool:
        """Empty it; False when something newer was copied since it was last read.

        Raises:
            PlatformError: others hold it open, or it changed and could not be read yet.

        """
        del selection
        return self._change(None)

    def replace(self, selection: str, text: str) -> bool:
        """Put `text` there, kept out of history and cloud; False when it changed since the read.

        Raises:
            PlatformError: as for `clear`.

        """
        del selection
        return self._change(text)

    def _change(self, text: str | None) -> bool:
        with self._guard, access.opened(time.monotonic() + self._patience):
            if not self._may_change(text):
                return False
            access.empty()
            if text is not None:
                self._put(text)
            self._read, self._late = access.sequence(), None
            return True

    def _may_change(self, text: str | None) -> bool:
        """Only what was read last is changed; before anything was read, all may be cleared.

        Windows counts a form that a program renders late as a change too, so that a change alone
        does not say that something else is there.
        """
        if self._read is None:
            return text is None
        late = self._late.sequence if self._late is not None else None
        if access.sequence() in {self._read, late}:
            return True
        if self._failed:
            raise PlatformError("What is on the clipboard now could not be read yet.")
        return False

    def _put(self, text: str) -> None:
        try:
            access.put(access.UNICODE_TEXT, f"{text}\0".encode("utf-16-le", "replace"))
            access.put(access.number(OWN), self._token)
            for name in (forms.EXCLUDED, forms.HISTORY, forms.CLOUD):
                access.put(access.number(name), forms.NO)
        except PlatformError:
            access.empty()
            raise
