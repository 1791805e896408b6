"""A bell that ends a wait early, on either clock."""

from __future__ import annotations

import threading

import pytest

from agentguard.platforms import system_clock
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.clock import Bell, Clock


@pytest.mark.parametrize("clock", [FakeClock(), system_clock()], ids=["fake", "system"])
def test_a_ring_or_a_stop_ends_the_wait(clock: Clock) -> None:
    for wake in ("ring", "stop"):
        bell, stop = Bell(), threading.Event()
        bell.attach(stop)
        waiting = threading.Thread(target=clock.wait, args=(bell, 600.0))
        waiting.start()
        bell.ring() if wake == "ring" else stop.set()
        waiting.join(10)
        assert not waiting.is_alive()


def test_a_ring_before_the_wait_counts_until_it_is_hushed() -> None:
    bell = Bell()
    bell.ring()
    assert bell.wait(600)
    bell.hush()
    assert not bell.is_set()
    assert not bell.wait(0.01)
