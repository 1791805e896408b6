"""Windows' own history of the clipboard (Windows+V): entries are looked through and removed.

Source: Microsoft, Windows.ApplicationModel.DataTransfer.Clipboard (GetHistoryItemsAsync,
DeleteItemFromHistory), ClipboardHistoryItem and ClipboardHistoryItemsResultStatus.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from agentguard.model.machine import Removal
from agentguard.platforms._win32.component_answers import ComponentError
from agentguard.platforms._win32.runtime_objects import (
    RuntimeObject,
    factory,
    question,
    result,
    text_result,
)
from agentguard.ports.desktop import StillAsking

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

CLIPBOARD = "Windows.ApplicationModel.DataTransfer.Clipboard"
STATICS = "d2ac1b6a-d29f-554b-b303-f0452345fe02"  # IClipboardStatics2
ITEMS, DELETE = 6, 8  # its GetHistoryItemsAsync and DeleteItemFromHistory
STATUS, LIST = 6, 7  # IClipboardHistoryItemsResult
TIME, CONTENT = 7, 8  # IClipboardHistoryItem
CONTAINS, TEXT = 10, 12  # IDataPackageView
PLAIN = "Text"  # StandardDataFormats.Text
SECONDS = 3.0  # for each answer
WITHIN = 10.0  # seconds for a look at all entries

Wanted = Callable[[str | None, float], bool]

_STATUSES: Mapping[int, Removal] = {1: Removal.DENIED, 2: Removal.DISABLED}
_SECOND = 10_000_000  # of 100 ns
_BEGIN_OF_1970 = 11_644_473_600  # seconds after 1601, where a DateTime begins


def _nothing(_text: str | None, _came: float) -> bool:
    return False


class WindowsHistory:
    """The history of this session's user; `clipboard` gives its interface, within `seconds`."""

    def __init__(
        self,
        clipboard: Callable[[], RuntimeObject] = lambda: factory(CLIPBOARD, STATICS),
        seconds: float = WITHIN,
    ) -> None:
        self._clipboard = clipboard
        self._wanted: Wanted = _nothing
        self._question = question("clipboard history", seconds, self._look)

    def remove(self, wanted: Wanted) -> Removal:
        """Remove every entry that is wanted; what Windows does not tell is unknown."""
        self._wanted = wanted
        try:
            for _ in range(2):  # the first may be the late answer to an earlier question
                about, told = self._question.ask()
                if about is wanted:
                    return told
        except (ComponentError, StillAsking):
            return Removal.UNKNOWN
        return Removal.UNKNOWN

    def _look(self) -> tuple[Wanted, Removal]:
        wanted = self._wanted
        return wanted, self._removed(wanted)

    def _removed(self, wanted: Wanted) -> Removal:
        clipboard = self._clipboard()
        asked = clipboard.object(ITEMS)
        told = result(asked, SECONDS) if asked else None
        if told is None:
            return Removal.UNKNOWN
        if status := told.number(STATUS):
            return _STATUSES.get(status, Removal.UNKNOWN)
        items = told.object(LIST)
        found = [one for one in (items.each() if items else ()) if _is_wanted(one, wanted)]
        if not found:
            return Removal.ABSENT
        gone = [clipboard.flag(DELETE, one) for one in found]
        return Removal.REMOVED if all(gone) else Removal.KEPT


def _is_wanted(item: RuntimeObject, wanted: Wanted) -> bool:
    """Check an entry; one that cannot be read is known by its time alone."""
    came = item.long(TIME) / _SECOND - _BEGIN_OF_1970
    try:
        return wanted(_text(item.object(CONTENT)), came)
    except ComponentError:
        return wanted(None, came)


def _text(content: RuntimeObject | None) -> str | None:
    if content is None or not content.flag(CONTAINS, PLAIN):
        return None
    asked = content.object(TEXT)
    return text_result(asked, SECONDS) if asked else None
