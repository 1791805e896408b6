"""Whole shifts through the real engine: four cards at most, none in calls, urgent ones soon."""

from __future__ import annotations

from statistics import median_high

import pytest

from agentguard.model.policy import CALM
from tools.shift.day import Day, Shift

SEEDS, TOGETHER = 200, 20
"""Shifts, and how many of them one test lives through, some 15 s alone."""
MINUTE = 60.0


def lived(seed: int) -> tuple[float, int, Day]:
    """Live through the shift of a seed: 70 to 95 % occupied, with short or long notes."""
    occupancy, wrap_up = 0.70 + 0.05 * (seed % 6), (30, 90)[seed // 6 % 2]
    return occupancy, wrap_up, Shift(seed, occupancy, wrap_up).run()


def judged(days: list[Day], wrap_up: int) -> None:
    """Hold every card of every shift to what was promised."""
    for day in days:
        assert len(day.cards) <= CALM.prompts
        for card in day.cards:
            assert not card.in_call
            assert not card.locked
            assert card.idle >= 5
            assert card.after_call >= (wrap_up / 2 if card.urgent else wrap_up)
        asked = [c for c in day.cards if not c.promised]
        for before, after in zip(day.cards, day.cards[1:], strict=False):
            if after in asked and not after.urgent:
                assert after.at - before.at >= CALM.every_minutes * MINUTE


@pytest.mark.parametrize("seed", [1, 5, 9])
def test_row_220_a_shift_keeps_its_budget_and_leaves_calls_alone(seed: int) -> None:
    _, wrap_up, day = lived(seed)
    judged([day], wrap_up)
    assert day.cards, "a budget is not silence"
    assert day.events > 100


@pytest.mark.heavy
@pytest.mark.timeout(600)
@pytest.mark.parametrize("first", range(0, SEEDS, TOGETHER))
def test_row_220_two_hundred_shifts_keep_it_and_tell_the_urgent_soon(first: int) -> None:
    """Where most waits of each group are short, most of all two hundred shifts are."""
    days = [lived(seed) for seed in range(first, first + TOGETHER)]
    for _, wrap_up, day in days:
        judged([day], wrap_up)
    busy = [wait for occupancy, _, day in days if occupancy > 0.94 for wait in day.waits]
    assert median_high(busy) <= 20 * MINUTE, "of what is urgent at 95 %"
