"""A reader of a folder's events ends, wherever in its round it is told to."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from agentguard.sensors.folder_observer import Reader
from tests.windows.keeping import until

SECONDS = 20.0


class Late(Reader):
    """One whose thread has seen that it is to go on, and only then is told to end."""

    def __init__(self, path: str) -> None:
        super().__init__(path, recursive=True)
        self.about_to_wait, self.go_on = threading.Event(), threading.Event()

    def _run_inner(self, *given: Any) -> None:
        self.about_to_wait.set()
        assert self.go_on.wait(SECONDS)
        super()._run_inner(*given)


def test_one_that_is_told_to_end_before_it_waits_ends(tmp_path: Path) -> None:
    reader = Late(str(tmp_path))
    reader.start()
    assert reader.about_to_wait.wait(SECONDS)
    ending = threading.Thread(target=reader.stop, daemon=True)
    ending.start()
    until(lambda: reader._should_stop)
    with reader._lock:  # what it waits for has been broken off once
        pass
    ending.join(0.2)
    reader.go_on.set()
    ending.join(SECONDS)
    try:
        assert not ending.is_alive()
    finally:
        (tmp_path / "a change").touch()


def test_one_that_never_began_and_one_that_has_ended_may_be_told(tmp_path: Path) -> None:
    reader = Reader(str(tmp_path), recursive=True)
    reader.stop()
    reader.start()
    begun = Reader(str(tmp_path), recursive=True)
    begun.start()
    begun.stop()
    begun.stop()
    assert begun._handle is None
