"""What is cleared off the clipboard leaves the system's history too: from copy to journal."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from agentguard.model.machine import Removal

CARD = "4556 7375 8689 9855"
LETTER = f"Dear customer, your card number {CARD} was charged.\n"


class Windows:
    """A history as Windows keeps it: copies come to it in its own time."""

    def __init__(self) -> None:
        self.entries: list[str] = []
        self.late: list[str] = []
        self.looks = 0
        self.guard = threading.Lock()

    def remove(self, wanted: Callable[[str | None, float], bool]) -> Removal:
        with self.guard:
            self.looks += 1
            found = [text for text in self.entries if wanted(text, 0.0)]
            self.entries = [text for text in self.entries if text not in found]
            if self.looks == 2:
                self.entries += self.late
            return Removal.REMOVED if found else Removal.ABSENT


def test_row_142_a_copy_that_comes_late_to_the_history_is_taken_out_and_told(
    start: Callable,
) -> None:
    history = Windows()
    history.entries, history.late = ["harmless"], [LETTER]
    floor = start(history=history)
    floor.until(lambda: floor.desktop.watchers >= 1)
    floor.desktop.copy(LETTER, app="crm")
    floor.until(lambda: not floor.desktop.paste())
    floor.until(lambda: "clipboard.history" in [r.kind for r in floor.records()])
    (told,) = [r for r in floor.records() if r.kind == "clipboard.history"]
    assert told.payload == {"removal": "removed"}
    assert history.entries == ["harmless"]


@pytest.mark.heavy
def test_row_142_what_was_harmless_is_looked_for_nowhere(start: Callable) -> None:
    history = Windows()
    floor = start(history=history)
    floor.until(lambda: floor.desktop.watchers >= 1)
    floor.desktop.copy("hello", app="notes")
    floor.desktop.copy(LETTER, app="crm")
    floor.until(lambda: not floor.desktop.paste())
    floor.until(lambda: "clipboard.history" in [r.kind for r in floor.records()])
    assert [r.payload for r in floor.records() if r.kind == "clipboard.history"] == [
        {"removal": "absent"}
    ]
