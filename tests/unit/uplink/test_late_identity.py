"""An uplink whose key cannot be read yet looks for it again by itself, and at once when asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import pytest

from agentguard.platforms.simulated import FakeClock
from agentguard.ports.clock import Ending
from agentguard.ports.storage import Outbox
from agentguard.uplink.late_identity import LateUplink

SECONDS = 15.0
"""Between two looks: somebody who has just unlocked the keyring still sits there."""


class Looks:
    """A way to an endpoint that there never is; each look for it is counted."""

    def __init__(self) -> None:
        self._more = threading.Semaphore(0)

    def __call__(self, _picture: object) -> None:
        self._more.release()

    def again(self, within: float = 10.0) -> bool:
        """Take one look, if there is one within some real seconds."""
        return self._more.acquire(timeout=within)


@dataclass
class Late:
    """An uplink that looks for its key, on a clock that stands still."""

    uplink: LateUplink
    looks: Looks
    clock: FakeClock


@pytest.fixture
def late() -> Iterator[Late]:
    clock, looks, stop = FakeClock(), Looks(), Ending()
    nowhere = cast("Outbox", None)  # nothing is told of what waits
    uplink = LateUplink(looks, nowhere, submit=lambda _event: None, clock=clock)
    thread = threading.Thread(target=uplink.run, args=(lambda: None, stop))
    thread.start()
    assert looks.again()
    clock.settle()
    yield Late(uplink, looks, clock)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_it_looks_again_after_a_quarter_of_a_minute_and_no_earlier(late: Late) -> None:
    for _ in range(3):
        late.clock.advance(SECONDS - 0.5)
        late.clock.settle()
        assert not late.looks.again(0)
        late.clock.advance(0.5)
        assert late.looks.again()
        late.clock.settle()


def test_it_looks_at_once_when_somebody_asks_for_a_report(late: Late) -> None:
    late.uplink.report_now()
    assert late.looks.again()
