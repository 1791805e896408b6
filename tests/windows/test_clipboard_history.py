"""Windows' history of the clipboard, which Wine has not: the Runtime's tables made as documented.

https://learn.microsoft.com/en-us/uwp/api/windows.applicationmodel.datatransfer.clipboard
https://learn.microsoft.com/en-us/uwp/api/windows.applicationmodel.datatransfer.clipboardhistoryitemsresultstatus
"""

from __future__ import annotations

import ctypes
import threading

import pytest

from agentguard.model.machine import Removal
from agentguard.platforms._win32.clipboard_history import WindowsHistory
from agentguard.platforms._win32.runtime_objects import RuntimeObject
from tests.windows.fake_runtime import (
    Fake,
    gives,
    gives_object,
    gives_text,
    never,
    operation,
    read_text,
    vector,
)

CARD = "4539 1488 0343 6467"
AT = 1_700_000_000.0
TICKS = int((AT + 11_644_473_600) * 10_000_000)


class History:
    """A history with entries; `pinned` ones say that they go and stay."""

    def __init__(self, *texts: str | None, status: int = 0, deletes: bool | None = True) -> None:
        self.items = {text: self.item(text) for text in texts}
        self.status, self.deletes = status, deletes
        self.deleted: list[str | None] = []
        result = Fake(
            {
                6: gives(ctypes.c_int32, lambda: self.status),
                7: gives_object(lambda: vector(lambda: list(self.items.values()))),
            }
        )
        self.statics = Fake(
            {
                6: gives_object(lambda: operation(gives_object(lambda: result))),
                8: ((ctypes.c_void_p, ctypes.c_void_p), self.delete),
            }
        )

    def item(self, text: str | None) -> Fake:
        def contains(word: int, place: int) -> int:
            told = text is not None and read_text(word) == "Text"
            ctypes.c_ubyte.from_address(place).value = told
            return 0

        content = Fake(
            {
                10: ((ctypes.c_void_p, ctypes.c_void_p), contains),
                12: gives_object(lambda: operation(gives_text(text or ""))),
            }
        )
        return Fake({7: gives(ctypes.c_int64, lambda: TICKS), 8: gives_object(lambda: content)})

    def delete(self, pointer: int, place: int) -> int:
        (text,) = (text for text, item in self.items.items() if item.pointer == pointer)
        ctypes.c_ubyte.from_address(place).value = bool(self.deletes)
        if self.deletes:
            self.deleted.append(text)
            del self.items[text]
        return 0

    def asked(self) -> WindowsHistory:
        return WindowsHistory(self.statics.handed)


def is_card(text: str | None, _came: float) -> bool:
    return text == CARD


def test_row_142_only_what_is_wanted_is_removed() -> None:
    history = History("harmless 🙂", CARD, None, "")
    assert history.asked().remove(is_card) is Removal.REMOVED
    assert history.deleted == [CARD]
    assert history.asked().remove(is_card) is Removal.ABSENT


def test_row_142_each_entry_is_shown_with_its_text_and_the_wall_time_of_its_coming() -> None:
    seen: list[tuple[str | None, float]] = []
    history = History("Grüße", None)
    assert history.asked().remove(lambda *one: bool(seen.append(one))) is Removal.ABSENT
    assert seen == [("Grüße", AT), (None, AT)]


@pytest.mark.parametrize(
    ("status", "removal"),
    [(1, Removal.DENIED), (2, Removal.DISABLED), (3, Removal.UNKNOWN), (-1, Removal.UNKNOWN)],
)
def test_row_142_what_windows_answers_is_told_as_it_is(status: int, removal: Removal) -> None:
    history = History(CARD, status=status)
    assert history.asked().remove(is_card) is removal
    assert history.deleted == []


def test_row_142_an_entry_that_windows_does_not_give_up_is_kept() -> None:
    assert History(CARD, deletes=False).asked().remove(is_card) is Removal.KEPT


@pytest.mark.parametrize("status", [2, 3], ids=["canceled", "error"])
def test_row_142_a_look_that_fails_tells_nothing(status: int) -> None:
    failed = operation(gives_text(""), status=status)
    statics = Fake({6: gives_object(lambda: failed)})
    assert WindowsHistory(statics.handed).remove(is_card) is Removal.UNKNOWN


def test_row_142_an_entry_whose_text_cannot_be_had_is_shown_by_its_time_alone() -> None:
    history, seen = History(CARD), []
    broken = Fake({10: gives(ctypes.c_ubyte, lambda: None)})
    history.items[CARD] = Fake(
        {7: gives(ctypes.c_int64, lambda: TICKS), 8: gives_object(lambda: broken)}
    )
    history.asked().remove(lambda *one: bool(seen.append(one)))
    assert seen == [(None, AT)]


def test_row_142_a_history_that_hangs_costs_one_thread_and_is_unknown() -> None:
    hanging = WindowsHistory(never().handed, seconds=0.1)
    before = threading.active_count()
    for _ in range(20):
        assert hanging.remove(is_card) is Removal.UNKNOWN
    assert threading.active_count() <= before + 1


def test_row_142_a_late_answer_is_not_taken_for_that_of_another_question() -> None:
    history, gate = History(CARD), threading.Event()

    def slowly() -> RuntimeObject:
        gate.wait(60)
        return history.statics.handed()

    asked = WindowsHistory(slowly, seconds=0.05)
    assert asked.remove(is_card) is Removal.UNKNOWN
    gate.set()
    asked._question._worker.thread.join(60)
    asked._question._limit = 60.0
    assert history.deleted == [CARD]
    assert asked.remove(lambda _text, _came: False) is Removal.ABSENT


def test_row_142_a_windows_without_it_tells_nothing() -> None:
    """Wine is one."""
    assert WindowsHistory().remove(is_card) is Removal.UNKNOWN


def test_what_is_handed_out_is_given_back() -> None:
    history = History("one", "two")
    held = [item.held for item in history.items.values()]
    history.asked().remove(is_card)
    assert [item.held for item in history.items.values()] == held
    assert history.statics.held == 1
