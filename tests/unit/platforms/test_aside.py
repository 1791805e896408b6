"""A log for which nobody waits."""

from __future__ import annotations

import threading
import time

from agentguard.base.errors import PlatformError
from agentguard.platforms import aside
from agentguard.platforms._queued_log import Aside
from agentguard.ports.desktop import Weight


class Slow:
    """A log that answers when it is let, and refuses the lines that say so."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.go = threading.Event()

    def write(self, event: int, weight: Weight, text: str) -> None:
        self.go.wait(20)
        if text == "refused":
            raise PlatformError("no")
        self.lines.append(text)

    def tried(self) -> bool:
        return self.go.is_set()


def test_lines_are_written_in_order_and_a_refused_one_is_lost_alone() -> None:
    slow = Slow()
    slow.go.set()
    log = aside(slow)
    for text in ("one", "refused", "two"):
        log.write(1, Weight.ERROR, text)
    log.close(20)
    assert slow.lines == ["one", "two"]
    assert log.tried()


def test_a_log_that_hangs_holds_up_nobody_and_what_is_too_much_is_lost() -> None:
    slow = Slow()
    log = Aside(slow, lines=3)
    for number in range(100):
        log.write(1, Weight.ERROR, str(number))
    log.close(0.01)
    slow.go.set()
    end = time.monotonic() + 20
    while len(slow.lines) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    assert slow.lines[0] == "0"
    assert len(slow.lines) <= 4


def test_a_log_that_was_never_written_to_ends_at_once() -> None:
    Aside(Slow()).close()
