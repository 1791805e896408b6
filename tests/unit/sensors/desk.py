"""Fixtures of the sensors that look at a desktop: a clock in the hand, and a simulated desktop."""

from __future__ import annotations

import pytest

from agentguard.platforms.simulated import FakeClock, SimulatedDesktop


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def desktop(clock: FakeClock) -> SimulatedDesktop:
    return SimulatedDesktop(clock)
